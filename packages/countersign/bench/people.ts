/**
 * What is heavy must not make the gate slow: passwords, which are hashed so that guessing is slow, and plans of 50 MB, which are read
 * before they are judged. Fifty clients sign in with passwords, each again as soon as it was answered; a terminal has one large plan
 * judged after another. Meanwhile a person with a key signs in and countersigns: how long do their requests take, against a server that
 * does nothing else? It is the built program, in a process of its own. Idle and busy take turns, so that whatever else the machine does
 * hits both. (States of 50 MB and more: state.ts.)
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signInTerminal, type RawTerminal } from '../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../src/demonstration/software-person.ts'
import { startProcess } from '../test/faults/server-process.ts'
import { ask, runBody } from '../test/support/sample-run.ts'
import { freePort, load, median, rounded, type BenchRow } from './place.ts'
import { startPlanSender } from './plan-sender.ts'

const CLIENTS = 50
/** How often the two take turns, and how much a person does each time. */
const [BLOCKS, CYCLES] = [4, 12]
const PLAN_MB = 50
const GOAL = 2

/** Work for the server that goes on until it is ended. */
type Load = { answered(): number; begin(): Promise<void>; end(): Promise<void> }

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const port = await freePort()
  const server = await startProcess(join(folder, 'data'), port)
  try {
    const person = new SoftwarePerson(`http://localhost:${port}`)
    await person.setUp(server.setupLink ?? '', 'Bench')
    // A terminal may ask so often in ten minutes: several share the work.
    const terminals: RawTerminal[] = []
    for (let at = 0; at < 9; at++) terminals.push(await signInTerminal(person.url, (link) => person.allowTerminal(link)))
    const planner = terminals.pop()
    if (!planner) throw new Error('no terminal')
    const next = ((at) => () => terminals[at++ % terminals.length] as RawTerminal)(0)
    await block(person, next, 4)
    const logins = await beside({ name: 'sign-in and step-up with 50 password logins at once, p99', what: 'logins', heavy: passwords(port) }, person, next)
    const plans = await startPlanSender(planner, PLAN_MB * 1_000_000)
    try {
      return [logins, await beside({ name: 'sign-in and step-up while plans of 50 MB are judged, p99', what: 'plans', heavy: plans }, person, next)]
    } finally {
      await plans.close()
    }
  } finally {
    await server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function beside({ name, what, heavy }: { name: string; what: string; heavy: Load }, person: SoftwarePerson, next: () => RawTerminal): Promise<BenchRow> {
  const [idle, busy]: [number[], number[]] = [[], []]
  for (let at = 0; at < BLOCKS; at++) {
    idle.push(...(await block(person, next, CYCLES)))
    await heavy.begin()
    busy.push(...(await block(person, next, CYCLES)))
    await heavy.end()
  }
  const [ours, other] = [percentile(busy), percentile(idle)]
  return {
    name, ours: rounded(ours), other: rounded(other), ratio: rounded(ours / other), goal: `at most ${GOAL} times the idle value`, holds: ours <= GOAL * other, unit: 'ms',
    note: `${idle.length} requests each; median ${rounded(median(busy))} against ${rounded(median(idle))} ms; ${heavy.answered()} ${what} were answered meanwhile; ${load()}`,
  }
}

/** Each request of a sign-in with a key and of one countersigned run: milliseconds. */
async function block(person: SoftwarePerson, terminal: () => RawTerminal, cycles: number): Promise<number[]> {
  const took: number[] = []
  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const started = performance.now()
    const value = await work
    took.push(performance.now() - started)
    return value
  }
  for (let at = 0; at < cycles; at++) {
    const begun = await timed(person.must('POST', '/api/v1/session/begin', {}))
    const answer = person.sign(begun['options'])
    await timed(person.must('POST', '/api/v1/session/finish', { ceremony: begun['ceremony'], response: answer }))
    const { code } = await timed(ask(terminal(), runBody({ workspace: `bench/run-${performance.now()}`.replace('.', '-') })))
    const { ceremony, options } = await timed(person.begin(code))
    const touch = person.sign(options)
    await timed(person.finish(code, ceremony, touch))
  }
  return took
}

/** Clients that sign in again and again, each time under another name that nobody has: every one of them costs a whole hash. */
function passwords(port: number): Load {
  let running: Promise<void>[] = []
  let wanted = false
  let [names, answered] = [0, 0]
  const client = async (at: number): Promise<void> => {
    while (wanted) {
      const status = await signIn(port, `127.0.1.${at + 1}`, `nobody-${names++}`)
      if (status !== 401) throw new Error(`a login was answered with ${status}`)
      answered++
    }
  }
  return {
    answered: () => answered,
    /** From the first answer on all the others wait for a hash. */
    async begin(): Promise<void> {
      const before = answered
      wanted = true
      running = Array.from({ length: CLIENTS }, (_, at) => client(at))
      while (answered === before) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    async end(): Promise<void> {
      wanted = false
      await Promise.all(running)
    },
  }
}

/** From an address of its own: the limit of requests is per address, and is not what is measured. */
function signIn(port: number, localAddress: string, login: string): Promise<number> {
  const body = JSON.stringify({ login, password: 'seven geese by the mill', code: '123456' })
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1', localAddress, port, method: 'POST', path: '/api/v1/session/password',
      headers: { host: `localhost:${port}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode ?? 0))
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

function percentile(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0
}
