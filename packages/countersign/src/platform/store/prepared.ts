/**
 * Statements that every request asks: built and compiled once for each kind of database, by the same builder as all others, and from then
 * on only their values change. They go the way of every statement of a unit or a read, with the same rules.
 */
import { sql, type Compilable, type RawBuilder } from 'kysely'
import { speaking, type Row } from './over.ts'
import type { Db, Tables, Tx } from './store.ts'

type Values = Readonly<Record<string, unknown>>
type Value<V extends Values> = <K extends keyof V & string>(name: K) => RawBuilder<V[K]>
type Text = { readonly sql: string; readonly parameters: readonly unknown[] }

/** Stands in a compiled statement where a value will. */
class Place {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A query. `value(name)` is where the value of that name goes. */
export function preparedQuery<V extends Values, R>(build: (db: Db | Tx, value: Value<V>) => Compilable<R>): (db: Db | Tx, values: V) => Promise<R[]> {
  const textFor = compiled(build)
  return async (db, values) => {
    const { ask, tongue } = speaking(db)
    return (await ask(...filled(textFor(db, tongue), values))).rows as R[]
  }
}

/** A change. @returns how many rows it touched */
export function preparedChange<V extends Values>(build: (db: Db | Tx, value: Value<V>) => Compilable): (tx: Tx, values: V) => Promise<number> {
  const textFor = compiled(build)
  return async (tx, values) => {
    const { ask, tongue } = speaking(tx)
    return (await ask(...filled(textFor(tx, tongue), values))).changes
  }
}

/** More rows than that come seldom, and each number of them is a statement of its own. */
const ROWS_KEPT = 16
const inserts = new WeakMap<object, Map<string, string>>()

/** Rows of one table, all with the columns of the first. */
export async function insertRows<T extends keyof Tables>(tx: Tx, table: T, rows: readonly Tables[T][]): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const { ask, tongue } = speaking(tx)
  const columns = Object.keys(first)
  const texts = inserts.get(tongue) ?? new Map<string, string>()
  inserts.set(tongue, texts)
  const name = `${table} ${columns.join()} ${rows.length}`
  const text = texts.get(name) ?? insertText(tx, table, columns, rows.length)
  if (rows.length <= ROWS_KEPT) texts.set(name, text)
  await ask(text, rows.flatMap((row) => columns.map((column) => (row as Row)[column])))
}

function insertText(tx: Tx, table: string, columns: readonly string[], count: number): string {
  const row = sql`(${sql.join(columns.map((column) => sql.val(new Place(column))))})`
  return sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))}) values ${sql.join(Array.from({ length: count }, () => row))}`.compile(tx).sql
}

function compiled<V extends Values>(build: (db: Db | Tx, value: Value<V>) => Compilable): (db: Db | Tx, tongue: object) => Text {
  const texts = new WeakMap<object, Text>()
  return (db, tongue) => {
    const known = texts.get(tongue)
    if (known !== undefined) return known
    const { sql: text, parameters } = build(db, (name) => sql`${new Place(name)}`).compile()
    const made = { sql: text, parameters }
    texts.set(tongue, made)
    return made
  }
}

function filled({ sql: text, parameters }: Text, values: Values): [string, readonly unknown[]] {
  return [text, parameters.map((one) => (one instanceof Place ? values[one.name] : one))]
}
