/**
 * What evaluation says about a configuration. The texts are those that Terraform's users know, so that they find help for them; `code` is
 * one for all, since nothing but the text tells them apart.
 */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Source } from '../syntax/source.ts'
import type { Span } from '../syntax/tree.ts'

export const evaluationCode = 'evaluation'

export function problem(source: Source | null, span: Span, summary: string, detail: string, severity: 'error' | 'warning' = 'error'): Diagnostic {
  return { severity, code: evaluationCode, summary, detail, source, start: span.start, end: span.end }
}
