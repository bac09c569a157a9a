/**
 * The evidence bundle of one request about a state: the statement, who countersigned it, and the leaves of its decision, its grant and
 * what was done with it. Everything that `verify` needs, and nothing it must take on trust.
 */
import { parseLeaf } from '@countersign/proof'
import type { Evidence } from '@countersign/proof'
import type { Authorized } from '../../gate/index.ts'
import type { Entry } from '../../ledger/index.ts'
import { StateError } from './errors.ts'
import type { StateDeps } from './ports.ts'
import { readableRequest } from './requests.ts'

const gateTypes = new Set(['gate.decided', 'gate.countersigned', 'gate.granted', 'gate.redeemed'])
const typeOf = (entry: Entry): string => parseLeaf(entry.leaf).type

export async function evidenceOf(deps: StateDeps, by: Authorized<'state.list'>, id: string): Promise<Evidence> {
  const { request, signed, directory } = await deps.store.read(async (db) => {
    const row = await readableRequest(deps, db, by, id)
    const { challenge } = await deps.gate.standing(db, id)
    return { request: row, signed: challenge?.signed ?? [], directory: await deps.directoryEntries(db) }
  })
  if (request.subject === '') throw new StateError('request_not_found', 'A run\'s credential takes no statement of its own.', 'Export the evidence of the run.')
  const entries = (await deps.ledger.find({ key: 'ref', value: id })).filter((entry) => gateTypes.has(typeOf(entry)) || typeOf(entry).startsWith('state.'))
  const checkpoint = await deps.ledger.checkpoint()
  const countersignatures = signed.map((one) => one.countersignature)
  const proven = async ({ index, leaf, salt, details }: Entry) => ({ index, leaf, salt, details: details ?? '', proof: await deps.ledger.inclusion(index, checkpoint.size) })
  return {
    v: 1, type: 'countersign.evidence', instance: deps.place.instance, subject: request.subject, countersignatures, directory,
    ledger: {
      checkpoint: checkpoint.note,
      leaves: await Promise.all(entries.map(proven)),
      consistency: await Promise.all([...seenBy(countersignatures)].map(async ([size, root]) => ({ from: { size, root }, proof: await deps.ledger.consistency(size, checkpoint.size) }))),
    },
    outcome: outcomeOf(entries.map(typeOf)),
  }
}

/** The checkpoints that the envelopes name, each once. */
function seenBy(countersignatures: readonly { envelope: string }[]): Map<number, string> {
  return new Map(countersignatures.map(({ envelope }) => {
    const { checkpoint } = JSON.parse(envelope) as { checkpoint: { size: number; root: string } }
    return [checkpoint.size, checkpoint.root]
  }))
}

/** As the leaves tell it; a verifier derives the same (packages/proof, evidence/effect-state.ts). */
function outcomeOf(types: readonly string[]): Evidence['outcome'] {
  if (!types.includes('gate.redeemed')) return 'none'
  const records = types.filter((type) => type.startsWith('state.'))
  if (records.length === 0) return 'started'
  return records.includes('state.refused') ? 'failed' : 'applied'
}
