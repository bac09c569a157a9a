/** `hcl eval`: an expression, as `terraform console` prints it. */
import { evaluateForConsole, variableScope } from '../evaluate/index.ts'
import { type Diagnostic, hasErrors } from '../syntax/diagnostics.ts'
import { parseExpression } from '../syntax/parse.ts'
import { configuration } from './configuration.ts'
import { lineOf } from './report.ts'
import { UsageError, valueOf, type Words } from './words.ts'

/** The command. A configuration with errors is not evaluated. */
export function evaluateCommand(words: Words): number {
  const [text, ...more] = words.rest
  if (text === undefined || more.length > 0) throw new UsageError('Which expression? One word, so quote it for your shell.')
  const directory = valueOf(words, 'dir')
  if (directory === undefined && words.values.length > 0) throw new UsageError('Variables belong to a configuration: --dir says which.')
  const { tree, diagnostics } = parseExpression(text, { name: '<expression>' })
  if (hasErrors(diagnostics)) return refuse(diagnostics)
  if (directory === undefined) return show(evaluateForConsole(tree, variableScope(new Map())), [])
  const { root, diagnostics: loaded } = configuration(directory, words)
  root.check()
  const before = [...loaded, ...root.diagnostics]
  return hasErrors(before) ? refuse(before) : show(evaluateForConsole(tree, root.scope), before)
}

function refuse(diagnostics: readonly Diagnostic[]): number {
  process.stderr.write(diagnostics.map(lineOf).join(''))
  return 1
}

function show({ text, diagnostics }: { readonly text: string; readonly diagnostics: readonly Diagnostic[] }, before: readonly Diagnostic[]): number {
  const all = [...before, ...diagnostics]
  if (hasErrors(all)) return refuse(all)
  process.stderr.write(all.map(lineOf).join(''))
  process.stdout.write(`${text}\n`)
  return 0
}
