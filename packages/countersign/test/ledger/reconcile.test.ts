import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auditVerify, LedgerError, startCases } from '../../src/ledger/index.ts'
import { Place } from './place.ts'

let place: Place
let elsewhere: Place
const seen = new Set<string>()
beforeEach(async () => {
  place = await Place.make()
  elsewhere = await Place.make()
})
afterEach(async () => {
  await place.remove()
  await elsewhere.remove()
})

const file = (size: number): string => join(place.checkpoints, `${String(size).padStart(16, '0')}.checkpoint`)
const key = (at = place): string => join(at.dataDir, 'keys', 'ledger.pem')
const databaseOf = (at: Place): string[] => readdirSync(at.dataDir).filter((name) => name.startsWith('countersign.db')).map((name) => join(at.dataDir, name))

/** Five leaves and a checkpoint at 2 and at 5, closed in good order. */
async function five(at = place): Promise<void> {
  const { ledger, add } = await at.open()
  await add(2)
  await ledger.checkpoint()
  await add(3)
  await ledger.checkpoint()
  await at.close()
}

/** The database of `from` in place of the one of `to`, as a restore does it. */
function restore(from: Place, to: Place): void {
  for (const path of databaseOf(to)) rmSync(path)
  for (const path of databaseOf(from)) cpSync(path, join(to.dataDir, path.slice(from.dataDir.length + 1)))
}

/** A second history under the same key and instance: what somebody with the whole folder could make. */
async function anotherHistory(leaves: number): Promise<void> {
  mkdirSync(join(elsewhere.dataDir, 'keys'), { recursive: true, mode: 0o700 })
  cpSync(key(), key(elsewhere))
  const { add } = await elsewhere.open()
  await add(leaves)
  await elsewhere.close()
}

const starts = async (instance?: string): Promise<string> => {
  try {
    const { code, ledger, store, folder } = await place.open(instance === undefined ? {} : { instance })
    seen.add(code)
    const { size } = await ledger.checkpoint()
    const audit = await auditVerify(store, folder, [ledger.vkey])
    return `${code}, ${size} leaves, ${audit.problems.length === 0 ? 'sound' : JSON.stringify(audit.problems)}`
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    seen.add(error.code)
    expect(error.message).toMatch(/^The ledger does not start\. .+\./)
    return `stops: ${error.code}`
  }
}

/** Everything a start must not touch when it stops. */
const evidence = (): string => JSON.stringify([place.checkpoints, join(place.dataDir, 'keys')].map((folder) => (existsSync(folder) ? readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]) : null)))

describe('starts quietly', () => {
  test('a fresh folder', async () => {
    expect(await starts()).toBe('fresh, 0 leaves, sound')
    await place.close()
    expect(await starts()).toBe('equal, 0 leaves, sound')
  })

  test('a key that was made before a crash, and nothing else yet', async () => {
    await elsewhere.open()
    mkdirSync(join(place.dataDir, 'keys'), { recursive: true, mode: 0o700 })
    cpSync(key(elsewhere), key())
    expect(await starts()).toBe('fresh, 0 leaves, sound')
  })

  test('database, tree and checkpoint agree', async () => {
    await five()
    expect(await starts()).toBe('equal, 5 leaves, sound')
  })
})

describe('signs what is not covered yet', () => {
  test('leaves that no checkpoint covers, as after a crash', async () => {
    const { add } = await place.open()
    await add(3)
    await place.close()
    expect(await starts()).toBe('ahead, 3 leaves, sound')
    expect(existsSync(file(3))).toBe(true)
  })

  test('no checkpoint was ever signed', async () => {
    const { add } = await place.open()
    await add(2)
    await place.close()
    place.edit('delete from ledger_checkpoint')
    rmSync(place.checkpoints, { recursive: true })
    expect(await starts()).toBe('unsigned, 2 leaves, sound')
  })
})

