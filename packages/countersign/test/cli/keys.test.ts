import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, expect, test } from 'vitest'
import { define } from '../../src/cli/commands/keys.ts'
import { createOutput, type Output } from '../../src/cli/output.ts'
import { keyOf, openStateKeys, rewrapStep, seal, type Context, type RewrapPort } from '../../src/platform/envelope/index.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { openStore } from '../../src/platform/store/open.ts'
import type { Store } from '../../src/platform/store/store.ts'
import { migrations } from '../../src/server/base.ts'

type Status = { current: string; total: number; remaining: number; missing: { id: string; sealed: number }[]; keys: { id: string; protection: string; sealed: number; current: boolean; removable: boolean }[] }

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

const context = (version: string): Context => ({ instance: 'ins_1', kind: 'state', workspace: 'shop/prod', version })

/** A server's data folder with sealed states in it; its database is open, as beside a running server. Keys are as old as `age` says. */
async function server(states: number, age = 7_200_000) {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-keys-'))
  ends.push(() => rmSync(dataDir, { recursive: true, force: true }))
  const store = await openStore({ dataDir, migrations })
  ends.push(() => store.close())
  const keys = await openStateKeys({ dataDir, protection: 'file', passphrase: null, clock: { now: () => Date.now() - age }, random: systemRandom })
  for (let at = 0; at < states; at++) {
    const { head, body } = await seal(keys, context(`stv_${at}`), Buffer.from(`{"serial":${at}}`))
    await store.write(async (tx) => {
      await tx.insertInto('state_body').values({ version: `stv_${at}`, workspace: 'shop/prod', kind: 'state', head, kek: keyOf(head), body: `stb_${at}`, pieces: 1 }).execute()
      await tx.insertInto('state_piece').values({ body: `stb_${at}`, number: 0, bytes: body }).execute()
    })
  }
  return { dataDir, keys, store, port: portOf(store) }
}

/** What the state door wires: the rows of `state_body`. */
function portOf(store: Store): RewrapPort {
  const count = async (notKey: string): Promise<number> => (await store.read((db) => db.selectFrom('state_body').select('version').where('kek', '!=', notKey).execute())).length
  return {
    next: async (notKey, limit, after) => (await store.read((db) => db.selectFrom('state_body').select(['version', 'head']).where('kek', '!=', notKey).where('version', '>', after).orderBy('version').limit(limit).execute()))
      .map(({ version, head }) => ({ id: version, context: context(version), head })),
    save: async (id, oldHead, newHead) => void (await store.write((tx) => tx.updateTable('state_body').set({ head: newHead, kek: keyOf(newHead) }).where('version', '=', id).where('head', '=', oldHead).execute())),
    remaining: count,
    total: () => count(''),
  }
}

async function keysCommand(...words: string[]): Promise<{ code: number; data: unknown; lines: string }> {
  const said = { code: -1, data: undefined as unknown, lines: '' }
  const output: Output = { ...createOutput(false), line: (text = '') => void (said.lines += `${text}\n`), data: (value) => void (said.data = value) }
  const command = new Command('keys').exitOverride()
  define(command, async (_mode, work) => void (said.code = await work(output)))
  await command.parseAsync(words, { from: 'user' })
  return said
}

const status = async (dataDir: string): Promise<Status> => (await keysCommand('status', '--data', dataDir)).data as Status

test('before the first state there is no key, and looking makes none', async () => {
  const { dataDir } = await server(0)
  const { code, lines } = await keysCommand('status', '--data', dataDir)
  expect({ code, lines }).toEqual({ code: 0, lines: expect.stringContaining('no key yet') as string })
  expect(readdirSync(dataDir)).not.toContain('keys')
})

test('a rotation beside the running server is seen by it, shown while it goes on, and the old key goes last', async () => {
  const { dataDir, keys, port } = await server(5)
  const old = keys.current()
  expect(await status(dataDir)).toMatchObject({ current: old, total: 5, remaining: 0, keys: [{ id: old, sealed: 5, current: true, removable: false }] })

  const { data } = await keysCommand('rotate-state', '--data', dataDir)
  const { current } = data as { current: string }
  expect(data).toEqual({ current, before: old })
  expect(await status(dataDir)).toMatchObject({ current, total: 5, remaining: 5, keys: [{ id: old, sealed: 5, removable: false }, { id: current, sealed: 0, current: true }] })

  const { after } = await rewrapStep(keys, port, { limit: 3 })
  expect(await status(dataDir)).toMatchObject({ remaining: 2, keys: [{ sealed: 2, removable: false }, { sealed: 3 }] })
  expect((await keysCommand('prune', '--data', dataDir)).data).toEqual({ removed: [], kept: [old, current] })

  await rewrapStep(keys, port, { limit: 3, after })
  expect(await status(dataDir)).toMatchObject({ remaining: 0, keys: [{ sealed: 0, removable: false }, { sealed: 5 }] })
  // The rotation was a moment ago: what the server wrapped just before may not be stored yet.
  const early = await keysCommand('prune', '--data', dataDir)
  expect(early.data).toEqual({ removed: [], kept: [old, current] })
  expect(early.lines).toContain('for an hour after the rotation')
})

test('prune removes what nothing needs, and says so', async () => {
  const { dataDir, keys, port } = await server(2, 7_200_000)
  const old = keys.current()
  const young = await keys.rotate()
  await rewrapStep(keys, port, { limit: 10 })
  expect((await keysCommand('prune', '--data', dataDir)).data).toEqual({ removed: [old], kept: [young] })
  expect(readdirSync(join(dataDir, 'keys', 'state'))).toEqual([`${young}.key`])
})

test('a key that states need and that is gone is shown as missing, and the command fails', async () => {
  const { dataDir, keys } = await server(3)
  const lost = keys.current()
  await keys.remove(lost)
  const { code, lines, data } = await keysCommand('status', '--data', dataDir)
  expect(code).toBe(1)
  expect(lines).toContain('MISSING')
  expect(data).toMatchObject({ missing: [{ id: lost, sealed: 3 }], remaining: 3 })
})

test('with a passphrase, rotating asks for it and looking does not', async () => {
  const { dataDir } = await server(1)
  const file = join(dataDir, 'passphrase')
  writeFileSync(file, 'correct horse battery staple\n', { mode: 0o600 })
  const behind = ['--data', dataDir, '--state-key', 'passphrase']
  await expect(keysCommand('rotate-state', ...behind)).rejects.toMatchObject({ code: 'state_passphrase_missing' })
  const { data } = await keysCommand('rotate-state', ...behind, '--state-passphrase-file', file)
  expect((await keysCommand('status', ...behind)).data).toMatchObject({ current: (data as { current: string }).current, remaining: 1, keys: [{ protection: 'file' }, { protection: 'passphrase', current: true }] })
})

test('a folder that is no server\'s is refused before anything is made', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'countersign-keys-'))
  ends.push(() => rmSync(empty, { recursive: true, force: true }))
  for (const dataDir of [empty, join(empty, 'nothing')]) await expect(keysCommand('rotate-state', '--data', dataDir)).rejects.toMatchObject({ code: 'data_missing' })
  expect(readdirSync(empty)).toEqual([])
})
