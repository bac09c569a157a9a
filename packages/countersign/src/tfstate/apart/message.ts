/** What goes to a thread and what comes back. */
import type { TfstateErrorCode } from '../error.ts'
import type { AddressDiff, ReadOptions, StateFacts, StateHead } from '../shape.ts'

export type Work = 'survey' | 'facts' | 'redact' | 'outputs' | 'compare'

/** `body` and `before` stand in shared memory: they are not copied. To compare, both are facts that were written. */
export type Request = { work: Work; body: Uint8Array; before: Uint8Array | null; options: ReadOptions }

export type Reply =
  | { kind: 'head'; head: StateHead }
  | { kind: 'facts'; facts: WrittenFacts }
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'diff'; diff: AddressDiff }
  | { kind: 'refused'; code: TfstateErrorCode; message: string }
  /** A mistake of ours. Its message may quote the state, and stays where it was. */
  | { kind: 'failed' }

/**
 * Facts as they are kept: half a million small objects take longer to copy between threads than the state took to read, and to write them
 * down stops whoever does it. `json`: a StateFacts, UTF-8. `secrets`: how many were found.
 */
export type WrittenFacts = { json: Uint8Array; secrets: number }

export function writeFacts(facts: StateFacts): WrittenFacts {
  // In memory of its own, which can be handed over.
  return { json: new TextEncoder().encode(JSON.stringify(facts)), secrets: facts.secrets.length + facts.secretsOmitted }
}

/** What `writeFacts` wrote. */
export const readFacts = (json: Uint8Array): StateFacts => JSON.parse(new TextDecoder().decode(json)) as StateFacts
