/**
 * One HTTP exchange over node's own client: no redirects, a bounded answer, a time limit on silence. (`fetch` would do, and costs
 * 30 ms to load, which every command would pay.)
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { CliError } from '../exit.ts'

export type Request = {
  readonly method: string
  readonly url: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Uint8Array
  /** Of the body; JSON where nothing is said. */
  readonly type?: string
  readonly signal?: AbortSignal
  /** Milliseconds without a byte. */
  readonly silence?: number
}

export type Response = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }

const MAX_ANSWER = 256 * 1024 * 1024
const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': undefined as HttpAgent | undefined }

/** Throws CliError `server_unreachable`, `interrupted`. Any status is an answer. */
export async function exchange(request: Request): Promise<Response> {
  const url = new URL(request.url)
  const start = url.protocol === 'https:' ? await secure() : { request: httpRequest, agent: agents['http:'] }
  return await new Promise((resolve, reject) => {
    const outgoing = start.request(url, {
      method: request.method,
      agent: start.agent,
      headers: { ...(request.body === undefined ? {} : { 'content-type': request.type ?? 'application/json', 'content-length': Buffer.byteLength(request.body) }), ...request.headers },
      ...(request.signal ? { signal: request.signal } : {}),
    })
    outgoing.setTimeout(request.silence ?? 30_000, () => outgoing.destroy(new Error('it was silent for too long')))
    outgoing.on('error', (cause) => reject(request.signal?.aborted ? new CliError('interrupted', 'Interrupted.') : unreachable(url.origin, cause)))
    outgoing.on('response', (incoming) => {
      const parts: Buffer[] = []
      let size = 0
      incoming.on('data', (part: Buffer) => {
        size += part.length
        if (size > MAX_ANSWER) incoming.destroy(new Error('its answer is too large'))
        else parts.push(part)
      })
      incoming.on('error', (cause) => reject(request.signal?.aborted ? new CliError('interrupted', 'Interrupted.') : unreachable(url.origin, cause)))
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(parts) }))
    })
    outgoing.end(request.body)
  })
}

async function secure() {
  const { Agent, request } = await import('node:https')
  agents['https:'] ??= new Agent({ keepAlive: true })
  return { request, agent: agents['https:'] }
}

function unreachable(origin: string, cause: Error): CliError {
  const detail = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  return new CliError('server_unreachable', `${origin} does not answer (${detail}).`, 'Is the server running? Start one with: countersign up. See what is wrong with: countersign doctor', { cause })
}
