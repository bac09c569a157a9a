/** Reading the ledger: entries and proofs. */
import { toHex } from '@countersign/proof'
import { consistencyProof, inclusionProof } from '@countersign/proof/produce'
import { preparedQuery } from '../platform/store/prepared.ts'
import type { Db, Store, Tx } from '../platform/store/store.ts'
import { LedgerError } from './errors.ts'
import type { Entry, Ledger } from './index.ts'
import { nodeReader } from './nodes.ts'

const LIMIT = 1_000

export function reader(store: Store): Pick<Ledger, 'entries' | 'find' | 'newest' | 'newestOf' | 'latest' | 'inclusion' | 'consistency'> {
  const within = async (db: Db, holds: boolean, size: number): Promise<void> => {
    const head = await db.selectFrom('ledger_head').select('size').where('id', '=', 1).executeTakeFirst()
    if (!holds || head === undefined || size > head.size) throw new LedgerError('not_in_ledger', `The ledger has ${head?.size ?? 0} leaves; there is no such proof.`)
  }
  return {
    entries: (from, limit) => store.read((db) => entriesIn(db).where('leaf.idx', '>=', from).limit(Math.max(0, Math.min(limit, LIMIT))).execute().then(shown)),
    find: ({ key, value }) =>
      store.read((db) => entriesIn(db).innerJoin('ledger_id as id', 'id.idx', 'leaf.idx').where('id.key', '=', key).where('id.value', '=', value).execute().then(shown)),
    newest: (type) =>
      store.read(async (db) => {
        // The canonical text of a leaf ends with its type and version: the pattern finds leaves of this type and no others.
        const row = await entriesIn(db).clearOrderBy().orderBy('leaf.idx', 'desc').where('leaf.leaf', 'like', `%"type":"${type}","v":1}`).limit(1).execute()
        return shown(row)[0] ?? null
      }),
    newestOf: async (db, { key, value }) => {
      const [last] = await lastOf(db, { key, value })
      return last === undefined ? null : (shown(await entriesIn(db).where('leaf.idx', '=', last.idx).execute())[0] ?? null)
    },
    latest: async (db, { key, value }, { type, before, limit }) =>
      shown(await entriesIn(db).clearOrderBy().orderBy('leaf.idx', 'desc').innerJoin('ledger_id as id', 'id.idx', 'leaf.idx').where('id.key', '=', key).where('id.value', '=', value)
        .where('leaf.idx', '<', before).where('leaf.leaf', 'like', `%"type":"${type}","v":1}`).limit(Math.max(0, Math.min(limit, LIMIT))).execute()),
    inclusion: (index, size) =>
      store.read(async (db) => {
        await within(db, isIndex(index) && isIndex(size) && index < size, size)
        return (await inclusionProof(index, size, nodeReader(db))).map(toHex)
      }),
    consistency: (from, to) =>
      store.read(async (db) => {
        await within(db, isIndex(from) && isIndex(to) && from <= to, to)
        return (await consistencyProof(from, to, nodeReader(db))).map(toHex)
      }),
  }
}

const lastOf = preparedQuery<{ key: string; value: string }, { idx: number }>((db, of) =>
  db.selectFrom('ledger_id').select('idx').where('key', '=', of('key')).where('value', '=', of('value')).orderBy('idx', 'desc').limit(1))

const isIndex = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

const entriesIn = (db: Db | Tx) =>
  db.selectFrom('ledger_leaf as leaf').leftJoin('ledger_details as beside', 'beside.idx', 'leaf.idx').select(['leaf.idx as index', 'leaf.leaf', 'beside.salt', 'beside.details']).orderBy('leaf.idx')

const shown = (rows: { index: number; leaf: string; salt: string | null; details: string | null }[]): Entry[] => rows.map((row) => ({ ...row, salt: row.salt ?? '' }))
