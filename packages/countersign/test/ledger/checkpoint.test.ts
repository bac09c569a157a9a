import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyRoot, verifyCheckpoint } from '@countersign/proof'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { auditVerify, LedgerError } from '../../src/ledger/index.ts'
import { existingFolder } from '../../src/platform/folder.ts'
import type { Keyring } from '../../src/platform/keyring.ts'
import { StorageError } from '../../src/platform/store/errors.ts'
import { failingDisk } from '../platform/failing-disk.ts'
import { failingFolder } from './failing-folder.ts'
import { act, effects, INSTANCE, Place } from './place.ts'

let place: Place
beforeEach(async () => {
  place = await Place.make()
})
afterEach(() => place.remove())

const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'resolved', (error: unknown) => (error instanceof LedgerError || error instanceof StorageError ? error.code : String(error)))

/** Counts signatures, and can hold them back. */
function watched() {
  const state = { signatures: 0, hold: Promise.resolve(), begun: () => {} }
  const keyring = (real: Keyring): Keyring => ({
    ...real,
    signer: async (name) => {
      const signer = await real.signer(name)
      return signer === null ? null : { ...signer, sign: async (message) => {
        state.signatures += 1
        state.begun()
        await state.hold
        return await signer.sign(message)
      } }
    },
  })
  return { state, keyring }
}

test('a checkpoint is a note of this instance, signed by the key of the ledger, over the committed leaves', async () => {
  const { ledger, add } = await place.open()
  expect((await ledger.checkpoint())).toMatchObject({ size: 0, root: emptyRoot })
  await add(3)
  const { note, size, root } = await ledger.checkpoint()
  expect(await verifyCheckpoint(note, INSTANCE, [ledger.vkey])).toMatchObject({ origin: `countersign/${INSTANCE}`, size: 3, root })
  expect([size, ledger.origin]).toEqual([3, `countersign/${INSTANCE}`])
})

test('it is in the folder and in the database before it is handed out', async () => {
  const { ledger, store, add } = await place.open()
  await add(2)
  const { note, size, root } = await ledger.checkpoint()
  expect(readFileSync(join(place.checkpoints, '0000000000000002.checkpoint'), 'utf8')).toBe(note)
  expect(await store.read((db) => db.selectFrom('ledger_checkpoint').selectAll().where('size', '=', 2).executeTakeFirst())).toEqual({ note, size, root })
})

test('a leaf that is not committed is not covered', async () => {
  const { ledger, store } = await place.open()
  let during: Promise<{ size: number }> = Promise.resolve({ size: -1 })
  let release = (): void => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const started = new Promise<void>((begun) => {
    void store.write(async (tx) => {
      await ledger.append(tx, { type: 'test.acted', ids: {}, details: {} })
      begun()
      await held
    })
  })
  await started
  during = ledger.checkpoint()
  expect((await during).size).toBe(0)
  release()
})

test('nothing new is signed when nothing was added, also after a new start', async () => {
  const first = await place.open()
  await first.add(1)
  const { note } = await first.ledger.checkpoint()
  const { state, keyring } = watched()
  const again = await place.open({ keyring })
  expect((await again.ledger.checkpoint()).note).toBe(note)
  expect(state.signatures).toBe(0)
})

test('callers at the same time share a signature, and everyone gets one that covers what came before the call', async () => {
  await place.open()
  const { state, keyring } = watched()
  const { ledger, add } = await place.open({ keyring })
  await add(1)
  let release = (): void => {}
  state.hold = new Promise((resolve) => (release = resolve))
  const begun = new Promise<void>((resolve) => (state.begun = resolve))
  const early = [ledger.checkpoint()]
  await begun
  await add(1)
  const late = Array.from({ length: 20 }, () => ledger.checkpoint())
  release()
  const sizes = (await Promise.all([...early, ...late])).map(({ size }) => size)
  expect(sizes).toEqual([1, ...Array.from({ length: 20 }, () => 2)])
  expect(state.signatures).toBe(2)
})

test.each(['without effect', 'with effect'] as const)('the folder fails (%s): no checkpoint is handed out or recorded, and the next attempt gives one', async (fail) => {
  const folder = failingFolder()
  const { ledger, store, add } = await place.open({ folder: folder.around })
  await add(1)
  folder.fail = fail
  expect(await codeOf(ledger.checkpoint())).toBe('ledger_unavailable')
  expect(await store.read((db) => db.selectFrom('ledger_checkpoint').select('size').where('size', '=', 1).execute())).toEqual([])
  folder.fail = 'never'
  expect((await ledger.checkpoint()).size).toBe(1)
  const next = await place.open()
  expect(next.code).toBe('equal')
})

