/** `rego check`. */
import { check } from '../check/check.ts'
import { CompileError, type Diagnostic } from '../error.ts'
import { capabilitiesOf, load } from './load.ts'
import type { Io } from './main.ts'
import { diagnosticLines, errorText, errorValue, prettyJson } from './render.ts'
import { type Parsed, UsageError } from './table.ts'

export function checkCommand(options: Parsed, io: Io): number {
  if (options.operands.length === 0) throw new UsageError('a path is missing')
  const found = diagnose(options)
  if (options.one('format') === 'json') io.out(`${prettyJson(found.length === 0 ? {} : { errors: found.map(errorValue) })}\n`)
  else if (found.length > 0) io.err(`${errorText(diagnosticLines(found))}\n`)
  return found.length === 0 ? 0 : 1
}

function diagnose(options: Parsed): readonly Diagnostic[] {
  const bundles = options.has('bundle')
  try {
    const { modules } = load(bundles ? [] : options.operands, options, bundles ? options.operands : [])
    return check(modules, { strict: options.has('strict'), ...capabilitiesOf(options) })
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics
    throw error
  }
}
