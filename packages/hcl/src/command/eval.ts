/** `hcl eval`: an expression, as `terraform console` prints it. */
import { evaluateForConsole } from '../evaluate/index.ts'
import { variableScope } from '../evaluate/scope.ts'
import { hasErrors } from '../syntax/diagnostics.ts'
import { parseExpression } from '../syntax/parse.ts'
import { lineOf } from './report.ts'
import { UsageError, valueOf, type Words } from './words.ts'

/** The command. */
export function evaluateCommand(words: Words): number {
  const [text, ...more] = words.rest
  if (text === undefined || more.length > 0) throw new UsageError('Which expression? One word, so quote it for your shell.')
  if (valueOf(words, 'dir') !== undefined) throw new Error('evaluating within a configuration is not built yet')
  const parsed = parseExpression(text, { name: '<expression>' })
  const result = hasErrors(parsed.diagnostics) ? { text: '', diagnostics: [] } : evaluateForConsole(parsed.tree, variableScope(new Map()))
  const all = [...parsed.diagnostics, ...result.diagnostics]
  process.stderr.write(all.map(lineOf).join(''))
  if (hasErrors(all)) return 1
  process.stdout.write(`${result.text}\n`)
  return 0
}
