/** What the person reads who countersigns that something goes: its addresses, and for how long it can be brought back. */
import type { StateChanges } from '@countersign/proof'
import { noChanges } from './ask.ts'
import { changesOf, turned } from './changes.ts'
import { differencesOf } from './facts.ts'
import type { StateDeps } from './ports.ts'
import type { VersionRow } from './store.ts'

const A_YEAR = 31_536_000

/** Seconds; a statement says at most a year. */
export const broughtBackFor = ({ limits }: Pick<StateDeps, 'limits'>): number => Math.min(Math.floor(limits.deletedFor / 1000), A_YEAR)

/** All of the state goes. */
export async function allOf(deps: StateDeps, current: VersionRow | null): Promise<StateChanges> {
  return current ? changesOf(turned(await differencesOf(deps, null, current))) : noChanges
}
