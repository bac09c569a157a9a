import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../src/platform/clock.ts'
import { diskFolder, existingFolder } from '../../src/platform/folder.ts'
import { loadInstance, platformMigrations } from '../../src/platform/instance.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { openStore } from '../../src/platform/store/open.ts'

let path: string
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'countersign-files-'))
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

test('a file is written whole, 0600, replaced whole, read, listed and removed', async () => {
  const folder = await diskFolder(path)
  await folder.write('b', 'one')
  await folder.write('a', 'two')
  await folder.write('b', 'three')
  expect([await folder.list(), await folder.read('b'), statSync(join(path, 'b')).mode & 0o777]).toEqual([['a', 'b'], 'three', 0o600])
  await folder.remove('b')
  await folder.remove('b')
  expect(await folder.list()).toEqual(['a'])
})

test('what a killed process left unfinished is not listed, and cleared when the folder is opened for writing', async () => {
  writeFileSync(join(path, '.unfinished-1-0'), 'half')
  expect(await existingFolder(path).list()).toEqual([])
  expect(readdirSync(path)).toHaveLength(1)
  await diskFolder(path)
  expect(readdirSync(path)).toEqual([])
})

test('a write that fails leaves the old content and nothing unfinished', async () => {
  const folder = await diskFolder(path)
  await folder.write('a', 'old')
  await expect(folder.write('no/such/folder', 'new')).rejects.toThrow()
  expect([readFileSync(join(path, 'a'), 'utf8'), readdirSync(path)]).toEqual(['old', ['a']])
})

test('a link is not followed', async () => {
  writeFileSync(join(path, 'target'), 'text')
  symlinkSync(join(path, 'target'), join(path, 'link'))
  await expect((await diskFolder(path)).read('link')).rejects.toThrow()
})

test('a folder that is missing is empty to those who only look', async () => {
  expect(await existingFolder(join(path, 'missing')).list()).toEqual([])
})

test('the instance is named once and keeps its name', async () => {
  const open = () => openStore({ dataDir: join(path, 'data'), migrations: platformMigrations })
  const store = await open()
  const [one, two] = await Promise.all([loadInstance(store, systemClock, systemRandom), loadInstance(store, systemClock, systemRandom)])
  expect(one).toEqual({ instance: expect.stringMatching(/^ins_[0-9a-f]{32}$/), org: expect.stringMatching(/^org_[0-9a-f]{32}$/) })
  expect(two).toEqual(one)
  await store.close()
  const again = await open()
  expect(await loadInstance(again, systemClock, systemRandom)).toEqual(one)
  await again.close()
})
