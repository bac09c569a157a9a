/**
 * The tables of the ledger. `ledger_leaf` is the log; `ledger_details` lies beside it and may be erased;
 * `ledger_id`, `ledger_node` and `ledger_head` can all be computed from the leaves, and are, at every start. `ledger_fact` is what is
 * searched by: a convenience that proves nothing.
 */
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../platform/store/tables.ts'

export interface LedgerLeafTable {
  idx: number
  /** Canonical text; its UTF-8 bytes are what is hashed. */
  leaf: string
}

export interface LedgerDetailsTable {
  idx: number
  /** 32 bytes, base64url. */
  salt: string
  /** Canonical text. */
  details: string
}

export interface LedgerIdTable {
  key: string
  value: string
  idx: number
}

/** What a leaf says, one row each: see leaves/said.ts. `workspace` is that of its request or state where it names none itself; "" for none. */
export interface LedgerFactTable {
  idx: number
  type: string
  /** ms; the time in the leaf. */
  at: number
  outcome: string
  person: string
  workspace: string
}

/** Roots of complete subtrees: level 0 is the leaf hash, (level, idx) covers leaves idx * 2^level and on. */
export interface LedgerNodeTable {
  level: number
  idx: number
  hash: Uint8Array
}

/** One row. Updating it is the lock on the tree, taken last in a unit of work. */
export interface LedgerHeadTable {
  id: number
  size: number
  /** Hex. */
  root: string
}

export interface LedgerCheckpointTable {
  size: number
  root: string
  note: string
}

/** One row: which key signs, under which origin. */
export interface LedgerKeyTable {
  id: number
  origin: string
  vkey: string
}

/** A place beyond this host, and how far it has come. */
export interface CheckpointPlaceTable {
  id: string
  /** The newest checkpoint it has; -1 for none. */
  size: number
  due_at: number
  tries: number
  /** Since when something waits for it; null when it has everything. */
  behind_since: number | null
  /** 1 when somebody was told. */
  alarmed: number
}

declare module '../platform/store/tables.ts' {
  interface Tables {
    ledger_leaf: LedgerLeafTable
    ledger_details: LedgerDetailsTable
    ledger_id: LedgerIdTable
    ledger_fact: LedgerFactTable
    ledger_node: LedgerNodeTable
    ledger_head: LedgerHeadTable
    ledger_checkpoint: LedgerCheckpointTable
    ledger_key: LedgerKeyTable
    checkpoint_place: CheckpointPlaceTable
  }
}

export const ledgerMigrations: Migration[] = [{ name: 'ledger_0001_tree', up: tree }, { name: 'ledger_0002_places', up: places }, { name: 'ledger_0003_facts', up: facts }, { name: 'ledger_0004_ids_by_place', up: idsByPlace }]

async function tree(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('ledger_leaf')
    .addColumn('idx', 'bigint', (column) => column.primaryKey())
    .addColumn('leaf', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('ledger_details')
    .addColumn('idx', 'bigint', (column) => column.primaryKey().references('ledger_leaf.idx'))
    .addColumn('salt', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('ledger_id')
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('idx', 'bigint', (column) => column.notNull().references('ledger_leaf.idx'))
    .addPrimaryKeyConstraint('ledger_id_key', ['key', 'value', 'idx'])
    .execute()
  await db.schema
    .createTable('ledger_node')
    .addColumn('level', 'integer', (column) => column.notNull())
    .addColumn('idx', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('ledger_node_place', ['level', 'idx'])
    .execute()
  await db.schema
    .createTable('ledger_head')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('root', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('ledger_checkpoint')
    .addColumn('size', 'bigint', (column) => column.primaryKey())
    .addColumn('root', 'text', (column) => column.notNull())
    .addColumn('note', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('ledger_key')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('vkey', 'text', (column) => column.notNull())
    .execute()
}

async function places(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('checkpoint_place')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('behind_since', 'bigint')
    .addColumn('alarmed', 'integer', (column) => column.notNull())
    .execute()
}

/** Each index ends with the place in the log: whatever is looked for is read newest first, from anywhere. */
async function facts(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('ledger_fact')
    .addColumn('idx', 'bigint', (column) => column.primaryKey().references('ledger_leaf.idx'))
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('workspace', 'text', (column) => column.notNull())
    .execute()
  for (const column of ['type', 'outcome', 'person', 'workspace'] as const) {
    await db.schema.createIndex(`ledger_fact_${column}`).on('ledger_fact').columns([column, 'idx']).execute()
  }
  await db.schema.createIndex('ledger_fact_at').on('ledger_fact').column('at').execute()
}

/** An audit reads the ids of one page of leaves after another: without this, all of them for each. */
async function idsByPlace(db: Kysely<Tables>): Promise<void> {
  await db.schema.createIndex('ledger_id_place').on('ledger_id').column('idx').execute()
}
