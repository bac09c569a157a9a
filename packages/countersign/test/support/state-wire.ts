/** A client of the wire, as curl is one; and a person who countersigns what their terraform waits for. */
import { createHash, randomUUID } from 'node:crypto'
import { request } from 'node:http'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { SoftwarePerson } from '../../src/demonstration/software-person.ts'

export type Credential = { id: string; username: string; password: string; address: string; lockAddress: string; expiresAt: string }
export type Answered = { status: number; headers: Record<string, string | string[] | undefined>; text: string; body: Record<string, unknown> }

/** A credential that is asked for by a terminal, countersigned, and redeemed. */
export async function credentialFor(person: SoftwarePerson, terminal: RawTerminal, workspace: string, phase: 'plan' | 'apply' = 'apply', tier: 'full' | 'redacted' | 'outputs' = 'full'): Promise<Credential> {
  const asked = await terminal.must('POST', '/api/v1/state/requests', { action: 'state.credential', workspace, phase, tier })
  if (asked['status'] === 'waiting') await person.countersign(String(asked['code']))
  return (await terminal.must('POST', `/api/v1/state/requests/${String(asked['id'])}/redeem`)) as Credential
}

export type Sent = { body?: string | Uint8Array; headers?: Record<string, string>; signal?: AbortSignal; localAddress?: string }

export async function send(method: string, address: string, credential: Pick<Credential, 'username' | 'password'> | null, sent: Sent = {}): Promise<Answered> {
  const authorization = credential ? { authorization: `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}` } : {}
  const body = sent.body === undefined ? undefined : Buffer.from(sent.body)
  const { origin } = new URL(address)
  return new Promise((resolve, reject) => {
    const asking = request(origin, {
      method, path: address.slice(origin.length), family: 4, ...(sent.signal ? { signal: sent.signal } : {}), ...(sent.localAddress === undefined ? {} : { localAddress: sent.localAddress }),
      headers: { ...authorization, ...(body ? { 'content-length': String(body.length), 'content-type': 'application/json' } : {}), ...sent.headers },
    }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} })
      })
    })
    asking.on('error', reject)
    asking.end(body)
  })
}

export type Info = { ID: string; Operation: string; Info: string; Who: string; Version: string; Created: string; Path: string }

export function lockInfo(operation = 'OperationTypeApply', id: string = randomUUID()): Info {
  return { ID: id, Operation: operation, Info: '', Who: 'ada@laptop', Version: '1.11.4', Created: '2026-11-20T10:00:00Z', Path: '' }
}

export const lock = (credential: Credential, info: Info, sent: Sent = {}): Promise<Answered> => send('LOCK', credential.address, credential, { body: JSON.stringify(info), ...sent })
export const unlock = (credential: Credential, info: Info): Promise<Answered> => send('UNLOCK', credential.address, credential, { body: JSON.stringify(info) })
export const get = (credential: Credential, sent: Sent = {}): Promise<Answered> => send('GET', credential.address, credential, sent)

export function post(credential: Credential, id: string, state: string | Uint8Array, sent: Sent = {}): Promise<Answered> {
  const md5 = createHash('md5').update(state).digest('base64')
  return send('POST', `${credential.address}${id === '' ? '' : `?ID=${encodeURIComponent(id)}`}`, credential, { ...sent, body: state, headers: { 'content-md5': md5, ...sent.headers } })
}

/** A state as terraform writes it. */
export function stateText(serial: number, lineage: string, outputs: Record<string, string> = {}, more = ''): string {
  return JSON.stringify({
    version: 4, terraform_version: '1.11.4', serial, lineage,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value, type: 'string' }])),
    resources: [{ mode: 'managed', type: 'terraform_data', name: 'x', provider: 'provider["terraform.io/builtin/terraform"]', instances: [{ schema_version: 0, attributes: { id: 'a', input: { value: `v${serial}${more}`, type: 'string' } } }] }],
    check_results: null,
  })
}

type Waiting = { id: string; code: string; action: string; status: string; source: string; createdAt: string }

/** What waits for this person, as soon as something new does. */
export async function waiting(terminal: RawTerminal, wanted: (one: Waiting) => boolean): Promise<Waiting> {
  for (let since = '?wait=0'; ; ) {
    const answer = (await terminal.must('GET', `/api/v1/state/waiting${since}`)) as { version: number; requests: Waiting[] }
    const found = answer.requests.find((one) => one.status === 'waiting' && wanted(one))
    if (found) return found
    since = `?wait=20&since=${answer.version}`
  }
}

/** Countersigns what is asked with this action. @returns its code */
export async function countersignNext(person: SoftwarePerson, terminal: RawTerminal, action: string): Promise<string> {
  const { code } = await waiting(terminal, (one) => one.action === action)
  await person.countersign(code)
  return code
}

/** Countersigns everything that is asked until `stop` is called. @returns the actions that were asked, in order */
export function countersignAll(person: SoftwarePerson, terminal: RawTerminal): { actions: string[]; stop(): Promise<void> } {
  const actions: string[] = []
  const over = new AbortController()
  const work = async (): Promise<void> => {
    for (let since = '?wait=0'; !over.signal.aborted; ) {
      const answer = (await terminal.must('GET', `/api/v1/state/waiting${since}`)) as { version: number; requests: Waiting[] }
      for (const one of answer.requests.filter(({ status }) => status === 'waiting').toReversed()) {
        await person.countersign(one.code)
        actions.push(one.action)
      }
      since = `?wait=2&since=${answer.version}`
    }
  }
  const working = work().catch((error: unknown) => {
    if (!over.signal.aborted) throw error
  })
  return {
    actions,
    async stop() {
      over.abort()
      await working
    },
  }
}

/** A lock that is granted: asked, countersigned meanwhile, and taken. */
export async function locked(person: SoftwarePerson, terminal: RawTerminal, credential: Credential, info: Info = lockInfo()): Promise<Info> {
  const asking = lock(credential, info)
  await countersignNext(person, terminal, info.Operation === 'OperationTypePlan' ? 'state.plan' : 'state.write')
  const answer = await asking
  if (answer.status !== 200) throw new Error(`LOCK: ${answer.status} ${answer.text}`)
  return info
}
