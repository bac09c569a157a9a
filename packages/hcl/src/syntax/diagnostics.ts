/**
 * What parsing says about a text. Findings are values: nothing here is thrown at a caller. `code` is a closed set a program can act on; `summary`
 * is the same sentence for the same code, `detail` says what was found and what to do.
 */
import type { Range, Source } from './source.ts'

/** One finding. `start` and `end` are UTF-16 offsets into `source`, which is null when the finding is about no text. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly summary: string
  readonly detail: string
  readonly source: Source | null
  readonly start: number
  readonly end: number
}

/** The codes of both syntaxes, and what each says. */
export const syntaxSummaries = {
  'invalid-character': 'This character has no meaning here',
  'invalid-encoding': 'The text is not UTF-8',
  'invalid-item': 'An argument or a block is expected',
  'invalid-block': 'The block is not well-formed',
  'missing-newline': 'An argument or block must end with its line',
  'duplicate-argument': 'The argument is set twice',
  'unclosed-block': 'The block is not closed',
  'invalid-expression': 'An expression is expected',
  'missing-separator': 'A separator is missing',
  'unclosed-bracket': 'A bracket is not closed',
  'unclosed-string': 'The string is not closed',
  'invalid-string': 'The string is not valid',
  'invalid-escape': 'The escape sequence is not valid',
  'invalid-number': 'The number is not valid',
  'invalid-traversal': 'The step into the value is not valid',
  'invalid-call': 'The function call is not valid',
  'invalid-for': 'The for expression is not valid',
  'invalid-conditional': 'The conditional has no second result',
  'invalid-template': 'The template sequence is not valid',
  'too-deep': 'The nesting is too deep',
  'invalid-json': 'The JSON is not valid',
  'invalid-structure': 'The JSON value does not have the form that is expected here',
} as const

/** A code of the parsers. */
export type SyntaxCode = keyof typeof syntaxSummaries

/** Makes a finding of the parsers. */
export function finding(code: SyntaxCode, detail: string, source: Source, start: number, end: number): Diagnostic {
  return { severity: 'error', code, summary: syntaxSummaries[code], detail, source, start, end }
}

/** Whether any of them is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

/** Where a finding is, in lines and columns; null when it is about no text. */
export function rangeOf(diagnostic: Diagnostic): Range | null {
  return diagnostic.source === null ? null : diagnostic.source.range(diagnostic)
}
