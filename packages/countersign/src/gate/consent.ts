/**
 * What a grant that was used rests on, for what goes on under it: read from sealed rows. The adversary writes the database, and has a run
 * of their own that the policy let pass: what their rows say of a countersignature is not believed.
 */
import type { Requirement } from '@countersign/proof'
import type { Db, Tx } from '../platform/store/store.ts'
import { believe, believeChallenge, believedRows, isEnough, missing } from './believe.ts'
import type { GateDeps } from './ports.ts'
import { sealedTables } from './sealed-tables.ts'

export type Consent = { actor: string; executor: string; subjectDigest: string; /** By a person, or by several; else the policy let it pass. */ countersigned: boolean }

/** null: nothing about `ref` was granted and used. @throws GateError `request_tampered` */
export async function consentTo(deps: GateDeps, db: Db | Tx, ref: string): Promise<Consent | null> {
  const row = await db.selectFrom('gate_grant').selectAll().where('ref', '=', ref).orderBy('created_at', 'desc').executeTakeFirst()
  if (row?.status !== 'consumed') return null
  const grant = believe(deps, sealedTables.grant, row, `the grant ${row.id}`)
  const consent = { actor: grant.actor, executor: grant.executor, subjectDigest: grant.subject_digest }
  if (grant.challenge === '') return { ...consent, countersigned: false }
  const asked = await db.selectFrom('gate_challenge').selectAll().where('id', '=', grant.challenge).executeTakeFirst()
  if (!asked || !isEnough(JSON.parse(believeChallenge(deps, asked).requirement) as Requirement, await believedRows(deps, db, asked.id))) throw missing(grant.id)
  return { ...consent, countersigned: true }
}
