/** The evidence bundle of a run. One that is asked for while the apply runs says "started"; ask again later for the outcome. */
import type { Evidence, Outcome } from '@countersign/proof'
import { bundleOf, typeOf } from '../../gate/index.ts'
import type { Authorized } from '../../gate/index.ts'
import type { Entry } from '../../ledger/index.ts'
import type { RunsDeps } from './ports.ts'
import { readable } from './read.ts'
import type { RunState } from './tables.ts'

const carried = new Set(['run.created', 'gate.decided', 'gate.countersigned', 'gate.granted', 'run.apply-started', 'run.outcome'])

export async function evidenceOf(deps: RunsDeps, by: Authorized<'run.read'>, id: string): Promise<Evidence> {
  const { run, signed, directory } = await deps.store.read(async (db) => {
    const row = await readable(deps, db, by, id)
    const { challenge } = await deps.gate.standing(db, id)
    return { run: row, signed: challenge?.signed ?? [], directory: await deps.directoryEntries(db) }
  })
  const entries = lastWord((await deps.ledger.find({ key: 'ref', value: id })).filter((entry) => carried.has(typeOf(entry))))
  return bundleOf(deps.ledger, {
    instance: deps.place.instance, subject: run.subject, countersignatures: signed.map((one) => one.countersignature), directory, entries, outcome: outcomeOf(run.state),
  })
}

/** "Unknown" may be followed by a late report: the last word on the outcome is the one that is carried. */
function lastWord(entries: Entry[]): Entry[] {
  const last = entries.findLastIndex((entry) => typeOf(entry) === 'run.outcome')
  return entries.filter((entry, at) => typeOf(entry) !== 'run.outcome' || at === last)
}

function outcomeOf(state: RunState): Outcome {
  switch (state) {
    case 'applying': return 'started'
    case 'applied': case 'failed': return state
    case 'outcome-unknown': return 'unknown'
    case 'asked': case 'denied': case 'cancelled': return 'none'
  }
}
