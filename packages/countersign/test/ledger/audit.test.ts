import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditVerify, type Audit } from '../../src/ledger/index.ts'
import { existingFolder } from '../../src/platform/folder.ts'
import { act, Place } from './place.ts'

let sound: Place
let vkey: string
beforeAll(async () => {
  sound = await Place.make()
  const { ledger, store } = await sound.open()
  for (let n = 0; n < 11; n++) {
    await act(store, ledger, `thing ${n}`, { run: `run_${n % 3}`, person: 'usr_1' })
    if (n % 4 === 1) await ledger.checkpoint()
  }
  vkey = ledger.vkey
  await sound.close()
})
afterAll(() => sound.remove())

/** The audit of a copy that was damaged. */
async function auditOf(damage: (place: Place) => void, pinned: readonly string[] = []): Promise<Audit> {
  const place = await Place.make()
  try {
    cpSync(sound.dataDir, place.dataDir, { recursive: true })
    damage(place)
    return await auditIn(place, pinned)
  } finally {
    await place.remove()
  }
}

async function auditIn(place: Place, pinned: readonly string[] = []): Promise<Audit> {
  const store = await place.store({ readOnly: true })
  try {
    return await auditVerify(store, existingFolder(place.checkpoints), pinned)
  } finally {
    await store.close()
  }
}

test('a sound ledger: everything counted, nothing found', async () => {
  const audit = await auditOf(() => undefined, [vkey])
  expect(audit).toMatchObject({ leaves: 11, details: 11, erased: 0, nodes: 19, checkpoints: 4, files: 4, newest: { size: 10 }, problems: [] })
})

test('details that were erased are counted and are no problem', async () => {
  expect(await auditOf((place) => place.edit('delete from ledger_details where idx in (2, 5)'))).toMatchObject({ details: 9, erased: 2, problems: [] })
})

/** Every column of every table of the ledger, row by row: one character, one number, one byte. */
const columns: [string, string, string][] = [
  ['ledger_leaf', 'idx', 'idx + 1000'], ['ledger_leaf', 'idx', 'idx + 0.5'], ['ledger_leaf', 'leaf', ''],
  ['ledger_details', 'idx', 'idx + 1000'], ['ledger_details', 'salt', ''], ['ledger_details', 'details', ''],
  ['ledger_id', 'key', ''], ['ledger_id', 'value', ''], ['ledger_id', 'idx', 'idx + 100'],
  ['ledger_fact', 'idx', 'idx + 1000'], ['ledger_fact', 'type', ''], ['ledger_fact', 'at', 'at + 1'], ['ledger_fact', 'outcome', ''], ['ledger_fact', 'person', ''], ['ledger_fact', 'workspace', `workspace || 'x'`],
  ['ledger_node', 'level', 'level + 20'], ['ledger_node', 'idx', 'idx + 1000'], ['ledger_node', 'idx', 'idx + 0.5'], ['ledger_node', 'hash', ''],
  ['ledger_head', 'id', 'id + 1'], ['ledger_head', 'size', 'size + 1'], ['ledger_head', 'size', 'size - 1'], ['ledger_head', 'root', ''],
  ['ledger_checkpoint', 'size', 'size + 1'], ['ledger_checkpoint', 'root', ''], ['ledger_checkpoint', 'note', ''],
  ['ledger_key', 'id', 'id + 1'], ['ledger_key', 'origin', ''], ['ledger_key', 'vkey', ''],
]

test('the table of columns is the whole schema of the ledger', () => {
  const database = new DatabaseSync(join(sound.dataDir, 'countersign.db'))
  const schema = database.prepare(`select m.name as t, c.name as c from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and m.name like 'ledger_%'`).all().map((row: { t: string; c: string }) => `${row.t}.${row.c}`)
  database.close()
  expect([...new Set(columns.map(([table, column]) => `${table}.${column}`))].toSorted()).toEqual(schema.toSorted())
})

