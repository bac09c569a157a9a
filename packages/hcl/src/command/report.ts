/** Findings for people and for programs. */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import { rangeOf } from '../syntax/diagnostics.ts'
import type { Range } from '../syntax/source.ts'

/** Text of others on a terminal: control characters shown, not sent. */
export const safe = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** One line: FILE:LINE:COLUMN-LINE:COLUMN: severity: summary: detail [code]. */
export function lineOf(diagnostic: Diagnostic): string {
  const { severity, summary, detail, code } = diagnostic
  const range = rangeOf(diagnostic)
  const where = range === null ? '' : `${safe(diagnostic.source?.name ?? '')}:${range.start.line}:${range.start.column}-${range.end.line}:${range.end.column}: `
  return `${where}${severity}: ${safe(summary)}: ${safe(detail)} [${code}]\n`
}

/** A finding as data. `range` has lines and columns from 1, columns and `offset` in UTF-16 units, `byte` in UTF-8 bytes. */
export interface JsonDiagnostic {
  readonly path: string | null
  readonly severity: string
  readonly code: string
  readonly summary: string
  readonly detail: string
  readonly range: Range | null
}

/** A finding as data. */
export function jsonOf(diagnostic: Diagnostic): JsonDiagnostic {
  const { severity, code, summary, detail, source } = diagnostic
  return { path: source?.name ?? null, severity, code, summary, detail, range: rangeOf(diagnostic) }
}
