/** A ledger held against checkpoints that left its host: who holds database, folder and key cannot take those back. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { auditVerify, type Audit, type Checkpoint } from '../../src/ledger/index.ts'
import { existingFolder } from '../../src/platform/folder.ts'
import { readAway, type AwayText } from '../../src/ledger/away/index.ts'
import { act, Place } from './place.ts'

let sound: Place
let early: Place
const left: Checkpoint[] = []
let vkey: string
beforeAll(async () => {
  sound = await Place.make()
  early = await Place.make()
  vkey = await grow(1, 4)
  cpSync(sound.dataDir, early.dataDir, { recursive: true })
  await grow(5, 9)
})
/** A checkpoint leaves at every third leaf. */
async function grow(from: number, to: number): Promise<string> {
  const { ledger, store } = await sound.open()
  if (from === 1) left.push(await ledger.checkpoint())
  for (let n = from; n <= to; n++) {
    await act(store, ledger, `thing ${n}`)
    if (n % 3 === 0) left.push(await ledger.checkpoint())
  }
  await sound.close()
  return ledger.vkey
}
afterAll(async () => {
  await sound.remove()
  await early.remove()
})

const away = (): AwayText[] => [{ where: 'the other host', text: left.map(({ note }) => `\n${note}`).join('') }]

async function auditOf(place: Place, texts: readonly AwayText[], pinned: readonly string[] = []): Promise<Audit> {
  const store = await place.store({ readOnly: true })
  try {
    return await auditVerify(store, existingFolder(place.checkpoints), pinned, texts)
  } finally {
    await store.close()
  }
}

/** A history of as many other leaves, whole in itself, made by whoever holds what is in `keys`. */
async function rewritten(keys: 'same' | 'others'): Promise<Place> {
  const place = await Place.make()
  onTestFinished(() => place.remove())
  if (keys === 'same') {
    mkdirSync(place.dataDir, { recursive: true })
    cpSync(join(sound.dataDir, 'keys'), join(place.dataDir, 'keys'), { recursive: true })
  }
  const { ledger, store } = await place.open()
  for (let n = 1; n <= 12; n++) await act(store, ledger, n <= 5 ? `thing ${n}` : `another ${n}`)
  await ledger.checkpoint()
  await place.close()
  return place
}

test('a ledger that only grew contains every checkpoint that left', async () => {
  expect(await auditOf(sound, away())).toMatchObject({ problems: [], against: { checkpoints: left.length, newest: { size: 9, root: left.at(-1)?.root }, misfit: null } })
})

test('one that was rolled back, folder and all, is whole by itself and not against what left: the first that does not fit is named', async () => {
  expect((await auditOf(early, [])).problems).toEqual([])
  const { against, problems } = await auditOf(early, away())
  expect(against?.misfit).toEqual({ where: 'the other host, over 6 leaves', size: 6, what: 'covers 6 leaves, there are 4: the database was rolled back, or its end cut off' })
  expect(problems.map(({ where }) => where)).toEqual(['the other host, over 6 leaves', 'the other host, over 9 leaves'])
})

test('one that was rewritten with the right key is whole by itself and not against what left', async () => {
  const place = await rewritten('same')
  expect((await auditOf(place, [], [vkey])).problems).toEqual([])
  expect((await auditOf(place, away())).against?.misfit).toEqual({ where: 'the other host, over 3 leaves', size: 3, what: 'contradicts the leaves it covers' })
})

test('one that was rewritten with another key: nothing that left is signed with it', async () => {
  const place = await rewritten('others')
  const { against, problems } = await auditOf(place, away())
  expect(against?.misfit).toMatchObject({ where: 'the other host, over 0 leaves', what: 'cannot be read, or its signature does not hold' })
  expect(problems).toHaveLength(left.length)
})

test('a checkpoint of another ledger, and a file that holds none, are named', async () => {
  const foreign = (left[1]?.note ?? '').replaceAll('ins_0193', 'ins_0194')
  const { problems } = await auditOf(sound, [{ where: 'foreign', text: foreign }, { where: 'spoilt', text: (left[1]?.note ?? '').slice(0, -20).replace(/\n\n.*/s, '') }])
  expect(problems).toEqual([{ where: 'foreign', what: 'belongs to another ledger' }, { where: 'spoilt', what: 'cannot be read, or its signature does not hold' }])
})

test('what is read: a file, a copy of the folder, and what a terminal remembers', async () => {
  const place = await Place.make()
  onTestFinished(() => place.remove())
  const { note = '', size, root } = left[2] ?? {}
  const [log, remembered, copy] = [join(place.dataDir, 'log'), join(place.dataDir, 'checkpoint.json'), join(place.dataDir, 'copy')]
  writeFileSync(log, away()[0]?.text ?? '')
  writeFileSync(remembered, JSON.stringify({ note, size, root }))
  cpSync(sound.checkpoints, copy, { recursive: true })
  rmSync(join(copy, '0000000000000000.checkpoint'))
  const counted = async (source: string): Promise<number | undefined> => (await auditOf(sound, await readAway(source, {}, AbortSignal.timeout(10_000)))).against?.checkpoints
  expect([await counted(log), await counted(`file:${log}`), await counted(remembered), (await counted(copy)) ?? 0]).toEqual([left.length, left.length, 1, left.length])
  await expect(readAway('https://host/hook', {}, AbortSignal.timeout(10_000))).rejects.toThrow(/read again/)
})
