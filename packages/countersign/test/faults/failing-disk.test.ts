/**
 * A disk that reports errors, under a real server (libfiu's preloaded library): calls to the system fail with EIO or ENOSPC. What cannot
 * be written does not happen and is answered with 503; what was acknowledged stays; the server goes on by itself when the disk does.
 *
 * SQLite writes with pwrite, syncs with fsync and cuts with ftruncate: those fail here. `write` is left alone, it is what the event loop
 * wakes itself with, and Node ends at once when that fails: which is being killed, and is tried elsewhere.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import { seeded, seedOfRun } from '../support/seeded.ts'
import { audited } from './audited.ts'
import { newRunsLog, oneRun, wrongRuns } from './runs-load.ts'
import { startProcess } from './server-process.ts'
import { newStatesLog, plainly, StateClient, wrongStates } from './states-load.ts'
import { somethingOfEach } from './tried.ts'

const rounds = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 40 : 2
const [EIO, ENOSPC] = [5, 28]
const points = ['posix/io/rw/pwrite', 'posix/io/sync/*', 'posix/io/rw/ftruncate'] as const

function installed(): boolean {
  try {
    execFileSync('fiu-run', ['-n', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const missing = !installed()
if (missing) {
  if (process.env['CI'] === 'true') throw new Error('The package fiu-utils is missing: .ci/run installs it.')
  process.stderr.write('\nSKIPPED: a disk that reports errors was not tried. Install the Debian package fiu-utils.\n')
}

async function onFailingDisk() {
  const [dataDir, port, control] = [await scratchFolder('failing'), await freePort(), join(await scratchFolder('fiu'), 'ctl')]
  const server = await startProcess(dataDir, port, ['fiu-run', '-x', '-f', control], { stateLimits: { holdSeconds: 0 } })
  onTestFinished(() => server.kill())
  const tell = (command: string): void => void execFileSync('fiu-ctrl', ['-f', control, '-c', command, String(server.child.pid)], { timeout: 10_000 })
  const url = `http://localhost:${port}`
  const person = new SoftwarePerson(url)
  await person.setUp(server.setupLink ?? '', 'Ada Owner')
  const terminal = await signInTerminal(url, (link) => person.allowTerminal(link))
  return {
    server, dataDir, person, terminal,
    fail: (name: string, errno: number, probability = 1) => tell(`enable_random name=${name},probability=${probability},failinfo=${errno}`),
    heal: () => {
      for (const name of points) tell(`disable name=${name}`)
    },
  }
}

describe.skipIf(missing)('a disk that reports errors', () => {
  it.each([['posix/io/rw/pwrite', EIO], ['posix/io/rw/pwrite', ENOSPC], ['posix/io/sync/*', EIO]] as const)('%s with %i: 503, nothing happens, and all of it does when the disk is well again', async (point, errno) => {
    const { server, dataDir, person, terminal, fail, heal } = await onFailingDisk()
    const { calls, seen } = await somethingOfEach(person, terminal, 'shop')
    const before = await seen()
    fail(point, errno)
    for (const [what, call] of Object.entries(calls)) {
      const { status, body } = await call()
      expect({ what, status }).toEqual({ what, status: 503 })
      expect(JSON.stringify(body)).not.toContain(dataDir)
    }
    heal()
    expect(await seen()).toEqual(before)
    for (const [what, call] of Object.entries(calls)) expect({ what, status: (await call()).status }).toEqual({ what, status: expect.toSatisfy((status: number) => status < 300) as number })
    expect(server.child.exitCode).toBeNull()
    expect(await audited(dataDir)).toEqual([])
  })

  it(`now and then, under load, ${rounds} times: what was acknowledged is there, and nothing was done twice`, async () => {
    const seed = seedOfRun()
    const chance = seeded(seed)
    const { server, dataDir, person, fail, heal } = await onFailingDisk()
    const runs = newRunsLog()
    let refused = 0
    const reported = (): number => [...runs.told.values()].filter(({ stage }) => stage === 'reported').length
    // Of a few rounds it may be that nothing failed, or everything.
    for (let round = 0; round < rounds || (round < rounds + 10 && (refused === 0 || reported() === 0)); round++) {
      runs.round = round
      const terminal = await signInTerminal(person.url, (link) => person.allowTerminal(link))
      const states = newStatesLog(`load/state-${round}`)
      const client = await StateClient.of(states, person, terminal, plainly)
      for (const name of points) fail(name, chance() < 0.5 ? EIO : ENOSPC, 0.001 + chance() * 0.01)
      const some = async (times: number, work: () => Promise<unknown>): Promise<void> => {
        for (let at = 0; at < times; at++) await work().catch(() => refused++)
      }
      await Promise.all([some(8, () => oneRun(runs, terminal, person, () => undefined)), some(6, () => client.turn(() => undefined))])
      heal()
      await client.turn(() => undefined).catch((error: unknown) => states.wrong.push(String(error)))
      const wrong = [...(await wrongRuns(runs, round)), ...(await wrongStates(states, terminal))]
      expect(wrong.map((one) => `seed ${seed} round ${round}: ${one}`)).toEqual([])
    }
    expect(await wrongRuns(runs)).toEqual([])
    expect(server.child.exitCode).toBeNull()
    expect(await audited(dataDir)).toEqual([])
    expect(refused).toBeGreaterThan(0)
    expect(reported()).toBeGreaterThan(0)
    process.stderr.write(`\nThe disk failed ${rounds} times (seed ${seed}): ${runs.told.size} runs, ${refused} refusals.\n`)
  }, Math.max(rounds * 60_000, 600_000))
})
