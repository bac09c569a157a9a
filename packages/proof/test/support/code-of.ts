/** The code of a refusal, or "verified". Anything else that is thrown is a bug, and shown as one. */
import { ProofError } from '../../src/index.ts'

export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'verified',
    (error: unknown) => (error instanceof ProofError ? error.code : `bug: ${String(error)}`),
  )