describe('repairs a copy that was not finished', () => {
  test('the newest checkpoint is not in the folder', async () => {
    await five()
    const note = readFileSync(file(5), 'utf8')
    rmSync(file(5))
    expect(await starts()).toBe('folder_behind, 5 leaves, sound')
    expect(readFileSync(file(5), 'utf8')).toBe(note)
  })

  test('the whole folder of checkpoints is gone', async () => {
    await five()
    rmSync(place.checkpoints, { recursive: true })
    expect(await starts()).toBe('folder_behind, 5 leaves, sound')
  })

  test('the newest checkpoint is not in the database', async () => {
    await five()
    place.edit('delete from ledger_checkpoint where size = 5')
    expect(await starts()).toBe('table_behind, 5 leaves, sound')
    await place.close()
    expect(await starts()).toBe('equal, 5 leaves, sound')
  })

  test('a repair and new leaves at once', async () => {
    await five()
    const { add } = await place.open()
    await add(2)
    await place.close()
    rmSync(file(5))
    expect(await starts()).toBe('folder_behind, 7 leaves, sound')
  })

  test('a half-written file of a killed process is no checkpoint', async () => {
    await five()
    writeFileSync(join(place.checkpoints, '.unfinished-1-0'), 'countersign/')
    expect(await starts()).toBe('equal, 5 leaves, sound')
  })
})

const edits: [string, string, string | string[]][] = [
  ['leaf_changed', 'one letter of a leaf', `update ledger_leaf set leaf = replace(leaf, 'test.acted', 'test.acteD') where idx = 3`],
  ['leaf_changed', 'the hash of a leaf', `update ledger_node set hash = zeroblob(32) where level = 0 and idx = 1`],
  ['leaf_changed', 'the hash of a leaf is gone', 'delete from ledger_node where level = 0 and idx = 1'],
  ['leaf_missing', 'a leaf in the middle', 'delete from ledger_leaf where idx = 2'],
  ['leaf_missing', 'the first leaf', 'delete from ledger_leaf where idx = 0'],
  ['leaf_missing', 'the last leaf', 'delete from ledger_leaf where idx = 4'],
  ['leaf_missing', 'all leaves', 'delete from ledger_leaf'],
  ['leaf_missing', 'one leaf too many', `insert into ledger_leaf (idx, leaf) values (5, '{}')`],
  ['leaf_missing', 'a leaf before the first', `insert into ledger_leaf (idx, leaf) values (-1, '{}')`],
  ['tree_damaged', 'a node above the leaves', 'update ledger_node set hash = zeroblob(32) where level = 1 and idx = 0'],
  ['tree_damaged', 'a node above the leaves is gone', 'delete from ledger_node where level = 2'],
  ['tree_damaged', 'the root of the head', `update ledger_head set root = replace(root, substr(root, 1, 1), 'x')`],
  ['tree_damaged', 'the record of the key is gone', ['delete from ledger_key', 'DELETE FOLDER']],
  ['database_missing', 'the tables were emptied', ['delete from ledger_id', 'delete from ledger_details', 'delete from ledger_leaf', 'delete from ledger_node', 'delete from ledger_head', 'delete from ledger_checkpoint', 'delete from ledger_key']],
  ['leaf_missing', 'the head is smaller than the leaves', 'update ledger_head set size = 4'],
  ['leaf_missing', 'the head is larger than the leaves', 'update ledger_head set size = 6'],
  ['tree_damaged', 'the head is gone', 'delete from ledger_head'],
  ['checkpoint_invalid', 'the root beside the newest note', `update ledger_checkpoint set root = '00' where size = 5`],
  ['checkpoint_invalid', 'the newest note', `update ledger_checkpoint set note = replace(note, '5', '6') where size = 5`],
  ['checkpoint_invalid', 'a note that is too large', `update ledger_checkpoint set size = 9 where size = 5`],
  ['history_rewritten', 'the root beside an older note', `update ledger_checkpoint set root = '00' where size = 2`],
  ['key_mismatch', 'the record of the key', `update ledger_key set vkey = replace(vkey, '+', '-')`],
  ['instance_mismatch', 'the record of the origin', `update ledger_key set origin = 'countersign/ins_other'`],
]

