/** States, and those who ask for something about them: terminals over the API, terraform over the wire. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { dpopProof } from '../../src/demonstration/raw-terminal.ts'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import type { Answer } from '../../src/demonstration/software-person.ts'
import type { IssuedCredential, RequestView } from '../../src/doors/state/views.ts'

import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import type { RunningServer } from '../../src/server/start.ts'
import { createDatabase, onPostgres } from './database.ts'
import { freePort } from './scratch-server.ts'
import { terminalOf } from './team.ts'

export type Owned = { server: RunningServer; url: string; person: SoftwarePerson; terminal: RawTerminal }

/** One server for all tests of a file, each with a terminal and workspaces of its own: starting one takes longer than most tests. */
export function sharedServer(): () => Promise<Owned> {
  const undo: (() => Promise<unknown>)[] = []
  let started: { server: RunningServer; person: SoftwarePerson } | null = null
  beforeAll(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-states-'))
    undo.push(() => rm(dataDir, { recursive: true, force: true }))
    const database = onPostgres ? await createDatabase('server') : null
    if (database) undo.push(() => database.drop())
    const port = await freePort()
    const server = await startServer({ dataDir, databaseUrl: database?.url ?? '', addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, demonstration: true, log: createLog('silent') })
    undo.push(() => server.close())
    const person = new SoftwarePerson(server.url)
    await person.setUp(server.setupLink ?? '', 'Ada Owner')
    started = { server, person }
  })
  afterAll(async () => {
    for (const step of undo.splice(0).toReversed()) await step()
  })
  return async () => {
    if (!started) throw new Error('the server has not started')
    return { ...started, url: started.server.url, terminal: await terminalOf(started.person) }
  }
}

export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')
export const named = (name: string): string => encodeURIComponent(name)

export type StateSpec = { lineage?: string; serial: number; resources?: Record<string, string>; outputs?: Record<string, { value: string; sensitive?: boolean }> }

/** As terraform writes one: `terraform_data` resources by name, each with one input. */
export function stateText({ lineage = 'lineage-1', serial, resources = {}, outputs = {} }: StateSpec): string {
  return `${JSON.stringify({
    version: 4, terraform_version: '1.11.4', serial, lineage,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { value, sensitive }]) => [name, { value, type: 'string', ...(sensitive === true ? { sensitive } : {}) }])),
    resources: Object.entries(resources).map(([name, input]) => ({
      mode: 'managed', type: 'terraform_data', name, provider: 'provider["terraform.io/builtin/terraform"]',
      instances: [{ schema_version: 0, attributes: { id: `id-${name}`, input: { type: 'string', value: input }, output: null, triggers_replace: null }, sensitive_attributes: [] }],
    })),
    check_results: null,
  }, null, 2)}\n`
}

