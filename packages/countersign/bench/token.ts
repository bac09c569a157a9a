/**
 * What every request of a terminal costs before anything else happens: its token and the proof of its key, against one bare signature check.
 *
 * Ours is the whole check, as the server makes it for a request: the proof parsed, its key imported, its signature, method, URL, token,
 * time and nonce compared, the token and the person looked up, and the proof consumed in the database, durably, so that it is worth one
 * request. The other is `crypto.verify` (ES256) over the same bytes with a key that is there already, one after the other as such a loop
 * is written. Requests come together, as they do at a server; both are measured in turns.
 */
import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SoftwarePerson } from '../src/demonstration/software-person.ts'
import { dpopProof, signInTerminal, type RawTerminal } from '../src/demonstration/raw-terminal.ts'
import { createLog } from '../src/platform/log.ts'
import { startServer, type RunningServer } from '../src/server/start.ts'
import { freePort, median, rounded, type BenchRow } from './place.ts'

const ROUNDS = 15
const TOGETHER = 400
const TERMINALS = 16

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const port = await freePort()
  const server = await startServer({ dataDir: folder, addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, demonstration: true, log: createLog('silent') })
  try {
    const person = new SoftwarePerson(server.url)
    await person.setUp(server.setupLink ?? '', 'Bench')
    const terminals: RawTerminal[] = []
    for (let count = 0; count < TERMINALS; count++) terminals.push(await signInTerminal(server.url, (link) => person.allowTerminal(link)))
    const [ours, other]: [number[], number[]] = [[], []]
    for (let round = -2; round < ROUNDS; round++) {
      const requests = await requestsOf(server, terminals)
      const [checked, verified] = round % 2 === 0 ? [await rateOfChecks(server, requests), rateOfVerify(requests)] : inTurn(rateOfVerify(requests), await rateOfChecks(server, requests))
      if (round < 0) continue
      ours.push(checked)
      other.push(verified)
    }
    const ratio = median(ours.map((rate, at) => rate / (other[at] ?? 1)))
    return [{
      name: 'token check, DPoP included', ours: rounded(median(ours)), other: rounded(median(other)), ratio: Math.round(ratio * 100) / 100, goal: 'at least 0.5', holds: ratio >= 0.5, unit: 'a second',
      note: `${TOGETHER} requests of ${TERMINALS} terminals together, replay protection written durably; the other is crypto.verify alone; the ratio is the median of ${ROUNDS} rounds`,
    }]
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const inTurn = (verified: number, checked: number): [number, number] => [checked, verified]
const target = { method: 'GET', path: '/api/v1/runs' } as const

type Request = { terminal: RawTerminal; dpop: string }

async function requestsOf(server: RunningServer, terminals: readonly RawTerminal[]): Promise<Request[]> {
  const nonce = server.parts.identity.tokens.nonce()
  const url = new URL(target.path, server.url)
  const from = Array.from({ length: TOGETHER }, (_, at) => terminals[at % terminals.length]).filter((one) => one !== undefined)
  return await Promise.all(from.map(async (terminal) => ({ terminal, dpop: await dpopProof(terminal.key, { method: target.method, url, token: terminal.token, nonce }) })))
}

async function rateOfChecks(server: RunningServer, requests: readonly Request[]): Promise<number> {
  const { tokens } = server.parts.identity
  const started = performance.now()
  await Promise.all(requests.map(async ({ terminal, dpop }) => await tokens.resolve({ method: target.method, url: target.path, headers: { authorization: `DPoP ${terminal.token}`, dpop }, remoteAddress: '127.0.0.1' })))
  return (requests.length * 1000) / (performance.now() - started)
}

function rateOfVerify(requests: readonly Request[]): number {
  const parts = requests.map(({ terminal, dpop }) => {
    const at = dpop.lastIndexOf('.')
    const key = createPublicKey({ key: terminal.key.publicJwk as Record<string, string>, format: 'jwk' })
    return { key, input: Buffer.from(dpop.slice(0, at)), signature: Buffer.from(dpop.slice(at + 1), 'base64url') }
  })
  const started = performance.now()
  let held = 0
  for (const { key, input, signature } of parts) if (verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature)) held++
  const milliseconds = performance.now() - started
  if (held !== requests.length) throw new Error('a proof of the benchmark does not hold')
  return (requests.length * 1000) / milliseconds
}
