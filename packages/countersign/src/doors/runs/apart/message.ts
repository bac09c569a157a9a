/** What goes to a thread and what comes back. */
import type { Taken } from '../take.ts'

/** `bytes` stand in shared memory: they are not copied. */
export type Request = { work: 'take'; bytes: Uint8Array } | { work: 'outline'; packed: Uint8Array; digest: string }

export type Reply =
  | { kind: 'taken'; taken: Taken }
  | { kind: 'outline'; outline: Uint8Array | null }
  /** A mistake of ours. Its message may quote the plan, and stays where it was. */
  | { kind: 'failed' }