type Actor = { must(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>; call(method: string, path: string, body?: unknown): Promise<Answer> }

export async function askState(by: Actor, body: Record<string, unknown>): Promise<RequestView> {
  return (await by.must('POST', '/api/v1/state/requests', body)) as RequestView
}

export async function requestOf(by: Actor, id: string): Promise<RequestView> {
  return (await by.must('GET', `/api/v1/state/requests/${id}`)) as RequestView
}

/** Asked, and countersigned by the same person. */
export async function done(by: Actor, person: SoftwarePerson, body: Record<string, unknown>): Promise<RequestView> {
  const asked = await askState(by, body)
  await person.countersign(asked.code)
  return requestOf(by, asked.id)
}

/** Redeems with octets, or with nothing; answers whatever came. */
export async function redeemBytes(terminal: RawTerminal, id: string, body?: string | Uint8Array): Promise<{ status: number; text: string; body: Record<string, unknown> }> {
  const url = new URL(`/api/v1/state/requests/${id}/redeem`, terminal.url)
  let nonce: string | undefined
  for (;;) {
    const proof = await dpopProof(terminal.key, { method: 'POST', url, token: terminal.token, nonce, time: terminal.now() })
    const response = await fetch(url, {
      method: 'POST', headers: { authorization: `DPoP ${terminal.token}`, dpop: proof, ...(body === undefined ? {} : { 'content-type': 'application/octet-stream' }) },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    })
    const text = await response.text()
    const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    if (json['code'] !== 'use_dpop_nonce' || nonce !== undefined) return { status: response.status, text, body: json }
    nonce = response.headers.get('dpop-nonce') ?? ''
  }
}

/** Makes this the current version, by an import. @returns the number of the version */
export async function importState(owned: { terminal: RawTerminal; person: SoftwarePerson }, workspace: string, spec: StateSpec, more: Record<string, unknown> = {}): Promise<number> {
  const text = stateText(spec)
  const asked = await askState(owned.terminal, { action: 'state.import', workspace, digest: sha256(text), lineage: spec.lineage ?? 'lineage-1', serial: spec.serial, size: Buffer.byteLength(text), ...more })
  await owned.person.countersign(asked.code)
  const answer = await redeemBytes(owned.terminal, asked.id, text)
  if (answer.status !== 200) throw new Error(`importing: ${answer.status} ${answer.text}`)
  return Number((answer.body as RequestView).result?.version)
}

export async function credentialFor(owned: { terminal: RawTerminal; person: SoftwarePerson }, workspace: string, more: Record<string, unknown> = {}): Promise<IssuedCredential> {
  const asked = await done(owned.terminal, owned.person, { action: 'state.credential', workspace, phase: 'apply', ...more })
  return (await owned.terminal.must('POST', `/api/v1/state/requests/${asked.id}/redeem`)) as IssuedCredential
}

export type LockInfo = { ID: string; Operation: string; Info: string; Who: string; Version: string; Created: string; Path: string }
export const lockInfo = (operation = 'OperationTypeApply', id: string = randomUUID()): LockInfo => ({ ID: id, Operation: operation, Info: '', Who: 'ada@laptop', Version: '1.11.4', Created: '2026-11-21T12:00:00Z', Path: '' })

/** Terraform's `http` backend, as far as it goes: one credential, one address. */
export class WireClient {
  readonly credential: IssuedCredential
  constructor(credential: IssuedCredential) {
    this.credential = credential
  }

  async send(method: string, body?: string, query = ''): Promise<{ status: number; text: string }> {
    const basic = Buffer.from(`${this.credential.username}:${this.credential.password}`).toString('base64')
    const response = await fetch(`${this.credential.address}${query}`, { method, headers: { authorization: `Basic ${basic}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body }) })
    return { status: response.status, text: await response.text() }
  }

  lock(info: LockInfo): Promise<{ status: number; text: string }> {
    return this.send('LOCK', JSON.stringify(info))
  }

  write(info: LockInfo, text: string): Promise<{ status: number; text: string }> {
    return this.send('POST', text, `?ID=${encodeURIComponent(info.ID)}`)
  }

  unlock(info: LockInfo): Promise<{ status: number; text: string }> {
    return this.send('UNLOCK', JSON.stringify(info))
  }
}

/** LOCK, held until the person has countersigned what it asks. */
export async function locked(owned: { terminal: RawTerminal; person: SoftwarePerson }, client: WireClient, info: LockInfo = lockInfo()): Promise<LockInfo> {
  const { answer, asked } = await asking(owned.terminal, () => client.lock(info))
  await owned.person.countersign(asked.code)
  const { status, text } = await answer
  if (status !== 200) throw new Error(`LOCK: ${status} ${text}`)
  return info
}

/** Does what is held open for a person, and finds what they are asked. */
export async function asking<T>(terminal: RawTerminal, work: () => Promise<T>): Promise<{ answer: Promise<T>; asked: RequestView }> {
  const before = await waitingOf(terminal)
  const answer = work()
  for (let since = before.version, tries = 0; tries < 20; tries++) {
    const waiting = await waitingOf(terminal, since)
    since = waiting.version
    const asked = waiting.requests.find(({ id, status }) => status === 'waiting' && !before.requests.some((one) => one.id === id))
    if (asked) return { answer, asked }
  }
  throw new Error('nobody was asked')
}

async function waitingOf(terminal: RawTerminal, since?: number): Promise<{ version: number; requests: RequestView[] }> {
  return (await terminal.must('GET', since === undefined ? '/api/v1/state/waiting' : `/api/v1/state/waiting?wait=5&since=${since}`)) as { version: number; requests: RequestView[] }
}
