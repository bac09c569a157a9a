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
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

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
  const byId = new Map(keys.map((key) => [keyId(key), key]))
  const [current] = keys
  return {
    seal<Row extends Sealable>(of: SealedTable<Row>, row: Unsealed<Row>): Unsealed<Row> & Sealable {
      const mac = `v1.${keyId(current)}.${macOver(current, instance, of, row).toString('base64url')}`
      return { ...row, mac }
    },
    holds<Row extends Sealable>(of: SealedTable<Row>, row: Row): boolean {
      const [version, id = '', sent = '', ...rest] = row.mac.split('.')
      const key = byId.get(id)
      if (version !== 'v1' || !key || rest.length > 0) return false
      const expected = macOver(key, instance, of, row)
      const given = Buffer.from(sent, 'base64url')
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
  }
}

const keyId = (key: Uint8Array): string => createHash('sha256').update('countersign.row-mac-key.v1\n').update(key).digest().subarray(0, 8).toString('base64url')

function macOver(key: Uint8Array, instance: string, { table, columns }: { readonly table: string; readonly columns: Readonly<Record<string, 'decides' | 'beside'>> }, row: object): Buffer {
  const values: Readonly<Record<string, unknown>> = { ...row }
  const names = Object.keys(columns).filter((name) => columns[name] === 'decides').toSorted(byCodeUnits)
  const mac = createHmac('sha256', key)
  for (const part of ['countersign.row.v1', instance, table, names.length]) mac.update(encoded(part))
  for (const name of names) mac.update(encoded(name)).update(encoded(values[name]))
  return mac.digest()
}

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** @throws TypeError for what no column of a sealed table holds: bytes, fractions, what is missing */
function encoded(value: unknown): Buffer {
  const [tag, text] = value === null ? ['n', ''] : typeof value === 'string' ? ['s', value] : typeof value === 'number' && Number.isSafeInteger(value) ? ['i', String(value)] : [null, '']
  if (tag === null) throw new TypeError('a sealed row holds texts, integers and null')
  const bytes = Buffer.from(text, 'utf8')
  const head = Buffer.alloc(5, tag, 'latin1')
  head.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}
