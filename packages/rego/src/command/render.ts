/** How answers look. */
import { type Diagnostic, EvaluationError, formatDiagnostic } from '../error.ts'
import { entries, isArray, isObject, members, RegoSet, stringifyJson, type Value } from '../value/index.ts'

/** JSON with two spaces, keys in order, integers in full. */
export function prettyJson(value: Value, indent = ''): string {
  const inner = `${indent}  `
  const list = isArray(value) ? value : value instanceof RegoSet ? members(value) : undefined
  if (list !== undefined) return list.length === 0 ? '[]' : `[\n${list.map((item) => inner + prettyJson(item, inner)).join(',\n')}\n${indent}]`
  if (!isObject(value)) return stringifyJson(value)
  const pairs = [...entries(value)]
  if (pairs.length === 0) return '{}'
  const name = (key: Value): string => JSON.stringify(typeof key === 'string' ? key : stringifyJson(key))
  return `{\n${pairs.map(([key, one]) => `${inner}${name(key)}: ${prettyJson(one, inner)}`).join(',\n')}\n${indent}}`
}

/** A table with a frame, as `opa eval --format pretty` draws it. */
export function frame(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = (text: string): number => Array.from(text).length
  const widths = head.map((name, column) => Math.max(width(name), ...rows.map((row) => width(row[column] ?? ''))))
  const bar = `+${widths.map((size) => '-'.repeat(size + 2)).join('+')}+`
  const line = (cells: readonly string[]): string => `|${widths.map((size, column) => ` ${cells[column] ?? ''}${' '.repeat(size - width(cells[column] ?? ''))} `).join('|')}|`
  return [bar, line(head), bar, ...rows.map(line), bar].join('\n')
}

export function errorValue(one: Diagnostic | EvaluationError | Error): Value {
  if (one instanceof EvaluationError) return { code: one.code, message: one.reason, ...(one.location === undefined ? {} : { location: { ...one.location } }) }
  if (one instanceof Error) return { code: 'error', message: one.message }
  return { code: one.code, message: one.message, location: { ...one.location } }
}

/** `1 error occurred: ...`, or a line for each. */
export function errorText(lines: readonly string[]): string {
  if (lines.length === 1) return `1 error occurred: ${lines[0] ?? ''}`
  return `${lines.length} errors occurred:\n${lines.join('\n')}`
}

export const diagnosticLines = (diagnostics: readonly Diagnostic[]): string[] => diagnostics.map(formatDiagnostic)
