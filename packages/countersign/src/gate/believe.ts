/**
 * When a row of the gate is believed. The adversary writes the database: a grant that was written in, a requirement that was lowered, an
 * approval that nobody gave. Each row is held against its seal (`platform/row-mac.ts`) where something comes of it. What is only shown is
 * shown as it stands.
 */
import { parseLeaf } from '@countersign/proof'
import type { Requirement } from '@countersign/proof'
import type { Selectable } from 'kysely'
import type { Sealable, SealedTable } from '../platform/row-mac.ts'
import { preparedQuery } from '../platform/store/prepared.ts'
import type { Db, Tx } from '../platform/store/store.ts'
import { signedBy } from './challenge.ts'
import type { ChallengeRow, Signed } from './challenge.ts'
import { GateError } from './errors.ts'
import type { GateDeps } from './ports.ts'
import { sealedTables } from './sealed-tables.ts'
import type { GateCountersignatureTable, GateGrantTable } from './tables.ts'

type GrantRow = Selectable<GateGrantTable>
type CountersignatureRow = Selectable<GateCountersignatureTable>

/** @param what is named where it does not hold. @throws GateError `request_tampered` */
export function believe<Row extends Sealable>(deps: GateDeps, table: SealedTable<Row>, row: Row, what: string): Row {
  if (deps.rowMacs.holds(table, row)) return row
  throw tampered(`${what} was written in, or changed, past this program`)
}

export const believeChallenge = (deps: GateDeps, row: ChallengeRow): ChallengeRow => believe(deps, sealedTables.challenge, row, `the request ${row.code}`)

const rowsFor = preparedQuery<{ challenge: string }, CountersignatureRow>((db, value) =>
  db.selectFrom('gate_countersignature').selectAll().where('challenge', '=', value('challenge')).orderBy('at'))

const rowsUnder = preparedQuery<{ code: string }, CountersignatureRow>((db, value) =>
  db.selectFrom('gate_countersignature').selectAll().where('challenge', '=', (of) => of.selectFrom('gate_challenge').select('id').where('code', '=', value('code'))).orderBy('at'))

/** Who has signed, each as it was stored when their answer was verified. */
export async function believedRows(deps: GateDeps, db: Db | Tx, challenge: string): Promise<CountersignatureRow[]> {
  return (await rowsFor(db, { challenge })).map((row) => believeSignature(deps, row))
}

/** The same, of the challenge with a code. */
export const believedUnder = async (deps: GateDeps, db: Db | Tx, code: string): Promise<Signed[]> => (await rowsUnder(db, { code })).map((row) => signedBy(believeSignature(deps, row)))

const believeSignature = (deps: GateDeps, row: CountersignatureRow): CountersignatureRow => believe(deps, sealedTables.countersignature, row, `a countersignature of ${row.person_name}`)

export const believedSigned = async (deps: GateDeps, db: Db | Tx, challenge: string): Promise<Signed[]> => (await believedRows(deps, db, challenge)).map(signedBy)

export function isEnough(requirement: Requirement, signed: readonly { role: string }[]): boolean {
  const approvals = signed.filter(({ role }) => role === 'approver').length
  return (!requirement.selfStepUp || signed.some(({ role }) => role === 'self')) && approvals >= requirement.approvals
}

/**
 * A grant that is open, and that the ledger says nothing else of than that it was given.
 * @param fresh it was given in this very unit, whose leaves have no places yet
 */
export async function believeGrant(deps: GateDeps, tx: Tx, row: GrantRow, fresh: boolean): Promise<void> {
  believe(deps, sealedTables.grant, row, `the grant ${row.id}`)
  if (fresh) return
  const newest = await deps.ledger.newestOf(tx, { key: 'grant', value: row.id })
  const said = newest && parseLeaf(newest.leaf)
  if (said?.type !== 'gate.granted' || said.ids['grant'] !== row.id) throw tampered(`the grant ${row.id} has ended, and its row says that it has not`)
}

export const signedBefore = async (deps: GateDeps, tx: Tx, digest: string): Promise<boolean> => (await deps.ledger.newestOf(tx, { key: 'countersignature', value: digest })) !== null

/** One assertion counts once for ever, whatever becomes of the rows that say so. */
export function refuseSignedBefore(before: boolean): void {
  if (!before) return
  throw tampered('an answer that was given already is not among those that were')
}

/** @param grant it rests on more than is there */
export const missing = (grant: string): GateError => tampered(`what the grant ${grant} was given for is not there any more`)

function tampered(what: string): GateError {
  return new GateError('request_tampered', `The database holds something else than what was written: ${what}.`, 'Nothing was done with it. Ask again, and tell whoever looks after this server: the database is evidence.')
}
