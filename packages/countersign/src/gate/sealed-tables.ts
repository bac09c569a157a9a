/** The gate's rows that give something, and which of their columns decide. What a challenge or grant came to is asked of the ledger. */
import type { Selectable } from 'kysely'
import type { SealedTable } from '../platform/row-mac.ts'
import type { GateCeremonyTable, GateChallengeTable, GateCountersignatureTable, GateGrantTable } from './tables.ts'

const challenge: SealedTable<Selectable<GateChallengeTable>> = {
  table: 'gate_challenge',
  columns: {
    id: 'decides', code: 'decides', kind: 'decides', action: 'decides', subject: 'decides', subject_digest: 'decides', requirement: 'decides', policy_digest: 'decides', rule: 'decides',
    requester: 'decides', requester_name: 'decides', executor: 'decides', source_address: 'decides', source_client: 'decides', ref: 'decides', scope: 'decides', reach: 'decides',
    created_at: 'decides', expires_at: 'decides', status: 'beside', decided_at: 'beside', denied_by: 'beside', reported: 'beside',
  },
}

const ceremony: SealedTable<Selectable<GateCeremonyTable>> = {
  table: 'gate_ceremony',
  columns: {
    id: 'decides', challenge: 'decides', person: 'decides', session: 'decides', envelope: 'decides', role: 'decides', slot: 'decides', created_at: 'decides', expires_at: 'decides', used_at: 'beside',
  },
}

const countersignature: SealedTable<Selectable<GateCountersignatureTable>> = {
  table: 'gate_countersignature',
  columns: {
    digest: 'decides', challenge: 'decides', person: 'decides', person_name: 'decides', authenticator: 'decides', authenticator_label: 'decides', role: 'decides', slot: 'decides',
    countersignature: 'decides', at: 'decides',
  },
}

const grant: SealedTable<Selectable<GateGrantTable>> = {
  table: 'gate_grant',
  columns: {
    id: 'decides', challenge: 'decides', action: 'decides', subject_digest: 'decides', actor: 'decides', executor: 'decides', scope: 'decides', reach: 'decides', ref: 'decides',
    created_at: 'decides', expires_at: 'decides', status: 'beside', ended_at: 'beside', ended_why: 'beside',
  },
}

export const sealedTables = { challenge, ceremony, countersignature, grant } as const
