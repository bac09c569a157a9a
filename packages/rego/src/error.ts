/**
 * The vocabulary of errors. Parsing and compiling return them as diagnostics; evaluation throws `EvaluationError`. A caller that
 * guards something treats every one of them as a denial.
 */

/** Where something stands: file as named by the caller, row and column from 1, columns in code points. */
export type Location = { readonly file: string; readonly row: number; readonly col: number }

export type CompileCode = 'rego_parse_error' | 'rego_compile_error' | 'rego_type_error' | 'rego_unsafe_var_error' | 'rego_recursion_error'
export type EvaluateCode =
  | 'eval_conflict_error'
  | 'eval_type_error'
  | 'eval_builtin_error'
  | 'eval_with_merge_error'
  | 'eval_internal_error'
  | 'eval_budget_error'
  | 'eval_cancel_error'

export type Diagnostic = { readonly code: CompileCode; readonly message: string; readonly location: Location }

/** `file:row: code: message`, as OPA prints it. */
export const formatDiagnostic = (one: Diagnostic): string => `${one.location.file}:${one.location.row}: ${one.code}: ${one.message}`

/** Modules or a query that cannot be used. All diagnostics, in order of place. */
export class CompileError extends Error {
  override readonly name = 'CompileError'
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'))
    this.diagnostics = diagnostics
  }
}

/** An evaluation without an answer. `eval_budget_error`: steps, time, memory or depth were used up. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError'
  readonly code: EvaluateCode
  readonly reason: string
  readonly location: Location | undefined

  constructor(code: EvaluateCode, reason: string, location?: Location) {
    super(location === undefined ? `${code}: ${reason}` : `${location.file}:${location.row}: ${code}: ${reason}`)
    this.code = code
    this.reason = reason
    this.location = location
  }
}

export const budgetError = (reason: string): EvaluationError => new EvaluationError('eval_budget_error', reason)
