/**
 * kill -9 at random moments under load. What the client was told holds afterwards; what it was not told is either whole or not
 * there; nothing is allowed twice; the tree verifies.
 */
import { describe, expect, it, onTestFinished } from 'vitest'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { measuredOf, runBody, sha256 } from '../support/sample-run.ts'
import type { RunBody, View } from '../support/sample-run.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import { startProcess } from './server-process.ts'

const rounds = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 200 : 10

type Told = { terminal: RawTerminal; body: RunBody; code: string; stage: 'asked' | 'countersigned' | 'started' | 'reported'; lease: string; grant: string }
const stages = ['asked', 'countersigned', 'started', 'reported'] as const
const shown: Record<Told['stage'], readonly string[]> = {
  // A later stage may have happened without the client hearing of it; an earlier one may not have been lost.
  asked: ['waiting', 'granted'],
  countersigned: ['granted', 'applying', 'expired'],
  started: ['applying', 'applied', 'outcome-unknown'],
  reported: ['applied'],
}

/** A generator with a seed, so that a failing run can be had again. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** One workspace each, so that one run's start does not void another's grant. */
async function oneRun(terminal: RawTerminal, person: SoftwarePerson, told: Map<string, Told>, number: number, heard: () => void): Promise<void> {
  const body = runBody({ workspace: `load/w${number}` })
  const run = (await terminal.must('POST', '/api/v1/runs', body)) as View
  const one: Told = { terminal, body, code: run.code, stage: 'asked', lease: '', grant: '' }
  told.set(run.id, one)
  heard()
  await person.countersign(run.code)
  one.stage = 'countersigned'
  heard()
  one.grant = ((await terminal.must('GET', `/api/v1/runs/${run.id}`)) as View).grant?.id ?? ''
  const { lease } = (await terminal.must('POST', `/api/v1/runs/${run.id}/apply-start`, { grant: one.grant, measured: measuredOf(body) })) as { lease: string }
  one.lease = lease
  one.stage = 'started'
  heard()
  await terminal.must('POST', `/api/v1/runs/${run.id}/outcome`, { lease, result: 'applied', summary: 'done', state: { lineage: `l${number}`, serial: 1, digest: sha256(String(number)) }, treeUnchanged: true })
  one.stage = 'reported'
  heard()
}

describe('a server that is killed', () => {
  it(`keeps what it acknowledged, ${rounds} times`, async () => {
    const seed = Number(process.env['COUNTERSIGN_TEST_SEED'] ?? Date.now() % 1_000_000)
    const random = seeded(seed)
    const dataDir = await scratchFolder('killed')
    const port = await freePort()
    const url = `http://localhost:${port}`
    let server = await startProcess(dataDir, port)
    onTestFinished(() => server.kill())
    const person = new SoftwarePerson(url)
    await person.setUp(server.setupLink ?? '', 'Ada Owner')
    const told = new Map<string, Told>()
    let number = 0
    const clients: Promise<void>[] = []

    for (let round = 0; round < rounds; round++) {
      const doomed = server
      // Each round by a terminal of its own: what one may ask in some minutes is limited.
      const terminal = await signInTerminal(url, (link) => person.allowTerminal(link))
      let alive = true
      let left = 1 + Math.floor(random() * 40)
      const lit = new Promise<void>((resolve) => {
        const heard = (): void => {
          if (--left === 0) setTimeout(resolve, random() * 15)
        }
        const load = async (): Promise<void> => {
          while (alive) await oneRun(terminal, person, told, number++, heard).catch(() => undefined)
        }
        for (let client = 0; client < 3; client++) clients.push(load())
      })
      await lit
      await doomed.kill()
      alive = false
      await Promise.all(clients.splice(0))
      server = await startProcess(dataDir, port)
      const lost: string[] = []
      for (const [id, one] of told) {
        const { body } = await one.terminal.call('GET', `/api/v1/runs/${id}`)
        if (!shown[one.stage].includes(String(body['status']))) lost.push(`seed ${seed} round ${round}: ${id} was ${one.stage}, is ${String(body['status'])}`)
        if (stages.indexOf(one.stage) >= 2) {
          const again = await one.terminal.call('POST', `/api/v1/runs/${id}/apply-start`, { grant: one.grant, measured: measuredOf(one.body) })
          if (again.body['code'] !== 'run_already_applied') lost.push(`seed ${seed} round ${round}: ${id} was started twice`)
        }
      }
      expect(lost).toEqual([])
    }
    expect([...told.values()].filter((one) => one.stage === 'reported').length).toBeGreaterThan(rounds)
  }, 3_600_000)
})