test.each(columns)('%s.%s %s: an edit of any row, at any of several places in it, is found', async (table, column, expression) => {
  const database = new DatabaseSync(join(sound.dataDir, 'countersign.db'))
  const rows: { row: number; value: unknown }[] = database.prepare(`select rowid as row, ${column} as value from ${table}`).all()
  database.close()
  const unnoticed: string[] = []
  for (const { row, value } of [rows[0], rows[Math.floor(rows.length / 2)], rows.at(-1)].filter((one) => one !== undefined)) {
    const assignments = expression !== '' ? [expression] : edited(value)
    for (const assignment of assignments) {
      const audit = await auditOf((place) => place.edit(`update ${table} set ${column} = ${assignment} where rowid = ${row}`))
      if (audit.problems.length === 0) unnoticed.push(`${row}: ${assignment}`)
    }
  }
  expect(unnoticed).toEqual([])
})

/** The value with one character or byte changed: the first, one in the middle, the last. */
function edited(value: unknown): string[] {
  if (value instanceof Uint8Array) return [0, 15, 31].map((at) => `x'${Buffer.from(value.map((byte, n) => (n === at ? byte ^ 1 : byte))).toString('hex')}'`)
  const text = String(value)
  return [0, Math.floor(text.length / 2), text.length - 1].map((at) => {
    const other = text[at] === '1' ? '2' : '1'
    return `'${(text.slice(0, at) + other + text.slice(at + 1)).replaceAll(`'`, `''`)}'`
  })
}

test.each([
  ['a leaf', 'delete from ledger_leaf where idx = 4'], ['a node', 'delete from ledger_node where level = 1 and idx = 2'], ['an id', `delete from ledger_id where idx = 3 and key = 'run'`], ['what an entry is found by', 'delete from ledger_fact where idx = 5'],
  ['the head', 'delete from ledger_head'], ['the key', 'delete from ledger_key'],
])('%s that is gone is found', async (_what, statement) => {
  expect((await auditOf((place) => place.edit(statement))).problems).not.toEqual([])
})

test.each([
  ['a leaf', `insert into ledger_leaf values (11, '{}')`], ['a node', 'insert into ledger_node values (7, 0, zeroblob(32))'], ['an id', `insert into ledger_id values ('run', 'run_9', 3)`],
  ['an id of no leaf', `insert into ledger_id values ('run', 'run_9', 99)`], ['what no entry is found by', `insert into ledger_fact values (99, 'test.acted', 0, 'done', '', '')`], ['details of no leaf', `insert into ledger_details values (99, '', '')`],
  ['a head', `insert into ledger_head values (2, 0, '')`], ['a key', `insert into ledger_key values (2, '', '')`], ['a checkpoint', `insert into ledger_checkpoint values (3, '00', 'x')`],
])('%s too many is found', async (_what, statement) => {
  expect((await auditOf((place) => place.edit(statement))).problems).not.toEqual([])
})

const swap = (table: string, columns: string[], more = ''): string[] => [
  `create temp table other as select * from ${table} where idx in (4, 5)${more}`,
  `update ${table} set ${columns.map((column) => `${column} = (select other.${column} from other where other.idx = 9 - ${table}.idx)`).join(', ')} where idx in (4, 5)${more}`,
]
test.each([
  ['leaves', swap('ledger_leaf', ['leaf']), ['ledger_leaf 4', 'ledger_leaf 5']],
  ['hashes of leaves', swap('ledger_node', ['hash'], ' and level = 0'), ['ledger_leaf 4', 'ledger_leaf 5']],
  ['details', swap('ledger_details', ['salt', 'details']), ['ledger_details 4', 'ledger_details 5']],
  ['details without their salts', swap('ledger_details', ['details']), ['ledger_details 4', 'ledger_details 5']],
  ['what two are found by', swap('ledger_fact', ['at']), ['ledger_fact 4', 'ledger_fact 5']],
  ['ids', [`update ledger_id set idx = 9 - idx where idx in (4, 5) and key = 'run'`], ['ledger_id 4', 'ledger_id 5']],
])('%s of two leaves that change places are named', async (_what, statements, named) => {
  const { problems } = await auditOf((place) => place.edit(...statements))
  expect(problems.map(({ where }) => where)).toEqual(expect.arrayContaining(named))
})

test.each([
  ['ledger_leaf', 'leaf', 'blob', 'ledger_leaf 4'], ['ledger_node', 'hash', 'text', 'ledger_leaf 4'], ['ledger_details', 'salt', 'blob', 'ledger_details 4'], ['ledger_details', 'details', 'blob', 'ledger_details 4'],
  ['ledger_id', 'key', 'blob', 'ledger_id 4'], ['ledger_id', 'value', 'blob', 'ledger_id 4'], ['ledger_fact', 'type', 'blob', 'ledger_fact 4'], ['ledger_fact', 'at', 'blob', 'ledger_fact 4'],
])('%s.%s, the same bytes as a %s, is named', async (table, column, type, named) => {
  const { problems } = await auditOf((place) => place.edit(`update ${table} set ${column} = cast(${column} as ${type}) where idx = 4`))
  expect(problems.map(({ where }) => where)).toContain(named)
})

/** What stands between values where a page is read at once (src/ledger/page.ts), in a value. */
test.each([
  ['ledger_leaf', 'leaf', 'ledger_leaf 4'], ['ledger_details', 'salt', 'ledger_details 4'], ['ledger_details', 'details', 'ledger_details 4'],
  ['ledger_id', 'key', 'ledger_id 4'], ['ledger_id', 'value', 'ledger_id 4'], ['ledger_fact', 'person', 'ledger_fact 4'], ['ledger_fact', 'outcome', 'ledger_fact 4'],
])('%s.%s that holds what stands between values is named', async (table, column, named) => {
  const joined = await auditOf((place) => place.edit(`update ${table} set ${column} = ${column} || char(30) || ${column} where idx = 4`))
  expect(joined.problems.map(({ where }) => where)).toContain(named)
  // One row less, and the same values: the texts are those of a sound page.
  const fewer = await auditOf((place) => place.edit(
    `update ${table} set ${column} = ${column} || char(30) || (select max(other.${column}) from ${table} as other where other.idx = 5) where idx = 4`, `delete from ${table} where idx = 5`))
  expect(fewer.problems.map(({ where }) => where)).toContain(named)
})

test.each([['ledger_details'], ['ledger_id'], ['ledger_fact']])('%s between two leaves is named', async (table) => {
  const { problems } = await auditOf((place) => place.edit(`update ${table} set idx = 4.5 where idx = 4`))
  expect(problems.map(({ where }) => where)).toContain(`${table} 4.5`)
})

test('rows that are there twice, in a table that was made anew without its keys, are named', async () => {
  const again = (table: string): string[] => [`create table again as select * from ${table}`, `drop table ${table}`, `alter table again rename to ${table}`, `insert into ${table} select * from ${table} where idx = 4`]
  for (const table of ['ledger_details', 'ledger_fact', 'ledger_id']) {
    const { problems } = await auditOf((place) => place.edit(...again(table)))
    expect(problems.map(({ where }) => where)).toContain(`${table} 4`)
  }
})

test('details that are large, or hold what is escaped, are whole, and named when they change', async () => {
  const place = await Place.make()
  try {
    const { store, ledger } = await place.open()
    for (const what of ['plain', 'Gr\u00fc\u00dfe \u{1f511}', 'a "quoted" \\ word\n', 'x'.repeat(40_000), '\u00e4'.repeat(40_000)]) await act(store, ledger, what)
    await ledger.checkpoint()
    await place.close()
    const audit = async (): Promise<string[]> => (await auditIn(place)).problems.map(({ where }) => where)
    expect(await audit()).toEqual([])
    place.edit(`update ledger_details set details = substr(details, 1, length(details) - 3) || 'y"}'`)
    expect(await audit()).toEqual([0, 1, 2, 3, 4].map((idx) => `ledger_details ${idx}`))
  } finally {
    await place.remove()
  }
})

test('more leaves than are read at a time: every page, and what is above them, is compared', async () => {
  const place = await Place.make()
  try {
    const { store, ledger } = await place.open()
    for (let from = 0; from < 8_300; from += 4_150) {
      await store.write(async (tx) => {
        for (let n = from; n < from + 4_150; n++) await ledger.append(tx, { type: 'test.acted', ids: { run: `run_${n}` }, details: { n } })
      })
      await ledger.checkpoint()
    }
    await place.close()
    expect(await auditIn(place)).toMatchObject({ leaves: 8_300, details: 8_300, nodes: 16_595, checkpoints: 3, problems: [] })
    place.edit(
      `update ledger_leaf set leaf = replace(leaf, 'run_4097', 'run_4098') where idx = 4097`, 'update ledger_node set hash = zeroblob(32) where level = 12 and idx = 1', 'delete from ledger_node where level = 13',
      `update ledger_details set details = '{"n":1}' where idx = 8299`, `delete from ledger_id where idx = 4095`, `update ledger_fact set at = at + 1 where idx = 4096`,
    )
    const { problems } = await auditIn(place)
    expect(problems.map(({ where }) => where).toSorted()).toEqual([
      'checkpoints/0000000000004150.checkpoint', 'checkpoints/0000000000008300.checkpoint', 'ledger_checkpoint 4150', 'ledger_checkpoint 8300', 'ledger_details 8299', 'ledger_fact 4096', 'ledger_head', 'ledger_id 4095', 'ledger_id 4097', 'ledger_leaf 4097',
      'ledger_node', ...Array.from({ length: 13 }, (_, below) => `ledger_node ${below + 1}/${4097 >> (below + 1)}`),
    ].toSorted())
  } finally {
    await place.remove()
  }
})

test('any byte of any checkpoint file that changes is found', async () => {
  const name = readdirSync(sound.checkpoints)[1] ?? ''
  const note = readFileSync(join(sound.checkpoints, name))
  const unnoticed: number[] = []
  for (let at = 0; at < note.length; at += 7) {
    const audit = await auditOf((place) => writeFileSync(join(place.checkpoints, name), note.map((byte, n) => (n === at ? byte ^ 1 : byte))))
    if (audit.problems.length === 0) unnoticed.push(at)
  }
  expect(unnoticed).toEqual([])
})

test('details and leaf edited together are found by the tree', async () => {
  const audit = await auditOf((place) => place.edit(`update ledger_details set details = replace(details, 'thing 4', 'thing 5') where idx = 4`))
  expect(audit.problems).toEqual([{ where: 'ledger_details 4', what: 'do not match the commitment in the leaf' }])
})

test('a database that was rolled back is found by the checkpoint files', async () => {
  const audit = await auditOf((place) => {
    const later = readFileSync(join(place.checkpoints, readdirSync(place.checkpoints).at(-1) ?? ''), 'utf8')
    place.edit(
      'delete from ledger_id where idx >= 8', 'delete from ledger_fact where idx >= 8', 'delete from ledger_details where idx >= 8', 'delete from ledger_leaf where idx >= 8', 'delete from ledger_checkpoint where size > 8',
      'delete from ledger_node where (idx + 1) * (1 << level) > 8', 'update ledger_head set size = 8, root = (select lower(hex(hash)) from ledger_node where level = 3)',
    )
    expect(later).toContain('\n10\n')
  })
  expect(audit.problems).toEqual([{ where: expect.stringContaining('checkpoints/'), what: expect.stringContaining('rolled back') }])
})

test('another key than the pinned one is found', async () => {
  expect((await auditOf(() => undefined, ['countersign/other+00000000+AA'])).problems).toEqual([{ where: 'ledger_key', what: 'is not a key that was pinned' }])
})

test('very many problems are counted, and a hundred of them named', async () => {
  const audit = await auditOf((place) => place.edit(`with recursive n(i) as (select 100 union all select i + 1 from n where i < 400) insert into ledger_checkpoint select i, '00', 'x' from n`))
  expect(audit.problems).toHaveLength(101)
  expect(audit.problems.at(-1)).toEqual({ where: 'and more', what: '201 further problems' })
})

test('it runs beside a server that appends', async () => {
  const place = await Place.make()
  try {
    const { add, ledger } = await place.open()
    await add(5)
    const beside = await place.store({ readOnly: true })
    const [audit] = await Promise.all([auditVerify(beside, existingFolder(place.checkpoints)), add(20).then(() => ledger.checkpoint())])
    expect(audit.problems).toEqual([])
    await beside.close()
  } finally {
    await place.remove()
  }
})

test('a folder that is not there has no files', async () => {
  expect(await auditOf((place) => rmSync(place.checkpoints, { recursive: true }))).toMatchObject({ files: 0, problems: [] })
})
