/**
 * The evidence bundle of one request about a state: the statement, who countersigned it, and the leaves of its decision, its grant and
 * what was done with it.
 */
import type { Evidence } from '@countersign/proof'
import { bundleOf, typeOf } from '../../gate/index.ts'
import type { Authorized } from '../../gate/index.ts'
import { StateError } from './errors.ts'
import type { StateDeps } from './ports.ts'
import { readableRequest } from './requests.ts'

const gateTypes = new Set(['gate.decided', 'gate.countersigned', 'gate.granted', 'gate.redeemed'])

export async function evidenceOf(deps: StateDeps, by: Authorized<'state.list'>, id: string): Promise<Evidence> {
  const { request, signed, directory } = await deps.store.read(async (db) => {
    const row = await readableRequest(deps, db, by, id)
    const { challenge } = await deps.gate.standing(db, id)
    return { request: row, signed: challenge?.signed ?? [], directory: await deps.directoryEntries(db) }
  })
  if (request.subject === '') throw new StateError('request_not_found', 'A run\'s credential takes no statement of its own.', 'Export the evidence of the run.')
  const entries = (await deps.ledger.find({ key: 'ref', value: id })).filter((entry) => gateTypes.has(typeOf(entry)) || typeOf(entry).startsWith('state.'))
  return bundleOf(deps.ledger, {
    instance: deps.place.instance, subject: request.subject, countersignatures: signed.map((one) => one.countersignature), directory, entries, outcome: outcomeOf(entries.map(typeOf)),
  })
}

/** As the leaves tell it; a verifier derives the same (packages/proof, evidence/effect-state.ts). */
function outcomeOf(types: readonly string[]): Evidence['outcome'] {
  if (!types.includes('gate.redeemed')) return 'none'
  const records = types.filter((type) => type.startsWith('state.'))
  if (records.length === 0) return 'started'
  return records.includes('state.refused') ? 'failed' : 'applied'
}
