/** The code of an error of ours, for labels and spans; `error` for any other. A message may name a person or a workspace, a code does not. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(error.code) ? error.code : 'error'
}
