/** What the person reads who countersigns that something goes: its addresses, and for how long it can be brought back. */
import type { StateChanges } from '@countersign/proof'
import type { StateFacts } from '../../tfstate/index.ts'
import { changesOf } from './changes.ts'
import type { StateDeps } from './ports.ts'
import { openFacts } from './seal.ts'
import type { VersionRow } from './store.ts'
import { sealedBody } from './versions.ts'

const A_YEAR = 31_536_000

/** Seconds; a statement says at most a year. */
export const broughtBackFor = ({ limits }: Pick<StateDeps, 'limits'>): number => Math.min(Math.floor(limits.deletedFor / 1000), A_YEAR)

/** Outside of a unit: nothing waits while they are opened. */
export async function factsOf(deps: StateDeps, row: VersionRow): Promise<StateFacts> {
  return openFacts(deps, await deps.store.read((db) => sealedBody(db, row, 'facts')))
}

/** All of the state goes. */
export async function allOf(deps: StateDeps, current: VersionRow | null): Promise<StateChanges> {
  return changesOf(current && (await factsOf(deps, current)), null)
}
