/**
 * Three real servers on a real PostgreSQL, and everything between them broken. Between clients and servers requests come late, twice, a
 * second time long afterwards, or never, and answers are lost; between servers and database connections are cut in the middle of a message.
 * Meanwhile nothing is consumed, issued or written twice, a lock has one holder, what was answered is there, and the ledger agrees.
 */
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import { clear } from '../support/chaos-front.ts'
import { startPostgres } from '../support/postgres.ts'
import { seeded, seedOfRun } from '../support/seeded.ts'
import { StubbornPerson, StubbornTerminal } from '../support/stubborn-callers.ts'
import { calm, tcpProxy } from '../support/tcp-proxy.ts'
import { audited } from './audited.ts'
import { codesOf, raced } from './codes-race.ts'
import { newRunsLog, oneRun, wrongRuns } from './runs-load.ts'
import { newStatesLog, StateClient, wrongStates } from './states-load.ts'
import type { Calling, StatesLog } from './states-load.ts'
import { serversOn } from './three-servers.ts'

const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'
const rounds = Number(process.env['COUNTERSIGN_TEST_ROUNDS'] ?? (long ? 20 : 1))

describe('three servers on one database, with everything between them broken', () => {
  it(`do nothing twice, lose nothing, and agree with their ledger, ${rounds} times`, async () => {
    const seed = seedOfRun()
    const chance = seeded(seed)
    const postgres = await startPostgres(inject('postgres').bin, { loopback: true })
    onTestFinished(() => postgres.remove())
    const database = new URL(postgres.url(await postgres.create()))
    const proxy = await tcpProxy(Number(database.port), chance)
    database.port = String(proxy.port)
    const { url, front, folders, processes, setupLink } = await serversOn(database.href, 3, chance)
    const person = new StubbornPerson(url)
    await person.setUp(setupLink, 'Ada Owner')
    const codes = await codesOf(person, long ? 8 : 2)
    const runs = newRunsLog()
    const workspaces: { log: StatesLog; terminal: RawTerminal }[] = []
    const seen = { reads: 0, unanswered: 0, letIn: [] as number[] }

    for (let round = 0; round < rounds; round++) {
      const terminal = new StubbornTerminal(await signInTerminal(url, (link) => person.allowTerminal(link)))
      const log = newStatesLog(`load/state-${round}`)
      workspaces.push({ log, terminal })
      const clients: StateClient[] = []
      for (let client = 0; client < 3; client++) clients.push(await StateClient.of(log, person, terminal, stubbornly))

      front.front = { lost: 0.05, late: 0.2, twice: 0.1, echo: 0.05, unanswered: 0.05, torn: 0.03, delay: 20 }
      proxy.weather = { cut: 0.002, late: 0.02, delay: 10 }
      const some = async (times: number, work: () => Promise<unknown>): Promise<void> => {
        for (let at = 0; at < times; at++) await work().catch(() => undefined)
      }
      const mine = { recovery: codes.recovery.splice(0, 5), apps: codes.apps.splice(0, 1) }
      await Promise.all([
        ...clients.map((client) => some(2, () => client.turn(() => undefined))),
        ...Array.from({ length: 3 }, () => some(2, () => oneRun(runs, terminal, person, () => undefined, 3))),
        raced(url, mine, 3).then((letIn) => seen.letIn.push(...letIn)),
      ])
      front.front = clear
      proxy.weather = calm
      await front.settled()
      for (const client of clients) await client.finish(() => undefined)
    }

    const wrong = [...(await wrongRuns(runs)), ...seen.letIn.filter((times) => times > 1).map((times) => `a code let ${times} in`)]
    for (const { log, terminal } of workspaces) wrong.push(...(await wrongStates(log, terminal)).map((one) => `${log.name}: ${one}`))
    wrong.push(...(await ledgerOf(person, runs.told.keys(), workspaces)))
    for (const folder of folders) wrong.push(...(await audited(folder, postgres.url(database.pathname.slice(1)))))
    expect(wrong.map((one) => `seed ${seed}: ${one}`)).toEqual([])
    expect(front.broken).toEqual([])
    expect(processes.map(({ child }) => child.exitCode)).toEqual([null, null, null])
    const reported = [...runs.told.values()].filter(({ stage }) => stage === 'reported').length
    const locks = workspaces.flatMap(({ log }) => log.held).length
    process.stderr.write(`\nBroken ${rounds} times (seed ${seed}): ${reported} of ${runs.told.size} runs reported, ${locks} locks, ${workspaces.flatMap(({ log }) => log.writes).length} writes, ${seen.letIn.join('')} let in; ${JSON.stringify({ ...front.seen, ...proxy.seen })}\n`)
    expect(reported).toBeGreaterThanOrEqual(rounds)
    expect(locks).toBeGreaterThanOrEqual(rounds)
    expect(seen.letIn.filter((times) => times === 1).length).toBeGreaterThan(0)
  }, Math.max(rounds * 300_000, 600_000))
})

const stubbornly: Calling = async (work) => {
  for (let at = 0; ; at++) {
    const answer = await work().catch((error: unknown) => error)
    if (answer instanceof Error) {
      if (at === 40) throw answer
      continue
    }
    const { status, body } = answer as Awaited<ReturnType<typeof work>> & { body?: { code?: string } }
    if (status < 500 || body?.code === 'countersignature_awaited' || at === 40) return answer as Awaited<ReturnType<typeof work>>
  }
}

/** What the leaves say happened, against what the rows say, and each thing that can happen once. */
async function ledgerOf(person: StubbornPerson, runs: Iterable<string>, workspaces: readonly { log: StatesLog }[]): Promise<string[]> {
  const wrong: string[] = []
  const counted = new Map<string, number>()
  const count = (what: string): void => void counted.set(what, (counted.get(what) ?? 0) + 1)
  for (let from = 0; ; ) {
    const { entries } = (await person.must('GET', `/api/v1/ledger/entries?from=${from}&limit=500`)) as { entries: { leaf: string }[] }
    for (const { leaf } of entries) {
      const { type, ids } = JSON.parse(leaf) as { type: string; ids: Record<string, string> }
      if (type === 'gate.granted' || type === 'gate.redeemed') count(`${type} of ${ids['grant']}`)
      if (type === 'run.apply-started' || type === 'run.outcome') count(`${type} of ${ids['run']}`)
      if (type === 'state.head.write') count(`${type} of ${ids['state']}`)
    }
    if (entries.length === 0) break
    from += entries.length
  }
  for (const [what, times] of counted) if (times > 1 && !what.startsWith('state.')) wrong.push(`${what}: ${times} times`)
  for (const run of runs) {
    const { status } = (await person.must('GET', `/api/v1/runs/${run}`)) as { status: string }
    const [started, ended] = [counted.get(`run.apply-started of ${run}`) ?? 0, counted.get(`run.outcome of ${run}`) ?? 0]
    if (started !== (['applying', 'applied'].includes(status) ? 1 : 0) || ended !== (status === 'applied' ? 1 : 0)) wrong.push(`${run} is ${status}, and in the ledger started ${started} and ended ${ended} times`)
  }
  let versions = 0
  for (const { log } of workspaces) versions += ((await person.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(log.name)}/versions?limit=100`))['versions'] as unknown[]).length
  const written = [...counted].reduce((sum, [what, times]) => sum + (what.startsWith('state.head.write') ? times : 0), 0)
  if (versions !== written) wrong.push(`${versions} versions, and ${written} in the ledger`)
  return wrong
}
