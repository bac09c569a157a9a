/**
 * Searching the ledger, newest first. A page ends at a place in the log, and a log only grows: whatever is appended meanwhile, the next
 * page goes on where the last one ended.
 *
 * The adversary is a member who searches: each question is worth a bounded piece of work. Whatever is looked for is first found by its own
 * index (`jump`); from there the log is read back in pieces, so many in one answer, and the answer says how far it has looked.
 *
 * `reader` narrows every question alike: nothing that it leaves out is counted, or can be told from the answer.
 */
import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely'
import { isOfType, type Outcome } from '../../leaves/index.ts'
import type { Db, Tables } from '../../platform/store/store.ts'
import type { LedgerFactTable } from '../tables.ts'

export type Wanted = {
  /** Did it, or it was done to them: any of these ids. An empty list matches nothing. */
  readonly people?: readonly string[]
  /** A workspace, or a project and all in it. */
  readonly workspace?: string
  /** Types, or first parts of types. */
  readonly types?: readonly string[]
  readonly outcomes?: readonly Outcome[]
  /** ms, from and before. */
  readonly since?: number
  readonly until?: number
  /** Of anything: a run, a request, a challenge, a grant, a state, a key. */
  readonly id?: string
}

/** Who looks: "all", or what was done by them, to them, or in a workspace within one of the scopes. */
export type Reader = 'all' | { readonly person: string; readonly scopes: readonly string[] }

export type Page = {
  /** Only entries before this one. */
  readonly before: number
  /** Only entries after this one; -1 for all. */
  readonly after: number
  /** At most 1,000. */
  readonly limit: number
}

export type FoundEntry = Omit<LedgerFactTable, 'idx'> & { index: number; leaf: string; salt: string | null; details: string | null }

export type Found = {
  entries: FoundEntry[]
  /** `before` of the next page; null when all was looked at. There may be one without entries in this one. */
  next: number | null
  /** Entries in what was looked at that nothing is known of to search by: somebody took them out of the index. */
  lacking: number
}

const PIECE = 4_000
const PIECES = 25
/** Leaves of several servers may stand out of the order of their times by their clocks' difference, and no more. ms */
const DISORDER = 600_000

