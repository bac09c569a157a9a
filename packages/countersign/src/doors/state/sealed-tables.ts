/** Rows that give access, and which of their columns decide: every one, but what is only shown, and what the ledger is asked about. */
import type { Selectable } from 'kysely'
import type { SealedTable } from '../../platform/row-mac.ts'
import type { StateCredentialTable, StateLeaseTable, StateLockTable, StateRequestTable, StateWorkspaceTable } from './tables.ts'

/** A workspace's id and name belong together: what another one's grants and locks are about is never served under this name. */
const workspace: SealedTable<Selectable<StateWorkspaceTable>> = {
  table: 'state_workspace',
  columns: { id: 'decides', name: 'decides', created_at: 'decides', version: 'beside', last_number: 'beside', frozen_at: 'beside', frozen_why: 'beside', updated_at: 'beside' },
}

const credential: SealedTable<Selectable<StateCredentialTable>> = {
  table: 'state_credential',
  columns: {
    id: 'decides', secret_hash: 'decides', workspace_name: 'decides', phase: 'decides', tier: 'decides', person: 'decides', person_name: 'decides', executor: 'decides', run: 'decides',
    request: 'decides', created_at: 'decides', expires_at: 'decides', revoked_at: 'beside', revoked_why: 'beside', last_used_at: 'beside', last_source: 'beside',
  },
}

const request: SealedTable<Selectable<StateRequestTable>> = {
  table: 'state_request',
  columns: {
    id: 'decides', action: 'decides', workspace_name: 'decides', requester: 'decides', requester_name: 'decides', executor: 'decides', source: 'decides', same: 'decides', subject: 'decides',
    subject_digest: 'decides', code: 'decides', decision: 'decides', reasons: 'decides', allowed_grant: 'decides', created_at: 'decides', expires_at: 'decides', asked: 'decides',
    done_at: 'beside', result: 'beside',
  },
}

const lock: SealedTable<Selectable<StateLockTable>> = {
  table: 'state_lock',
  columns: {
    id: 'decides', workspace: 'decides', lock: 'decides', mode: 'decides', info: 'decides', credential: 'decides', person: 'decides', person_name: 'decides', source: 'decides', request: 'decides',
    run: 'decides', base_version: 'decides', reads: 'decides', taken_at: 'decides', cap_at: 'decides',
  },
}

const lease: SealedTable<Selectable<StateLeaseTable>> = {
  table: 'state_lease',
  columns: {
    id: 'decides', workspace: 'decides', credential: 'decides', source: 'decides', tier: 'decides', request: 'decides', gets_left: 'decides', idle_at: 'decides', expires_at: 'decides',
  },
}

export const sealedTables = { workspace, credential, request, lock, lease } as const
