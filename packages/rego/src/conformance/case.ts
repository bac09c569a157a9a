/** One conformance case, as OPA's suite words them, and whether this implementation answers it as it should. */
import { compileModules } from '../compile/compile.ts'
import { CompileError, EvaluationError, formatDiagnostic } from '../error.ts'
import { evaluate, type EvaluateOptions } from '../evaluate/evaluate.ts'
import { parseModule } from '../syntax/parse.ts'
import type { Module } from '../syntax/tree.ts'
import { compare, equal, formatValue, isArray, isPlain, type PlainObject, put, sortValues, toJson, type Value } from '../value/index.ts'

export type Outcome = { readonly note: string; readonly passed: boolean; readonly why: string }

const text = (value: Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

/** Runs a case. Never throws: what goes wrong is the outcome. */
export function runCase(one: PlainObject, options: Pick<EvaluateOptions, 'budget'> = {}): Outcome {
  const note = text(one['note']) ?? ''
  const failed = (why: string): Outcome => ({ note, passed: false, why })
  const wantsError = text(one['want_error_code']) !== undefined || text(one['want_error']) !== undefined
  let found: Value
  try {
    found = answer(one, options)
  } catch (error) {
    if (!wantsError) return failed(error instanceof Error ? `${error.message}${error instanceof CompileError || error instanceof EvaluationError ? '' : `\n${error.stack ?? ''}`}` : String(error))
    const wrong = compareError(one, error)
    return wrong === undefined ? { note, passed: true, why: '' } : failed(wrong)
  }
  if (wantsError) return failed(`no error, but ${formatValue(found)}; expected ${text(one['want_error_code']) ?? ''} ${text(one['want_error']) ?? ''}`)
  const wanted = one['want_result'] ?? []
  const [a, b] = one['sort_bindings'] === true ? [sortedBindings(found), sortedBindings(wanted)] : [found, wanted]
  return equal(inOrder(a), inOrder(b)) ? { note, passed: true, why: '' } : failed(`found ${formatValue(found)}\nexpected ${formatValue(wanted)}`)
}

function compareError(one: PlainObject, error: unknown): string | undefined {
  const code = text(one['want_error_code'])
  const message = text(one['want_error'])
  const texts = error instanceof CompileError ? error.diagnostics.map(formatDiagnostic) : [error instanceof Error ? error.message : String(error)]
  const codes = error instanceof CompileError ? error.diagnostics.map((each) => each.code as string) : error instanceof EvaluationError ? [error.code as string] : []
  if (code !== undefined && !codes.includes(code)) return `error ${texts.join('; ')}; expected ${code}`
  if (message !== undefined && !texts.some((each) => each.includes(message))) return `error ${texts.join('; ')}; expected ${message}`
  return undefined
}

function answer(one: PlainObject, options: Pick<EvaluateOptions, 'budget'>): Value {
  const modules: Module[] = []
  for (const [i, source] of (isArray(one['modules']) ? one['modules'] : []).entries()) {
    const parsed = parseModule(text(source) ?? '', { file: `test-${i}.rego` })
    if (!parsed.ok) throw new CompileError(parsed.diagnostics)
    modules.push(parsed.value)
  }
  const program = compileModules(modules)
  const term = text(one['input_term'])
  const input = term === undefined ? one['input'] : evaluate(compileModules([]), `x = ${term}`).results[0]?.bindings['x']
  const { results } = evaluate(program, text(one['query']) ?? '', { input, data: one['data'] ?? {}, strict: one['strict_error'] === true, ...options })
  return results.map((result) => toJson(result.bindings))
}

const inOrder = (value: Value): Value => (isArray(value) ? value.toSorted(compare) : value)

function sortedBindings(value: Value): Value {
  if (!isArray(value)) return value
  return value.map((result) => {
    if (!isPlain(result)) return result
    const sorted: Record<string, Value> = {}
    for (const [name, bound] of Object.entries(result)) put(sorted, name, isArray(bound) ? sortValues([...bound]) : bound)
    return sorted
  })
}
