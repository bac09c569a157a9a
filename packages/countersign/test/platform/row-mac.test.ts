/** Row seals: what is believed of a row, and what was inserted, edited or moved. */
import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { createRowMacs, rowMacKey } from '../../src/platform/row-mac.ts'
import type { SealedTable } from '../../src/platform/row-mac.ts'

/** `id` is a text; a database writer is not bound by that. */
type Row = { id: string | number; owner: string; left: number; until: number | null; seen: number; mac: string }
const table: SealedTable<Row> = { table: 'right', columns: { until: 'decides', id: 'decides', seen: 'beside', owner: 'decides', left: 'decides' } }
const key = rowMacKey(new Uint8Array(32).fill(7))
const macs = createRowMacs('ins_1', [key])
const row = macs.seal(table, { id: 'a', owner: 'é', left: 2, until: null, seen: 5 })

it('holds where it was sealed, whatever stands beside', () => {
  expect(macs.holds(table, row)).toBe(true)
  expect(macs.holds(table, { ...row, seen: 6 })).toBe(true)
})

it.each<[string, Partial<Row>]>([
  ['id', { id: 'b' }], ['text', { owner: 'e' }], ['count', { left: 3 }], ['null for a number', { until: 0 }], ['a number for a text', { id: 0 }],
  ['no MAC', { mac: '' }], ['a MAC of nothing', { mac: `${row.mac.split('.').slice(0, 2).join('.')}.` }], ['another version', { mac: row.mac.replace('v1', 'v2') }],
  ['more behind it', { mac: `${row.mac}.x` }], ['another key', { mac: row.mac.replace(/\.[^.]+\./, '.AAAAAAAAAAA.') }],
])('does not hold: %s', (_, edit) => {
  expect(macs.holds(table, { ...row, ...edit })).toBe(false)
})

it('does not hold in another table, another installation, or where a column of one text was moved into the next', () => {
  expect(macs.holds({ ...table, table: 'other' }, row)).toBe(false)
  expect(createRowMacs('ins_2', [key]).holds(table, row)).toBe(false)
  expect(createRowMacs('ins_1', [rowMacKey(new Uint8Array(32).fill(8))]).holds(table, row)).toBe(false)
  const moved = macs.seal(table, { id: 'ab', owner: 'c', left: 1, until: 1, seen: 1 })
  expect(macs.holds(table, { ...moved, id: 'a', owner: 'bc' })).toBe(false)
})

it('seals with the first key, and still believes what an earlier one sealed', () => {
  const newer = createRowMacs('ins_1', [rowMacKey(new Uint8Array(32).fill(8)), key])
  expect(newer.holds(table, row)).toBe(true)
  const anew = newer.seal(table, { id: 'a', owner: 'é', left: 1, until: null, seen: 5 })
  expect(newer.holds(table, anew)).toBe(true)
  expect(macs.holds(table, anew)).toBe(false)
})

it('has the canonical form that it says', () => {
  const part = (tag: string, text: string): Buffer => Buffer.concat([Buffer.from(tag), Buffer.from([0, 0, 0, Buffer.byteLength(text)]), Buffer.from(text)])
  const bytes = Buffer.concat([
    part('s', 'countersign.row.v1'), part('s', 'ins_1'), part('s', 'right'), part('i', '4'),
    part('s', 'id'), part('s', 'a'), part('s', 'left'), part('i', '2'), part('s', 'owner'), part('s', 'é'), part('s', 'until'), part('n', ''),
  ])
  expect(row.mac.split('.')[2]).toBe(createHmac('sha256', key).update(bytes).digest('base64url'))
})

it('refuses to seal what no column holds', () => {
  expect(() => macs.seal(table, { id: 'a', owner: 'b', left: 0.5, until: null, seen: 1 })).toThrow(TypeError)
})