export async function findEntries(db: Db, wanted: Wanted, reader: Reader, { before, after, limit }: Page): Promise<Found> {
  const found: Found = { entries: [], next: null, lacking: 0 }
  const types = wanted.types === undefined ? undefined : (await valuesOf(db, 'ledger_fact', 'type')).filter((type) => wanted.types?.some((one) => isOfType(type, one)))
  const keys = wanted.id === undefined ? [] : await valuesOf(db, 'ledger_id', 'key')
  const asked: Asked = { ...wanted, types, keys, reader }
  const lowest = Math.max(after + 1, wanted.since === undefined ? 0 : await firstSince(db, wanted.since - DISORDER))
  let top = Math.min(before, (await db.selectFrom('ledger_head').select('size').where('id', '=', 1).executeTakeFirst())?.size ?? 0)
  for (let piece = 0; ; piece++) {
    top = Math.min(top, await jump(db, asked, top))
    if (top <= lowest) return found
    if (piece === PIECES) return { ...found, next: top }
    const bottom = Math.max(lowest, top - PIECE)
    const rows = await matching(db, asked, bottom, top).limit(limit - found.entries.length).execute()
    found.entries.push(...rows)
    found.lacking += await countLacking(db, bottom, top)
    const last = found.entries.at(-1)
    if (found.entries.length >= limit && last !== undefined) return { ...found, next: last.index > lowest ? last.index : null }
    top = bottom
    // Others are waiting for their answers, too.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

type Asked = Omit<Wanted, 'types'> & { readonly types: readonly string[] | undefined; readonly keys: readonly string[]; readonly reader: Reader }

/** The place after the newest entry before `top` that can match: each index is asked for its own newest. 0: there is none. */
async function jump(db: Db, asked: Asked, top: number): Promise<number> {
  const { people, workspace, types, outcomes, until, id, keys } = asked
  const fact = async (column: 'type' | 'outcome' | 'person' | 'workspace', values: readonly string[]): Promise<number> =>
    await latest(values.map((value) => db.selectFrom('ledger_fact').select('idx').where(column, '=', value).where('idx', '<', top).orderBy('idx', 'desc').limit(1)))
  const named = async (of: readonly (readonly [string, string])[]): Promise<number> =>
    await latest(of.map(([key, value]) => db.selectFrom('ledger_id').select('idx').where('key', '=', key).where('value', '=', value).where('idx', '<', top).orderBy('idx', 'desc').limit(1)))
  let at = top
  if (types !== undefined) at = Math.min(at, await fact('type', types))
  if (outcomes !== undefined) at = Math.min(at, await fact('outcome', outcomes))
  if (workspace?.includes('/') === true && !workspace.endsWith('/')) at = Math.min(at, Math.max(await fact('workspace', [workspace]), await within(db, workspace, top)))
  if (people !== undefined) at = Math.min(at, Math.max(await fact('person', people), await named(people.map((one) => ['member', one] as const))))
  if (id !== undefined) at = Math.min(at, await named(keys.map((key) => [key, id] as const)))
  if (until !== undefined) at = Math.min(at, await lastUntil(db, until + DISORDER))
  return at
}

/** Names may have more than one slash: what is below this one. */
async function within(db: Db, workspace: string, top: number): Promise<number> {
  const below = await db.selectFrom('ledger_fact').select('idx').where('workspace', '>', `${workspace}/`).where('workspace', '<', `${workspace}0`).limit(1).executeTakeFirst()
  return below === undefined ? 0 : top
}

type OneRow = { executeTakeFirst(): Promise<{ idx: number } | undefined> }

async function latest(queries: readonly OneRow[]): Promise<number> {
  let newest = 0
  for (const query of queries) newest = Math.max(newest, ((await query.executeTakeFirst())?.idx ?? -1) + 1)
  return newest
}

async function firstSince(db: Db, at: number): Promise<number> {
  const row = await db.selectFrom('ledger_fact').select('idx').where('at', '>=', at).orderBy('at').orderBy('idx').limit(1).executeTakeFirst()
  return row?.idx ?? Number.MAX_SAFE_INTEGER
}

async function lastUntil(db: Db, at: number): Promise<number> {
  const row = await db.selectFrom('ledger_fact').select('idx').where('at', '<', at).orderBy('at', 'desc').orderBy('idx', 'desc').limit(1).executeTakeFirst()
  return (row?.idx ?? -1) + 1
}

function matching(db: Db, asked: Asked, bottom: number, top: number) {
  return db.selectFrom('ledger_fact as fact').innerJoin('ledger_leaf as leaf', 'leaf.idx', 'fact.idx').leftJoin('ledger_details as beside', 'beside.idx', 'fact.idx')
    .select(['fact.idx as index', 'fact.type', 'fact.at', 'fact.outcome', 'fact.person', 'fact.workspace', 'leaf.leaf', 'beside.salt', 'beside.details'])
    .where('fact.idx', '>=', bottom).where('fact.idx', '<', top).where((e) => e.and(conditions(e, asked, bottom, top))).orderBy('fact.idx', 'desc')
}

type Facts = ExpressionBuilder<Tables & { fact: LedgerFactTable }, 'fact'>

function conditions(e: Facts, asked: Asked, bottom: number, top: number): Expression<SqlBool>[] {
  const { people, workspace, types, outcomes, since, until, id, keys, reader } = asked
  const named = (key: readonly string[], value: readonly string[]): Expression<SqlBool> =>
    e('fact.idx', 'in', e.selectFrom('ledger_id').select('idx').where('key', 'in', key).where('value', 'in', value).where('idx', '>=', bottom).where('idx', '<', top))
  const isWithin = (scope: string): Expression<SqlBool> =>
    scope === '' ? sql<SqlBool>`1 = 1` : e.or([e('fact.workspace', '=', scope), e.and([e('fact.workspace', '>', `${scope}/`), e('fact.workspace', '<', `${scope}0`)])])
  const about = (of: readonly string[]): Expression<SqlBool> => (of.length === 0 ? sql<SqlBool>`1 = 0` : e.or([e('fact.person', 'in', of), named(['member'], of)]))
  const wanted: Expression<SqlBool>[] = []
  if (types !== undefined) wanted.push(types.length === 0 ? sql<SqlBool>`1 = 0` : e('fact.type', 'in', types))
  if (outcomes !== undefined) wanted.push(outcomes.length === 0 ? sql<SqlBool>`1 = 0` : e('fact.outcome', 'in', outcomes))
  if (workspace !== undefined) wanted.push(isWithin(workspace.replace(/\/$/, '')))
  if (people !== undefined) wanted.push(about(people))
  if (id !== undefined) wanted.push(keys.length === 0 ? sql<SqlBool>`1 = 0` : named(keys, [id]))
  if (since !== undefined) wanted.push(e('fact.at', '>=', since))
  if (until !== undefined) wanted.push(e('fact.at', '<', until))
  if (reader !== 'all') wanted.push(e.or([about([reader.person]), ...reader.scopes.filter((scope) => scope !== '').map(isWithin)]))
  return wanted
}

/** Of all columns' values one by one through the index: there are few, in many rows. */
async function valuesOf(db: Db, table: 'ledger_fact' | 'ledger_id', column: 'type' | 'key'): Promise<string[]> {
  const [from, of] = [sql.table(table), sql.ref(column)]
  const { rows } = await sql<{ value: string | null }>`with recursive each_of(value) as (
    select min(${of}) from ${from} union all select (select min(${of}) from ${from} where ${of} > each_of.value) from each_of where each_of.value is not null
  ) select value from each_of where value is not null`.execute(db)
  return rows.flatMap(({ value }) => value ?? [])
}

async function countLacking(db: Db, bottom: number, top: number): Promise<number> {
  const count = async (table: 'ledger_fact' | 'ledger_leaf'): Promise<number> =>
    Number((await db.selectFrom(table).select((row) => row.fn.countAll().as('count')).where('idx', '>=', bottom).where('idx', '<', top).executeTakeFirstOrThrow()).count)
  return Math.max(0, (await count('ledger_leaf')) - (await count('ledger_fact')))
}
