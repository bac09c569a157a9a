/** States, and those who ask for something about them: terminals over the API, terraform over the wire. */
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { dpopProof } from '../../src/demonstration/raw-terminal.ts'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { Answer, SoftwarePerson } from '../../src/demonstration/software-person.ts'
import type { IssuedCredential, RequestView } from '../../src/doors/state/views.ts'
import type { RunningServer } from '../../src/server/start.ts'
import { sharedServer as startedOnce } from './shared-server.ts'
import { lockInfo, post, send, stateFrom, waiting, waitingOf } from './state-wire.ts'
import type { Answered, Info, StateSpec } from './state-wire.ts'
import { terminalOf } from './team.ts'

export { lockInfo, stateFrom as stateText, type Info as LockInfo, type StateSpec } from './state-wire.ts'

export type Owned = { server: RunningServer; url: string; person: SoftwarePerson; terminal: RawTerminal }

/** One server for all tests of a file, each with a terminal and workspaces of its own: starting one takes longer than most tests. */
export function sharedServer(): () => Promise<Owned> {
  const shared = startedOnce()
  return async () => {
    const { server, url, person } = shared()
    return { server, url, person, terminal: await terminalOf(person) }
  }
}

export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex')
export const named = (name: string): string => encodeURIComponent(name)

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

/** The same, with a key and a body of which only a part is sent until `rest`. */
export async function beginRedeem(terminal: RawTerminal, id: string, { key, text, first }: { key: string; text: string; first: number }): Promise<{ rest: () => Promise<number> }> {
  const url = new URL(`/api/v1/state/requests/${id}/redeem`, terminal.url)
  const common = { authorization: `DPoP ${terminal.token}`, 'content-type': 'application/octet-stream', 'idempotency-key': key }
  const proof = async (nonce?: string): Promise<string> => await dpopProof(terminal.key, { method: 'POST', url, token: terminal.token, nonce, time: terminal.now() })
  const refused = await fetch(url, { method: 'POST', headers: { ...common, dpop: await proof() } })
  const sent = request(url, { method: 'POST', headers: { ...common, dpop: await proof(refused.headers.get('dpop-nonce') ?? ''), 'content-length': Buffer.byteLength(text) } })
  const answered = new Promise<number>((done, failed) => void sent.once('error', failed).once('response', (response) => {
    response.resume()
    done(response.statusCode ?? 0)
  }))
  sent.write(text.slice(0, first))
  return { rest: async () => (sent.end(text.slice(first)), await answered) }
}

/** Makes this the current version, by an import. @returns the number of the version */
export async function importState(owned: { terminal: RawTerminal; person: SoftwarePerson }, workspace: string, spec: StateSpec, more: Record<string, unknown> = {}): Promise<number> {
  const text = stateFrom(spec)
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

/** Terraform's `http` backend, as far as it goes: one credential, one address. */
export class WireClient {
  readonly credential: IssuedCredential
  constructor(credential: IssuedCredential) {
    this.credential = credential
  }

  send(method: string, body?: string, query = ''): Promise<Answered> {
    return send(method, `${this.credential.address}${query}`, this.credential, body === undefined ? {} : { body })
  }

  lock(info: Info): Promise<Answered> {
    return this.send('LOCK', JSON.stringify(info))
  }

  write(info: Info, text: string): Promise<Answered> {
    return post(this.credential, info.ID, text)
  }

  unlock(info: Info): Promise<Answered> {
    return this.send('UNLOCK', JSON.stringify(info))
  }
}

/** LOCK, held until the person has countersigned what it asks. */
export async function locked(owned: { terminal: RawTerminal; person: SoftwarePerson }, client: WireClient, info: Info = lockInfo()): Promise<Info> {
  const { answer, asked } = await asking(owned.terminal, () => client.lock(info))
  await owned.person.countersign(asked.code)
  const { status, text } = await answer
  if (status !== 200) throw new Error(`LOCK: ${status} ${text}`)
  return info
}

/** Does what is held open for a person, and finds what they are asked. */
export async function asking<T>(terminal: RawTerminal, work: () => Promise<T>): Promise<{ answer: Promise<T>; asked: RequestView }> {
  const before = new Set((await waitingOf(terminal, 0)).requests.map(({ id }) => id))
  const answer = work()
  return { answer, asked: await waiting(terminal, ({ id }) => !before.has(id)) }
}
