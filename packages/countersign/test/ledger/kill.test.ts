import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { auditVerify } from '../../src/ledger/index.ts'
import { recompute } from '../../src/ledger/recompute.ts'
import { openStore } from '../../src/platform/store/open.ts'
import { effectMigration, effects, Place } from './place.ts'

const ROUNDS = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 200 : 10
/** Built once, so that a round costs a start of node and no compiling; inside node_modules, so that it finds its packages. */
const BUILT = fileURLToPath(new URL(`../../../../node_modules/.cache/countersign-kill-${process.pid}`, import.meta.url))
const WRITER = join(BUILT, 'writer.mjs')

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('writer-process.ts', import.meta.url))], outfile: WRITER, bundle: true, platform: 'node', format: 'esm',
    conditions: ['source'], external: ['@photostructure/sqlite', 'kysely'], logLevel: 'error',
  })
})
afterAll(() => rmSync(BUILT, { recursive: true, force: true }))

let place: Place
let running: ChildProcess | null = null
beforeEach(async () => {
  place = await Place.make()
})
afterEach(async () => {
  running?.kill('SIGKILL')
  await place.remove()
})

const node = (...args: string[]) => spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })

/** Lets it work until it has acknowledged `count` times, kills it, and gives every line that it wrote. */
async function writeAndKill(count: number, first: number): Promise<string[]> {
  const child = node(WRITER, place.dataDir, String(first))
  running = child
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  const over = new Promise<void>((resolve) => reader.once('close', resolve))
  reader.on('line', (line) => {
    lines.push(line)
    if (lines.length === count) child.kill('SIGKILL')
  })
  await over
  running = null
  return lines
}

test(`kill -9 at random moments, ${ROUNDS} rounds: nothing acknowledged is lost, every effect has its leaf, the tree verifies`, { timeout: ROUNDS * 60_000 }, async () => {
  const acted = new Map<number, string>()
  const signed = new Map<number, string>()
  const codes = new Set<string>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const line of await writeAndKill(randomInt(1, 150), acted.size + round * 1_000)) {
      const [kind, number, ...rest] = line.split(' ')
      if (kind === 'act') acted.set(Number(number), rest.join(' '))
      if (kind === 'sign') signed.set(Number(number), rest.join(' '))
    }
    const { store, ledger, folder, code } = await place.open()
    codes.add(code)
    const { size } = await ledger.checkpoint()
    const told = new Map<number, string>()
    for (let from = 0; from < size; from += 1_000) {
      for (const { index, details } of await ledger.entries(from, 1_000)) told.set(index, String((JSON.parse(details ?? '{}') as { what?: unknown }).what))
    }
    expect([...acted].filter(([index, what]) => told.get(index) !== what)).toEqual([])
    expect([...told.values()].toSorted()).toEqual((await effects(store)).toSorted())
    const { rootAt } = await recompute(store, size, new Set(signed.keys()))
    expect([...signed].filter(([at, root]) => rootAt.get(at) !== root)).toEqual([])
    expect((await auditVerify(store, folder)).problems).toEqual([])
    await place.close()
  }
  expect(acted.size).toBeGreaterThan(ROUNDS)
  // A start after a kill is one of those that go on by themselves.
  expect([...codes].filter((code) => !['fresh', 'equal', 'ahead', 'unsigned', 'table_behind'].includes(code))).toEqual([])
})

test('a migration that is killed in the middle has not happened, and runs at the next start', async () => {
  const dataDir = join(place.dataDir, 'migrating')
  mkdirSync(dataDir, { mode: 0o700 })
  const script = `
    import { openStore } from ${JSON.stringify(new URL('../../src/platform/store/open.ts', import.meta.url).href)}
    let rehearsed = false
    await openStore({ dataDir: process.argv[1], migrations: [{ name: 'effect_0001', up: async (db) => {
      await db.schema.createTable('effect').addColumn('id', 'bigint', (c) => c.primaryKey()).addColumn('what', 'text', (c) => c.notNull()).execute()
      if (rehearsed) { console.log('in the middle'); await new Promise((resolve) => setTimeout(resolve, 25_000)) }
      rehearsed = true
    } }] })`
  const child = node('--conditions=source', '--import', 'tsx', '--input-type=module', '-e', script, dataDir)
  running = child
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
  const store = await openStore({ dataDir, migrations: [effectMigration] })
  await store.write((tx) => tx.insertInto('effect').values({ id: 1, what: 'after' }).execute())
  expect(await effects(store)).toEqual(['after'])
  await store.close()
})
