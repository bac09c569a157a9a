/**
 * An evidence bundle: everything that `verify` needs, and nothing it must take on trust. Put together from what is committed; what
 * happens later is in a later bundle.
 */
import type { Countersignature, Evidence } from '@countersign/proof'
import type { Entry, Ledger } from '../ledger/index.ts'

export type Proven = {
  readonly instance: string
  /** Canonical text. */
  readonly subject: string
  readonly countersignatures: readonly Countersignature[]
  /** Canonical entries, from genesis on. */
  readonly directory: readonly string[]
  readonly entries: readonly Entry[]
  readonly outcome: Evidence['outcome']
}

export async function bundleOf(ledger: Ledger, { instance, subject, countersignatures, directory, entries, outcome }: Proven): Promise<Evidence> {
  // After the entries were read: it covers whatever was committed before it was asked for.
  const checkpoint = await ledger.checkpoint()
  return {
    v: 1, type: 'countersign.evidence', instance, subject, countersignatures: [...countersignatures], directory: [...directory],
    ledger: {
      checkpoint: checkpoint.note,
      leaves: await Promise.all(entries.map(async ({ index, leaf, salt, details }) => ({ index, leaf, salt, details: details ?? '', proof: await ledger.inclusion(index, checkpoint.size) }))),
      consistency: await Promise.all([...seenBy(countersignatures)].map(async ([size, root]) => ({ from: { size, root }, proof: await ledger.consistency(size, checkpoint.size) }))),
    },
    outcome,
  }
}

export function typeOf(entry: Entry): string {
  return (JSON.parse(entry.leaf) as { type: string }).type
}

/** The checkpoints that the envelopes name, each once. */
function seenBy(countersignatures: readonly Countersignature[]): Map<number, string> {
  return new Map(countersignatures.map(({ envelope }) => {
    const { checkpoint } = JSON.parse(envelope) as { checkpoint: { size: number; root: string } }
    return [checkpoint.size, checkpoint.root]
  }))
}
