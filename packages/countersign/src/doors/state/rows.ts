/** Rows of this door as they are read. */
import type { Selectable } from 'kysely'
import type { StateCredentialTable, StateLockTable, StateRequestTable, StateRunTable, StateVersionTable, StateWorkspaceTable } from './tables.ts'

export type WorkspaceRow = Selectable<StateWorkspaceTable>
export type VersionRow = Selectable<StateVersionTable>
export type LockRow = Selectable<StateLockTable>
export type RequestRow = Selectable<StateRequestTable>
export type CredentialRow = Selectable<StateCredentialTable>
export type RunRow = Selectable<StateRunTable>

/** JSON of a version's `counts`. */
export type Counts = { resources: number; outputs: number; secrets: number; opaque: boolean }
