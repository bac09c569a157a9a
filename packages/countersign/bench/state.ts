/**
 * States: what it costs to keep them encrypted and versioned, and whether anybody else notices.
 *
 * At the store a state is sealed, kept as a new version with its leaf (SQLite, synchronous=FULL), found again, checked against the ledger
 * and opened; the other is the same bytes as `bytea`, upserted and selected through `pg` in a PostgreSQL of its own on loopback, whose
 * fsync is off. Over HTTP, and with the real terraform, both are asked by the same client. The states are generated: names that repeat,
 * ids and passwords that do not; how far they compress is in the note.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import pg from 'pg'
import { bytesOf, withBodies } from '../src/doors/state/bodies.ts'
import { readBody } from '../src/doors/state/facts.ts'
import { sealState, openBody } from '../src/doors/state/seal.ts'
import { ensureWorkspace, workspaceNamed } from '../src/doors/state/store.ts'
import { currentVersion, keep } from '../src/doors/state/versions.ts'
import type { Maker } from '../src/doors/state/versions.ts'
import { signInTerminal, type RawTerminal } from '../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../src/demonstration/software-person.ts'
import { createLog } from '../src/platform/log.ts'
import { demonstrationPolicy } from '../src/policy/index.ts'
import { startServer, type RunningServer } from '../src/server/start.ts'
import { findPostgres } from '../test/support/find-postgres.ts'
import { startPostgres } from '../test/support/postgres.ts'
import { startProcess } from '../test/faults/server-process.ts'
import { credentialFor, get, lock, lockInfo, post, unlock } from '../test/support/state-wire.ts'
import { freePort, median, rounded, timed, type BenchRow } from './place.ts'

const MB = 1_000_000
const SIZES = [1, 10, 50]
const ROUNDS = 5

type Place = { server: RunningServer; person: SoftwarePerson; terminal: RawTerminal; folder: string; close(): Promise<void> }

export async function run(): Promise<BenchRow[]> {
  const found = findPostgres()
  if ('missing' in found) throw new Error(found.missing)
  const place = await open()
  const postgres = await startPostgres(found.bin, { loopback: true })
  try {
    const database = await postgres.create()
    return [
      ...(await atTheStore(place, postgres.url(database))),
      ...(await apart(place.folder, postgres.url(await postgres.create()))),
    ]
  } finally {
    await postgres.remove()
    await place.close()
  }
}

/** In one workspace the policy lets states be written without a touch: what is measured is the machine, not a person. */
async function open(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const dataDir = withPolicy(join(folder, 'data'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  const server = await startServer({ dataDir, addresses: [{ host: '127.0.0.1', port }], url, demonstration: true, log: createLog('silent') })
  const person = new SoftwarePerson(url)
  await person.setUp(server.setupLink ?? '', 'Bench')
  const terminal = await signInTerminal(url, (link) => person.allowTerminal(link))
  return {
    server, person, terminal, folder,
    async close() {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function withPolicy(dataDir: string): string {
  const free = 'rules:\n  - name: measured\n    when: { action: [state.credential, state.write, state.read], workspace: "bench/*" }\n    then: allow\n'
  mkdirSync(dataDir, { mode: 0o700 })
  writeFileSync(join(dataDir, 'policy.yaml'), demonstrationPolicy.replace(/^rules:.*\n/m, free), { mode: 0o600 })
  return dataDir
}

/** About so many bytes of a state: instances with a password and two ids each. */
export function stateOf(bytes: number, serial: number, lineage: string): Buffer {
  const instance = (at: number): string => {
    const some = createHash('sha256').update(`${serial}/${at}`).digest('hex')
    return JSON.stringify({
      index_key: at, schema_version: 1,
      attributes: {
        id: `i-${some.slice(0, 17)}`, arn: `arn:aws:ec2:eu-central-1:123456789012:instance/i-${some.slice(0, 17)}`, instance_type: 'm7g.large', availability_zone: 'eu-central-1a',
        ami: 'ami-0a1b2c3d4e5f60718', ebs_optimized: true, monitoring: false, subnet_id: `subnet-${some.slice(20, 37)}`, private_ip: `10.${at % 200}.${(at >> 8) % 200}.7`,
        password: some.slice(24), tags: { Name: `web-${at}`, environment: 'production', team: 'platform' }, user_data_base64: null, vpc_security_group_ids: ['sg-0123456789abcdef0'],
      },
      sensitive_attributes: [[{ type: 'get_attr', value: 'password' }]], private: 'eyJzY2hlbWFfdmVyc2lvbiI6IjEifQ==',
    })
  }
  const head = `{"version":4,"terraform_version":"1.11.4","serial":${serial},"lineage":${JSON.stringify(lineage)},"outputs":{},"resources":[{"mode":"managed","type":"aws_instance","name":"web","provider":"provider[\\"registry.terraform.io/hashicorp/aws\\"]","instances":[`
  const parts: string[] = []
  for (let size = head.length, at = 0; size < bytes; at++) {
    const one = instance(at)
    parts.push(one)
    size += one.length + 1
  }
  return Buffer.from(`${head}${parts.join(',')}]}],"check_results":null}\n`)
}

async function atTheStore({ server }: Place, database: string): Promise<BenchRow[]> {
  const deps = server.parts.state
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  await client.query('create table states (name text primary key, data bytea not null)')
  const rows: BenchRow[] = []
  for (const size of SIZES) {
    const [ours, other, read]: [number[], number[], number[]] = [[], [], []]
    const name = `store/s${size}`
    const workspace = await deps.store.write((tx) => ensureWorkspace(deps, tx, name))
    const maker: Maker = { person: '', person_name: 'Bench', credential: '', run: '', lock: '', evidence: '', source: '127.0.0.1' }
    let packed = 0
    for (let round = 0; round <= ROUNDS; round++) {
      const bytes = stateOf(size * MB, round + 1, 'lineage-of-the-bench')
      const begun = performance.now()
      const reading = readBody(deps, bytes)
      const { later } = await reading
      await later?.()
      const started = performance.now()
      const digest = createHash('sha256').update(bytes).digest('hex')
      const sealed = await sealState(deps, workspace.id, { bytes, digest, reading })
      await withBodies(deps, sealed.bodies, (tx) => keep(deps, tx, workspace, { origin: 'write', sealed, maker }))
      const kept = await deps.store.read(async (db) => {
        const row = await workspaceNamed(db, name)
        return row && (await currentVersion(deps, db, row))
      })
      if (!kept) throw new Error('the state is not there')
      const back = await openBody(deps, await bytesOf(deps, kept))
      const ended = performance.now()
      if (!back.equals(bytes)) throw new Error('the state that came back is another one')
      await client.query('insert into states values ($1, $2) on conflict (name) do update set data = excluded.data', [name, bytes])
      const { rows: [selected] } = await client.query<{ data: Buffer }>('select data from states where name = $1', [name])
      const after = performance.now()
      if (!selected?.data.equals(bytes)) throw new Error('the bytes that came back are others')
      packed = deflateRawSync(bytes.subarray(0, MB), { level: 1 }).length / Math.min(MB, bytes.length)
      if (round === 0) continue
      ours.push(ended - started)
      other.push(after - ended)
      read.push(started - begun)
    }
    const [mine, theirs] = [median(ours), median(other)]
    rows.push({
      name: `state put and get at the store, ${size} MB`, ours: rounded(mine), other: rounded(theirs), ratio: ratioOf(mine, theirs), goal: 'at most 0.6', holds: mine <= 0.6 * theirs, unit: 'ms',
      note: `against bytea through pg (fsync off); compresses to ${Math.round(packed * 100)} %; reading what is in it took ${rounded(median(read))} ms more`,
    })
  }
  await client.end()
  return rows
}

const ratioOf = (ours: number, other: number): number => Math.round((ours / other) * 100) / 100

/** LOCK, GET, POST, UNLOCK as an apply does them, against the same bytes posted to a server that keeps them in memory only. */
async function overHttp({ person, terminal }: Client): Promise<BenchRow> {
  const credential = await credentialFor(person, terminal, 'bench/http')
  const took: number[] = []
  const size = 10 * MB
  for (let serial = 1; serial <= ROUNDS + 1; serial++) {
    const bytes = stateOf(size, serial, 'lineage-over-http')
    const info = lockInfo()
    const started = performance.now()
    mustBe(200, await lock(credential, info))
    mustBe(serial === 1 ? 404 : 200, await get(credential))
    mustBe(200, await post(credential, info.ID, bytes))
    mustBe(200, await unlock(credential, info))
    if (serial > 1) took.push(performance.now() - started)
  }
  return { name: 'an apply over HTTP, 10 MB (LOCK, GET, POST, UNLOCK)', ours: rounded(median(took)), other: 0, ratio: 0, goal: 'none: beside the store\'s', holds: true, unit: 'ms', note: 'the policy lets it pass; two durable ledger entries more' }
}

function mustBe(status: number, answer: { status: number; text: string }): void {
  if (answer.status !== status) throw new Error(`${answer.status} ${answer.text.slice(0, 300)}`)
}

/** `terraform state push` of 20 MB, through this door and through Terraform's own `pg` backend. */
async function byTerraform({ person, terminal }: Client, folder: string, database: string): Promise<BenchRow> {
  const credential = await credentialFor(person, terminal, 'bench/terraform')
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' }
  const places = [
    { name: 'ours', block: `backend "http" {\n    address = "${credential.address}"\n    lock_address = "${credential.address}"\n    unlock_address = "${credential.address}"\n  }`, env: { ...env, TF_HTTP_USERNAME: credential.username, TF_HTTP_PASSWORD: credential.password }, took: [] as number[] },
    { name: 'pg', block: 'backend "pg" {}', env: { ...env, PG_CONN_STR: `${database}?sslmode=disable` }, took: [] as number[] },
  ]
  for (const place of places) {
    mkdirSync(join(folder, place.name))
    writeFileSync(join(folder, place.name, 'main.tf'), `terraform {\n  ${place.block}\n}\n`)
    const begun = await timed('terraform', ['init', '-input=false', '-no-color'], { cwd: join(folder, place.name), env: place.env })
    if (begun.code !== 0) throw new Error(`${place.name}: ${begun.output.slice(0, 500)}`)
  }
  const push = async (place: (typeof places)[number], serial: number, lineage: string, ...options: string[]): Promise<number> => {
    writeFileSync(join(folder, 'pushed.json'), stateOf(20 * MB, serial, lineage))
    const done = await timed('terraform', ['state', 'push', ...options, '../pushed.json'], { cwd: join(folder, place.name), env: place.env })
    if (done.code !== 0) throw new Error(`${place.name}: ${done.output.slice(0, 500)}`)
    return done.milliseconds
  }
  // Pushing into an empty backend, terraform makes a lineage up: the first push finds out which.
  const lineages = new Map<string, string>()
  for (const place of places) {
    await push(place, 1, randomUUID(), '-force')
    const pulled = await timed('terraform', ['state', 'pull'], { cwd: join(folder, place.name), env: place.env })
    lineages.set(place.name, /"lineage": "([^"]+)"/.exec(pulled.output)?.[1] ?? '')
  }
  for (let round = 1; round <= 3; round++) {
    for (const place of round % 2 ? places : places.toReversed()) place.took.push(await push(place, 10 * round, lineages.get(place.name) ?? ''))
  }
  const [ours, other] = places.map(({ took }) => median(took)) as [number, number]
  return { name: 'terraform state push, 20 MB', ours: rounded(ours), other: rounded(other), ratio: ratioOf(ours, other), goal: 'at most 1.05', holds: ours <= 1.05 * other, unit: 'ms', note: 'against Terraform\'s pg backend on loopback (fsync off); the client\'s own work is most of both' }
}

type Client = { person: SoftwarePerson; terminal: RawTerminal }

/** What is asked over HTTP: of the built program, in a process of its own, so that no client's work is taken for the server's. */
async function apart(folder: string, database: string): Promise<BenchRow[]> {
  const port = await freePort()
  const server = await startProcess(withPolicy(join(folder, 'apart')), port)
  try {
    const person = new SoftwarePerson(`http://localhost:${port}`)
    await person.setUp(server.setupLink ?? '', 'Bench')
    const client = { person, terminal: await signInTerminal(person.url, (link) => person.allowTerminal(link)) }
    return [await overHttp(client), await byTerraform(client, folder, database), ...(await large(client, folder, server.child.pid))]
  } finally {
    await server.kill()
  }
}

/** 200 MB bodies, posted by curl: how far the server's memory grows, and what a person's requests take until everything about them is known. */
async function large({ person, terminal }: Client, folder: string, pid: number | undefined): Promise<BenchRow[]> {
  const credential = await credentialFor(person, terminal, 'bench/large')
  const size = 200 * MB
  const [idle, busy, peaks] = [await requests(terminal, 150), [] as number[], [] as number[]]
  const before = memoryOf(pid, 'VmRSS')
  for (let serial = 1; serial <= 2; serial++) {
    writeFileSync(join(folder, 'large.json'), stateOf(size, serial, 'lineage-large'))
    const info = lockInfo()
    mustBe(200, await lock(credential, info))
    forgetPeak(pid)
    const curl = ['-sS', '-w', '%{http_code}', '-u', `${credential.username}:${credential.password}`, '-H', 'Content-Type: application/json', '-H', 'Expect:', '--data-binary', '@large.json', `${credential.address}?ID=${info.ID}`]
    const posting = timed('curl', curl, { cwd: folder, env: process.env })
    const over = { done: false }
    void posting.finally(() => (over.done = true))
    while (!over.done) busy.push(...(await requests(terminal, 1)))
    const { output } = await posting
    if (!output.endsWith('200')) throw new Error(output)
    mustBe(200, await unlock(credential, info))
    // Its client was answered; what it holds is still being read.
    while ((await terminal.must('GET', '/api/v1/state/workspaces/bench%2Flarge'))['secrets'] === null) busy.push(...(await requests(terminal, 5)))
    peaks.push(memoryOf(pid, 'VmHWM') - before)
    idle.push(...(await requests(terminal, 150)))
  }
  const [grown = 0, again = 0] = peaks
  const [quiet, meanwhile] = [p99(idle), p99(busy)]
  return [
    { name: 'memory while 200 MB are written', ours: rounded(grown / MB), other: size / MB, ratio: ratioOf(grown, size), goal: 'at most 2.5 times the body', holds: grown <= 2.5 * size, unit: 'MB', note: `growth of the resident set at its highest; ${rounded(again / MB)} MB when a second one follows at once, before what the first took is given back` },
    { name: 'gate while 200 MB are written, p99', ours: rounded(meanwhile), other: rounded(quiet), ratio: ratioOf(meanwhile, quiet), goal: 'at most 2 times the idle value', holds: meanwhile <= 2 * quiet, unit: 'ms', note: `${busy.length} requests meanwhile, ${idle.length} idle; medians ${rounded(median(busy))} and ${rounded(median(idle))} ms` },
  ]
}

function memoryOf(pid: number | undefined, what: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(found?.[1]) * 1024
}

/** The highest value so far is the present one again (proc(5)). */
function forgetPeak(pid: number | undefined): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

async function requests(terminal: RawTerminal, times: number): Promise<number[]> {
  const took: number[] = []
  for (let at = 0; at < times; at++) {
    const started = performance.now()
    await terminal.must('GET', '/api/v1/runs?limit=10')
    took.push(performance.now() - started)
    // One address is let ask 1,200 times a minute.
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
  return took
}

const p99 = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * 0.99))] ?? 0