describe('stops, says why, and touches nothing', () => {
  const stops = async (code: string, instance?: string): Promise<void> => {
    const before = evidence()
    expect(await starts(instance)).toBe(`stops: ${code}`)
    expect(evidence()).toBe(before)
  }

  test.each(edits)('%s: edited in the database: %s', async (code, _what, statements) => {
    await five()
    place.edit(...[statements].flat().filter((statement) => statement !== 'DELETE FOLDER'))
    if ([statements].flat().includes('DELETE FOLDER')) rmSync(place.checkpoints, { recursive: true })
    if (existsSync(place.checkpoints)) await stops(code)
    else expect(await starts()).toBe(`stops: ${code}`)
  })

  test('database_behind: an older database was restored', async () => {
    const { add } = await place.open()
    await add(3)
    await place.close()
    restore(place, elsewhere)
    const { ledger, add: more } = await place.open()
    await more(2)
    await ledger.checkpoint()
    await place.close()
    restore(elsewhere, place)
    await stops('database_behind')
  })

  test('database_behind: the end was cut off and the folder emptied, but the database still lists what it signed', async () => {
    const { add } = await place.open()
    await add(3)
    await place.close()
    restore(place, elsewhere)
    const { ledger, add: more } = await place.open()
    await more(2)
    const { size, root, note } = await ledger.checkpoint()
    await place.close()
    restore(elsewhere, place)
    place.edit(`insert into ledger_checkpoint (size, root, note) values (${size}, '${root}', '${note}')`)
    rmSync(place.checkpoints, { recursive: true })
    expect(await starts()).toBe('stops: database_behind')
  })

  test('database_missing: the database file is gone', async () => {
    await five()
    for (const path of databaseOf(place)) rmSync(path)
    await stops('database_missing')
  })

  test('history_rewritten: the same number of other leaves', async () => {
    await five()
    await anotherHistory(5)
    restore(elsewhere, place)
    await stops('history_rewritten')
  })

  test('history_rewritten: more leaves, others', async () => {
    await five()
    await anotherHistory(8)
    restore(elsewhere, place)
    await stops('history_rewritten')
  })

  test('database_behind: fewer leaves, others', async () => {
    await five()
    await anotherHistory(4)
    restore(elsewhere, place)
    await stops('database_behind')
  })

  test('key_missing: and no new one is made', async () => {
    await five()
    rmSync(key())
    await stops('key_missing')
    expect(existsSync(key())).toBe(false)
  })

  test('key_mismatch: another key lies there', async () => {
    await five()
    await elsewhere.open()
    cpSync(key(elsewhere), key())
    await stops('key_mismatch')
  })

  test('instance_mismatch: the database says it is somebody else', async () => {
    await five()
    await stops('instance_mismatch', 'ins_other')
  })

  test.each([
    ['a byte', (note: string) => note.replace('5\n', '4\n')],
    ['its signature', (note: string) => note.replace(/(.{8})\n$/, 'AAAAAAA=\n')],
    ['everything', () => ''],
    ['its end', (note: string) => note.slice(0, 40)],
  ])('checkpoint_invalid: a file of the folder lost %s', async (_what, damage) => {
    await five()
    writeFileSync(file(5), damage(readFileSync(file(5), 'utf8')))
    await stops('checkpoint_invalid')
  })

  test('checkpoint_invalid: an older file was damaged, or renamed to look newer', async () => {
    await five()
    renameSync(file(2), file(4))
    await stops('checkpoint_invalid')
    writeFileSync(file(2), 'nonsense')
    rmSync(file(4))
    await stops('checkpoint_invalid')
  })

  test('checkpoint_foreign: a checkpoint of another instance', async () => {
    await five()
    const { add, ledger } = await elsewhere.open({ instance: 'ins_other' })
    await add(3)
    await ledger.checkpoint()
    cpSync(join(elsewhere.checkpoints, '0000000000000003.checkpoint'), file(3))
    await stops('checkpoint_foreign')
  })
})

afterAll(() => {
  // The table of cases and the cases that were really produced are the same.
  expect([...seen].toSorted()).toEqual(Object.keys(startCases).toSorted())
})

test('the guide for operators names every case', () => {
  const guide = readFileSync(new URL('../../../../docs/operations/ledger.md', import.meta.url), 'utf8')
  for (const code of Object.keys(startCases)) expect(guide).toContain(`\`${code}\``)
})
