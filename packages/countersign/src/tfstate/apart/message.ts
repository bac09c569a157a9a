/** What goes to a thread and what comes back. */
import type { TfstateErrorCode } from '../error.ts'
import type { ReadOptions, StateFacts } from '../shape.ts'

export type Work = 'read' | 'redact' | 'outputs'

/** `body` stands in shared memory: it is not copied. */
export type Request = { id: number; work: Work; body: Uint8Array; options: ReadOptions }

export type Reply =
  | { id: number; kind: 'facts'; facts: PackedFacts }
  | { id: number; kind: 'bytes'; bytes: Uint8Array }
  | { id: number; kind: 'refused'; code: TfstateErrorCode; message: string }
  /** A mistake of ours. Its message may quote the state, and stays where it was. */
  | { id: number; kind: 'failed' }

/**
 * Half a million small objects take longer to copy between threads than the state took to read, and stand in memory three times
 * meanwhile. Addresses and digests go as two texts, a line for each; neither ever holds a line feed.
 */
export type PackedFacts = Omit<StateFacts, 'instances'> & { addresses: string; digests: string }

export function packFacts(facts: StateFacts): PackedFacts {
  const { instances, ...rest } = facts
  return { ...rest, addresses: instances.map((instance) => instance.address).join('\n'), digests: instances.map((instance) => instance.digest).join('\n') }
}

export function unpackFacts(packed: PackedFacts): StateFacts {
  const { addresses, digests, ...rest } = packed
  const shown = addresses === '' ? [] : addresses.split('\n')
  const each = digests.split('\n')
  return { ...rest, instances: shown.map((address, i) => ({ address, digest: each[i] ?? '' })) }
}
