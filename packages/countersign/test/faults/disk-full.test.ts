/** A full disk: what cannot be written does not happen, the answer says so, and the server goes on when there is room again. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { apply, ask, countersigned, runBody, show } from '../support/sample-run.ts'
import { ownedServer, scratchFolder } from '../support/scratch-server.ts'

/** A disk of its own, small enough to fill. Needs root; where that is not to be had the test says so. */
async function smallDisk(): Promise<string | null> {
  const folder = join(await scratchFolder('disk'), 'full')
  mkdirSync(folder, { mode: 0o700 })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', folder], { stdio: 'pipe' })
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

describe('a full disk', () => {
  it('refuses with 503, changes nothing, and recovers without a restart', async (context) => {
    const dataDir = await smallDisk()
    if (dataDir === null) return context.skip('this test mounts a small disk of its own, which needs root')
    const { person, terminal } = await ownedServer({ dataDir })
    const { run, start } = await countersigned(person, terminal)
    const before = await terminal.must('GET', '/api/v1/runs')

    const free = fill(dataDir)
    const refused = [
      await terminal.call('POST', '/api/v1/runs', runBody({ workspace: 'shop/web' })),
      await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, start),
      await terminal.call('POST', '/api/v1/policy/changes', { yaml: 'version: 1\nrules:\n  - { name: a, when: {}, then: allow }\n' }),
    ]
    // Even the proof of the terminal's key is remembered in the database before anything else: without room, nobody gets in.
    expect(refused.map((answer) => answer.status)).toEqual([503, 503, 503])
    for (const { body } of refused) expect(JSON.stringify(body)).not.toContain(dataDir)

    free()
    expect(await terminal.must('GET', '/api/v1/runs')).toEqual(before)
    await apply(terminal, run.id, start)
    expect(await show(terminal, run.id)).toMatchObject({ status: 'applied' })
    expect(await ask(terminal, runBody({ workspace: 'shop/web' }))).toMatchObject({ status: 'waiting' })
  })
})
