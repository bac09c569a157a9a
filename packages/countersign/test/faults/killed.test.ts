/**
 * kill -9 at random moments under load. What the client was told holds afterwards; what it was not told is either whole or not
 * there; nothing is allowed twice; the tree verifies.
 */
import { describe, expect, it, onTestFinished } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import { seeded, seedOfRun } from '../support/seeded.ts'
import { atWork } from './at-work.ts'
import { audited } from './audited.ts'
import { newRunsLog, wrongRuns } from './runs-load.ts'
import { startProcess } from './server-process.ts'
import { newLoad, summary, wrongStates } from './states-load.ts'
import type { StatesLog } from './states-load.ts'

const rounds = Number(process.env['COUNTERSIGN_TEST_ROUNDS'] ?? (process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 200 : 10))

describe('a server that is killed', () => {
  it(`keeps what it acknowledged, ${rounds} times`, async () => {
    const seed = seedOfRun()
    const random = seeded(seed)
    const dataDir = await scratchFolder('killed')
    const port = await freePort()
    const url = `http://localhost:${port}`
    const start = () => startProcess(dataDir, port, [], { stateLimits: { holdSeconds: 0 } })
    let server = await start()
    onTestFinished(() => server.kill())
    const person = new SoftwarePerson(url)
    await person.setUp(server.setupLink ?? '', 'Ada Owner')
    const runs = newRunsLog()
    const all: StatesLog[] = []
    let load: Awaited<ReturnType<typeof newLoad>> | null = null

    for (let round = 0; round < rounds; round++) {
      const doomed = server
      runs.round = round
      const { terminal, states, clients } = (load = round % 4 === 0 || load === null ? await newLoad(person, `load/state-${round}`) : load)
      const work = await atWork({ runs, person, terminal, clients }, 1 + Math.floor(random() * 60), random() * 15)
      await doomed.kill()
      await work.stop()
      server = await start()
      // Whoever was told of a lock has it; whoever was told nothing goes on from what there is.
      for (const client of clients) await client.turn(() => undefined).catch((error: unknown) => states.wrong.push(String(error)))
      if (!all.includes(states)) all.push(states)
      const wrong = [...(await wrongRuns(runs, round - 2)), ...(await wrongStates(states, terminal))]
      expect(wrong.map((one) => `seed ${seed} round ${round}: ${one}`)).toEqual([])
    }
    expect(await wrongRuns(runs)).toEqual([])
    expect(await audited(dataDir)).toEqual([])
    expect([...runs.told.values()].filter((one) => one.stage === 'reported').length).toBeGreaterThan(rounds)
    expect(all.flatMap(({ held }) => held).length).toBeGreaterThan(rounds)
    process.stderr.write(`\nKilled ${rounds} times (seed ${seed}): ${runs.told.size} runs, ${summary(all)}.\n`)
  }, Math.max(rounds * 60_000, 600_000))
})
