/**
 * PostgreSQL under two servers is killed at random moments: all of it, one of its processes, or `pg_ctl restart -m immediate`. The servers
 * stay up and go on by themselves; what the client was told holds. What a machine that loses its power forgets, no test here can tell: the
 * system keeps what a killed process wrote.
 */
import { setTimeout as later } from 'node:timers/promises'
import { describe, expect, inject, it } from 'vitest'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { seeded, seedOfRun } from '../support/seeded.ts'
import { atWork } from './at-work.ts'
import { audited } from './audited.ts'
import { brokenPostgres, ways } from './broken-postgres.ts'
import { newRunsLog, wrongRuns } from './runs-load.ts'
import { newLoad, summary, wrongStates } from './states-load.ts'
import type { StatesLog } from './states-load.ts'
import { serversOn } from './three-servers.ts'

const rounds = Number(process.env['COUNTERSIGN_TEST_ROUNDS'] ?? (process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 200 : 10))

describe('a PostgreSQL that is killed under two servers', () => {
  it(`loses nothing that was acknowledged, ${rounds} times`, async () => {
    const seed = seedOfRun()
    const chance = seeded(seed)
    const postgres = await brokenPostgres(inject('postgres').bin)
    const databaseUrl = postgres.url(await postgres.create())
    const { url, front, folders, processes, setupLink } = await serversOn(databaseUrl, 2, chance)
    const person = new SoftwarePerson(url)
    await person.setUp(setupLink, 'Ada Owner')
    const runs = newRunsLog()
    const all: StatesLog[] = []

    for (let round = 0; round < rounds; round++) {
      runs.round = round
      const { terminal, states, clients } = await newLoad(person, `load/state-${round}`)
      const work = await atWork({ runs, person, terminal, clients }, 1 + Math.floor(chance() * 24), chance() * 30, () => later(10))
      const way = ways[Math.floor(chance() * ways.length)] ?? 'all of it'
      await postgres.breakIt(way, chance)
      await work.stop()
      await back(terminal)
      for (const client of clients) await client.turn(() => undefined).catch((error: unknown) => states.wrong.push(String(error)))
      all.push(states)
      const wrong = [...(await wrongRuns(runs, round - 2)), ...(await wrongStates(states, terminal))]
      expect(wrong.map((one) => `seed ${seed} round ${round}, ${way}: ${one}`)).toEqual([])
    }
    expect(await wrongRuns(runs)).toEqual([])
    for (const folder of folders) expect(await audited(folder, databaseUrl)).toEqual([])
    expect(processes.map(({ child }) => child.exitCode)).toEqual([null, null])
    expect(front.broken).toEqual([])
    expect([...runs.told.values()].filter((one) => one.stage === 'reported').length).toBeGreaterThan(0)
    process.stderr.write(`\nPostgreSQL broken ${rounds} times (seed ${seed}): ${runs.told.size} runs, ${summary(all)}.\n`)
  }, Math.max(rounds * 60_000, 600_000))
})

/** Until both servers have found it again, without being started anew. */
async function back(terminal: RawTerminal): Promise<void> {
  const until = Date.now() + 60_000
  for (let good = 0; good < 8; ) {
    const status = await terminal.call('GET', '/api/v1/runs').then((answer) => answer.status, () => 0)
    good = status === 200 ? good + 1 : 0
    if (status !== 200 && Date.now() > until) throw new Error(`the servers did not come back: ${status}`)
    if (status !== 200) await later(20)
  }
}
