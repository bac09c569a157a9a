/** A client of the wire, as curl is one; and a person who countersigns what their terraform waits for. */
import { createHash, randomUUID } from 'node:crypto'
import { request } from 'node:http'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import type { IssuedCredential, RequestView } from '../../src/doors/state/views.ts'

export type Credential = Pick<IssuedCredential, 'id' | 'username' | 'password' | 'address' | 'lockAddress' | 'expiresAt'>
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

export const lock = (credential: Pick<Credential, 'username' | 'password' | 'address'>, info: Info, sent: Sent = {}): Promise<Answered> => send('LOCK', credential.address, credential, { body: JSON.stringify(info), ...sent })
export const unlock = (credential: Pick<Credential, 'username' | 'password' | 'address'>, info: Info): Promise<Answered> => send('UNLOCK', credential.address, credential, { body: JSON.stringify(info) })
export const get = (credential: Credential, sent: Sent = {}): Promise<Answered> => send('GET', credential.address, credential, sent)

export function post(credential: Pick<Credential, 'username' | 'password' | 'address'>, id: string, state: string | Uint8Array, sent: Sent = {}): Promise<Answered> {
  const md5 = createHash('md5').update(state).digest('base64')
  return send('POST', `${credential.address}${id === '' ? '' : `?ID=${encodeURIComponent(id)}`}`, credential, { ...sent, body: state, headers: { 'content-md5': md5, ...sent.headers } })
}

export type StateSpec = { lineage?: string; serial: number; resources?: Record<string, string>; outputs?: Record<string, { value: string; sensitive?: boolean }> }

/** As terraform writes one: `terraform_data` resources by name, each with one input. */
export function stateFrom({ lineage = 'lineage-1', serial, resources = {}, outputs = {} }: StateSpec, indent = 2): string {
  return `${JSON.stringify({
    version: 4, terraform_version: '1.11.4', serial, lineage,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { value, sensitive }]) => [name, { value, type: 'string', ...(sensitive === true ? { sensitive } : {}) }])),
    resources: Object.entries(resources).map(([name, input]) => ({
      mode: 'managed', type: 'terraform_data', name, provider: 'provider["terraform.io/builtin/terraform"]',
      instances: [{ schema_version: 0, attributes: { id: `id-${name}`, input: { type: 'string', value: input }, output: null, triggers_replace: null }, sensitive_attributes: [] }],
    })),
    check_results: null,
  }, null, indent)}\n`
}

/** The same in one line, with one resource, which every serial changes. */
export function stateText(serial: number, lineage: string, outputs: Record<string, string> = {}, more = ''): string {
  const values = Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value }]))
  return stateFrom({ serial, lineage, outputs: values, resources: { x: `v${serial}${more}` } }, 0)
}

/** `seconds`: how long to wait for another version than `since`. */
export async function waitingOf(terminal: RawTerminal, seconds: number, since?: number): Promise<{ version: number; requests: RequestView[] }> {
  return (await terminal.must('GET', `/api/v1/state/waiting?wait=${seconds}${since === undefined ? '' : `&since=${since}`}`)) as { version: number; requests: RequestView[] }
}

/** What waits for this person, as soon as something new does. */
export async function waiting(terminal: RawTerminal, wanted: (one: RequestView) => boolean): Promise<RequestView> {
  for (let since: number | undefined; ; ) {
    const answer = await waitingOf(terminal, since === undefined ? 0 : 20, since)
    const found = answer.requests.find((one) => one.status === 'waiting' && wanted(one))
    if (found) return found
    since = answer.version
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
    for (let since: number | undefined; !over.signal.aborted; ) {
      const answer = await waitingOf(terminal, since === undefined ? 0 : 2, since)
      for (const one of answer.requests.filter(({ status }) => status === 'waiting').toReversed()) {
        await person.countersign(one.code)
        actions.push(one.action)
      }
      since = answer.version
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
