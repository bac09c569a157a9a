/**
 * Passwords are hashed so that guessing is slow; the gate must not become slow with them. Fifty clients sign in with passwords, each
 * again as soon as it was answered, while a person with a key signs in and countersigns: how long do their requests take, against a
 * server that does nothing else? Both states take turns, so that whatever else the machine does hits both.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signInTerminal, type RawTerminal } from '../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../src/demonstration/software-person.ts'
import { createLog } from '../src/platform/log.ts'
import { startServer } from '../src/server/start.ts'
import { ask, runBody } from '../test/support/sample-run.ts'
import { freePort, median, rounded, type BenchRow } from './place.ts'

const CLIENTS = 50
const BLOCKS = 4
const CYCLES = 12
const GOAL = 2

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  const server = await startServer({ dataDir: join(folder, 'data'), addresses: [{ host: '127.0.0.1', port }], url, demonstration: true, log: createLog('silent') })
  try {
    const person = new SoftwarePerson(url)
    await person.setUp(server.setupLink ?? '', 'Bench')
    // A terminal may ask so often in ten minutes: several share the work.
    const terminals: RawTerminal[] = []
    for (let at = 0; at < 4; at++) terminals.push(await signInTerminal(url, (link) => person.allowTerminal(link)))
    const next = ((at) => () => terminals[at++ % terminals.length] as RawTerminal)(0)
    const [idle, busy]: [number[], number[]] = [[], []]
    const load = passwords(port)
    await block(person, next)
    for (let at = 0; at < BLOCKS; at++) {
      idle.push(...(await block(person, next)))
      await load.begin()
      busy.push(...(await block(person, next)))
      await load.end()
    }
    const [ours, other] = [percentile(busy), percentile(idle)]
    return [{
      name: 'sign-in and step-up with 50 password logins at once, p99', ours: rounded(ours), other: rounded(other), ratio: rounded(ours / other), goal: `at most ${GOAL} times the idle value`, holds: ours <= GOAL * other, unit: 'ms',
      note: `${idle.length} requests each; median ${rounded(median(busy))} against ${rounded(median(idle))} ms; ${load.answered()} logins were answered meanwhile`,
    }]
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Each request of a sign-in with a key and of one countersigned run: milliseconds. */
async function block(person: SoftwarePerson, terminal: () => RawTerminal): Promise<number[]> {
  const took: number[] = []
  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const started = performance.now()
    const value = await work
    took.push(performance.now() - started)
    return value
  }
  for (let at = 0; at < CYCLES; at++) {
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
function passwords(port: number) {
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
