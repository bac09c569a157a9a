/** A full disk: what cannot be written does not happen, the answer says so, and the server goes on when there is room again. */
import { DatabaseSync } from '@photostructure/sqlite'
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ownedServer, scratchFolder } from '../support/scratch-server.ts'
import { audited } from './audited.ts'
import { somethingOfEach } from './tried.ts'

/** A disk of its own, small enough to fill. Needs root; where that is not to be had the test says so. */
async function smallDisk(): Promise<string | null> {
  const folder = join(await scratchFolder('disk'), 'full')
  mkdirSync(folder, { mode: 0o700 })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'tmpfs', folder], { stdio: 'pipe' })
  } catch {
    return null
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}

/** Takes all the room there is, in steps that get smaller. */
function fill(folder: string): () => void {
  const path = join(folder, 'filler')
  const file = openSync(path, 'w')
  for (let size = 1 << 20; size >= 1; size = size >> 1) {
    const bytes = Buffer.alloc(size)
    try {
      for (;;) if (writeSync(file, bytes) < size) break
    } catch {
      // full at this size: try a smaller one
    }
  }
  closeSync(file)
  return () => rmSync(path)
}

/** Room that the database's own log has taken before is room. */
function emptyLog(folder: string): void {
  const database = new DatabaseSync(join(folder, 'countersign.db'))
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

describe('a full disk', () => {
  it('refuses every change with 503, makes none, signs no checkpoint, and recovers without a restart', async (context) => {
    const dataDir = await smallDisk()
    if (dataDir === null) {
      process.stderr.write('\nSKIPPED: a full disk was not tried: this test mounts a small one of its own, which needs root.\n')
      return context.skip('this test mounts a small disk of its own, which needs root')
    }
    const { person, terminal, server } = await ownedServer({ dataDir, stateLimits: { holdSeconds: 0 } })
    const { calls, seen } = await somethingOfEach(person, terminal, 'shop')
    const before = await seen()
    const { ledger, store } = server.parts.base
    const signed = () => store.read((db) => db.selectFrom('ledger_checkpoint').select('size').orderBy('size', 'desc').limit(1).executeTakeFirstOrThrow())
    const checkpoint = await signed()

    emptyLog(dataDir)
    const free = fill(dataDir)
    // Even the proof of a terminal's key is remembered in the database before anything else: without room, no terminal gets in.
    for (const [what, call] of Object.entries(calls)) {
      const { status, body } = await call()
      expect({ what, status }).toEqual({ what, status: 503 })
      expect(JSON.stringify(body)).not.toContain(dataDir)
    }
    await expect(ledger.checkpoint()).rejects.toThrow()
    expect(await signed()).toEqual(checkpoint)

    free()
    expect(await seen()).toEqual(before)
    for (const [what, call] of Object.entries(calls)) expect({ what, accepted: (await call()).status < 300 }).toEqual({ what, accepted: true })
    expect((await ledger.checkpoint()).size).toBeGreaterThan(checkpoint.size)
    expect(await audited(dataDir)).toEqual([])
  })
})