test.each(['without effect', 'with effect'] as const)('the database fails to record it (%s): no checkpoint is handed out; the next attempt, and the next start, go on', async (when) => {
  const disk = failingDisk()
  const { ledger, add } = await place.open({ connect: disk.connect })
  await add(1)
  disk.faults.push({ command: /^COMMIT/, when, times: 1 })
  expect(await codeOf(ledger.checkpoint())).toBe('storage_unavailable')
  const again = await place.open({ connect: disk.connect })
  expect(again.code).toBe(when === 'with effect' ? 'equal' : 'table_behind')
  await again.add(1)
  disk.faults.push({ command: /^COMMIT/, when, times: 1 })
  expect(await codeOf(again.ledger.checkpoint())).toBe('storage_unavailable')
  expect((await again.ledger.checkpoint()).size).toBe(2)
})

test.each(['ledger_leaf', 'ledger_details', 'ledger_id', 'ledger_fact', 'ledger_node', 'ledger_head'])('the ledger cannot be written (%s): the action does not happen', async (table) => {
  for (const when of ['without effect', 'with effect'] as const) {
    const disk = failingDisk()
    const { ledger, store } = await place.open({ connect: disk.connect })
    disk.faults.push({ command: new RegExp(`^(insert into|update) "${table}"`), when, times: 1 })
    expect(await codeOf(act(store, ledger, 'unrecorded'))).toBe('storage_unavailable')
    expect(await effects(store)).not.toContain('unrecorded')
    await act(store, ledger, 'recorded')
    expect(await effects(store)).toContain('recorded')
  }
})

test('a history that is changed under a running server is not signed', async () => {
  const { ledger, store, add } = await place.open()
  await add(4)
  await ledger.checkpoint()
  await store.write(async (tx) => {
    await tx.updateTable('ledger_node').set({ hash: new Uint8Array(32) }).where('level', '=', 2).where('idx', '=', 0).execute()
    await tx.updateTable('ledger_head').set({ root: '00'.repeat(32) }).execute()
  })
  await add(2)
  expect(await codeOf(ledger.checkpoint())).toBe('history_rewritten')
  expect(readdirSync(place.checkpoints).at(-1)).toBe('0000000000000004.checkpoint')
})

test('a node that is changed under a running server changes no root that it signs, and the audit names it', async () => {
  const { ledger, store, add } = await place.open()
  await add(4)
  await store.write((tx) => tx.updateTable('ledger_node').set({ hash: new Uint8Array(32) }).where('level', '=', 1).where('idx', '=', 0).execute())
  await add(2)
  const { root } = await ledger.checkpoint()
  const audit = await auditVerify(store, existingFolder(place.checkpoints))
  expect(audit.problems).toEqual([{ where: 'ledger_node 1/0', what: 'is not the hash of what lies below it' }])
  expect(audit.root).toBe(root)
})

test('the same size with another root is not signed either', async () => {
  const { ledger, store, add } = await place.open()
  await add(2)
  await ledger.checkpoint()
  await store.write((tx) => tx.updateTable('ledger_head').set({ root: '00'.repeat(32) }).execute())
  expect(await codeOf(ledger.checkpoint())).toBe('history_rewritten')
})

test('the folder keeps a bounded history, the newest always; other files in it are left alone', async () => {
  const { ledger, add } = await place.open()
  writeFileSync(join(place.checkpoints, 'README'), 'mine')
  for (let n = 0; n < 70; n++) {
    await add(1)
    await ledger.checkpoint()
  }
  const names = readdirSync(place.checkpoints)
  expect([names.length, names.at(-2), names.at(-1)]).toEqual([65, '0000000000000070.checkpoint', 'README'])
})

test('a disk that is really full: no checkpoint, no harm, and one again when there is room', async (context) => {
  const small = join(place.dataDir, 'small')
  mkdirSync(small)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', small], { stdio: 'ignore' })
  } catch {
    context.skip('needs the right to mount a small file system')
  }
  try {
    const { diskFolder } = await import('../../src/platform/folder.ts')
    const full = await diskFolder(small)
    const { ledger, add } = await place.open({ folder: () => full })
    await add(1)
    const ballast = join(small, '.ballast')
    execFileSync('sh', ['-c', `dd if=/dev/zero of=${ballast} bs=1k count=64 2>/dev/null || true`])
    expect(await codeOf(ledger.checkpoint())).toBe('ledger_unavailable')
    execFileSync('rm', [ballast])
    expect((await ledger.checkpoint()).size).toBe(1)
    await place.close()
  } finally {
    execFileSync('umount', [small])
  }
})
