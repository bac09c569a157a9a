/**
 * Row seals: a row that gives access is believed only with a MAC (HMAC-SHA-256) under a key that is not in the database.
 *
 * The adversary writes the database. Guaranteed: a row that was inserted, edited in a column that decides, or taken from another row, table
 * or installation does not hold. Not guaranteed: that it is the newest of its place; an older row that was put back holds as it did then.
 * What ends or counts down is therefore compared with the ledger as well, by who uses it. And not: against who has the key.
 *
 * Canonical form, version 1: the label `countersign.row.v1`, the installation, the table, the number of columns that decide, then each
 * of them in the order of its name (by code units): name, value. A text is `s`, its length in bytes (4 bytes, big-endian), its UTF-8; an
 * integer is `i` and its decimal digits likewise; null is `n` and length 0. No two rows have the same bytes.
 */
import { createHash, createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto'

/** `mac` is text: `v1.<key id>.<MAC>`, the last two base64url. */
export type Sealable = { mac: string }
/** What is sealed of a table: every column is named, so that a new one is thought about. `beside` changes without it, and decides nothing. */
export type SealedTable<Row extends Sealable> = { readonly table: string; readonly columns: Readonly<Record<Exclude<keyof Row & string, 'mac'>, 'decides' | 'beside'>> }
export type Unsealed<Row extends Sealable> = Omit<Row, 'mac'>

export interface RowMacs {
  /** By whoever writes it, and again by whoever changes a column that decides, in the same unit. */
  seal<Row extends Sealable>(of: SealedTable<Row>, row: Unsealed<Row>): Unsealed<Row> & Sealable
  /** Takes the same time wherever the two differ. */
  holds<Row extends Sealable>(of: SealedTable<Row>, row: Row): boolean
}

/** HKDF-SHA-256 of a key of the keyring, which all servers of an installation share. */
export function rowMacKey(root: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', root, new Uint8Array(), 'countersign.row-mac.v1', 32))
}

/** @param keys 32 bytes each: the first seals; rows that were sealed with another of them hold until they end. */
export function createRowMacs(instance: string, keys: readonly [Uint8Array, ...Uint8Array[]]): RowMacs {
  const byId = new Map(keys.map((key) => [keyId(key), createSecretKey(key)]))
  const current = { id: keyId(keys[0]), key: createSecretKey(keys[0]) }
  const forms = new Map<string, Form>()
  const formOf = (of: Sealed): Form => {
    const known = forms.get(of.table)
    if (known?.columns === of.columns) return known
    const made = newForm(instance, of)
    forms.set(of.table, made)
    return made
  }
  return {
    seal<Row extends Sealable>(of: SealedTable<Row>, row: Unsealed<Row>): Unsealed<Row> & Sealable {
      const mac = `v1.${current.id}.${macOver(current.key, formOf(of), row).toString('base64url')}`
      return { ...row, mac }
    },
    holds<Row extends Sealable>(of: SealedTable<Row>, row: Row): boolean {
      const [version, id = '', sent = '', ...rest] = row.mac.split('.')
      const key = byId.get(id)
      if (version !== 'v1' || !key || rest.length > 0) return false
      const expected = macOver(key, formOf(of), row)
      const given = Buffer.from(sent, 'base64url')
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
  }
}

const keyId = (key: Uint8Array): string => createHash('sha256').update('countersign.row-mac-key.v1\n').update(key).digest().subarray(0, 8).toString('base64url')

type Sealed = { readonly table: string; readonly columns: Readonly<Record<string, 'decides' | 'beside'>> }
/** What is the same for every row of a table: how its canonical form begins, and each column's name as it stands in it. */
type Form = { readonly columns: Sealed['columns']; readonly begins: Buffer; readonly names: readonly { readonly name: string; readonly bytes: Buffer }[]; readonly length: number }

function newForm(instance: string, { table, columns }: Sealed): Form {
  const sorted = Object.keys(columns).filter((name) => columns[name] === 'decides').toSorted(byCodeUnits)
  const begins = Buffer.concat(['countersign.row.v1', instance, table, sorted.length].map(encoded))
  const names = sorted.map((name) => ({ name, bytes: encoded(name) }))
  return { columns, begins, names, length: names.reduce((sum, { bytes }) => sum + bytes.length, begins.length) }
}

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Over one buffer: a row has some twenty columns, and a request is held against several rows. */
function macOver(key: KeyObject, { begins, names, length }: Form, row: object): Buffer {
  const values: Readonly<Record<string, unknown>> = { ...row }
  const parts = names.map(({ name }) => partOf(values[name]))
  const bytes = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + HEAD + part.length, length))
  let at = begins.copy(bytes)
  for (const [place, part] of parts.entries()) {
    at += names[place]?.bytes.copy(bytes, at) ?? 0
    at = write(bytes, at, part)
  }
  return createHmac('sha256', key).update(bytes).digest()
}

const HEAD = 5
type Part = { readonly tag: number; readonly text: string; readonly length: number }
const tags = { null: 0x6e, text: 0x73, integer: 0x69 } as const

/** @throws TypeError for what no column of a sealed table holds: bytes, fractions, what is missing */
function partOf(value: unknown): Part {
  if (typeof value === 'string') return { tag: tags.text, text: value, length: Buffer.byteLength(value, 'utf8') }
  if (value === null) return { tag: tags.null, text: '', length: 0 }
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new TypeError('a sealed row holds texts, integers and null')
  const text = String(value)
  return { tag: tags.integer, text, length: text.length }
}

function write(bytes: Buffer, from: number, { tag, text, length }: Part): number {
  bytes[from] = tag
  bytes.writeUInt32BE(length, from + 1)
  bytes.write(text, from + HEAD, length, 'utf8')
  return from + HEAD + length
}

function encoded(value: string | number): Buffer {
  const part = partOf(value)
  const bytes = Buffer.allocUnsafe(HEAD + part.length)
  write(bytes, 0, part)
  return bytes
}
