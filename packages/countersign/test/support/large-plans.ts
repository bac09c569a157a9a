/** Plans of some size, and bodies sent as text: what the server makes of bytes depends on how many there are. */
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { ClientRequest, IncomingHttpHeaders } from 'node:http'
import { dpopProof } from '../../src/demonstration/raw-terminal.ts'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import { claimsOf, redactedPlan, runBody } from './sample-run.ts'
import type { RunBody } from './sample-run.ts'

export type Sent = { status: number; headers: IncomingHttpHeaders; body: Record<string, unknown> }

/** More than is read on the event loop, and nothing that JSON has. */
export const PADDING = ' '.repeat(300_000)

/** A redacted plan of about so many bytes, half of which cannot be compressed. */
export function largePlan(bytes: number): string {
  const plan = JSON.parse(redactedPlan(['delete'])) as { resource_changes: { address: string; name: string; change: { before: unknown } }[] }
  const [model] = plan.resource_changes
  if (!model) throw new Error('the sample has no change')
  const resources = Array.from({ length: Math.ceil(bytes / 2300) }, (_, at) => ({ ...model, address: `terraform_data.item_${at}`, name: `item_${at}`, change: { ...model.change, before: { input: randomBytes(1500).toString('base64') } } }))
  return JSON.stringify({ ...plan, resource_changes: resources })
}

export function bodyOf(plan: string, over: { workspace?: string } = {}): RunBody {
  const body = runBody(over)
  return { ...body, plan, claims: claimsOf(plan, body.workspace) }
}

let nonce: string | undefined

/** A request for a run whose headers are sent, and nothing of its body. `length` null: none is announced. */
export async function begin(terminal: RawTerminal, length: number | null, headers: Record<string, string> = {}): Promise<{ sent: ClientRequest; answer: Promise<Sent> }> {
  const url = new URL('/api/v1/runs', terminal.url)
  const sent = request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json', ...headers, ...(length === null ? { 'transfer-encoding': 'chunked' } : { 'content-length': length }),
      authorization: `DPoP ${terminal.token}`, dpop: await dpopProof(terminal.key, { method: 'POST', url, token: terminal.token, nonce, time: terminal.now() }),
    },
  })
  sent.flushHeaders()
  const answer = new Promise<Sent>((resolve, reject) => {
    sent.once('error', reject)
    sent.once('response', (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.once('error', reject)
      response.once('end', () => {
        const given = response.headers['dpop-nonce']
        nonce = typeof given === 'string' ? given : nonce
        const text = Buffer.concat(parts).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} })
      })
    })
  })
  answer.catch(() => undefined)
  return { sent, answer }
}

/** The nonce that the server wants is had first: a refusal would meet a body that is still coming. */
export async function greet(terminal: RawTerminal): Promise<void> {
  const { sent, answer } = await begin(terminal, 2)
  sent.end('{}')
  await answer
}

export async function send(terminal: RawTerminal, text: string | Buffer, options: { announced?: boolean; headers?: Record<string, string> } = {}): Promise<Sent> {
  const bytes = Buffer.from(text)
  const { sent, answer } = await begin(terminal, options.announced === false ? null : bytes.byteLength, options.headers)
  sent.end(bytes)
  return answer
}
