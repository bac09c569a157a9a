/** The server's API for this terminal: token and key on every request, the server's nonce and the next token taken as they come, refusals as CliError. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { CliError } from '../exit.ts'
import { dpopProof } from './dpop.ts'
import { exchange, type Response } from './http.ts'
import { problemOf } from './problem.ts'
import type { TerminalKey } from './terminal-key.ts'
import type { TokenSource } from './tokens.ts'

export type Call = {
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as they are, in place of `body`. */
  readonly octets?: Uint8Array
  readonly signal?: AbortSignal
  readonly silence?: number
}

type Method = 'GET' | 'POST' | 'DELETE'

export interface Api {
  readonly server: string
  readonly key: TerminalKey
  call(method: Method, path: string, call?: Call): Promise<unknown>
  /** The bytes as they were sent. */
  bytes(path: string, call?: Call & { readonly method?: Method }): Promise<Buffer>
}

const ended = ['token_expired', 'token_invalid']

/** How long to wait before a call whose answer did not come is sent again, with the same key: it has its effect once. ms */
const AGAIN = [200, 1_000, 3_000]

export function createApi(server: string, key: TerminalKey, tokens: TokenSource, clientName: string): Api {
  let nonce: string | undefined
  const once = async (method: string, path: string, { body, octets, signal, silence }: Call, idempotencyKey: string): Promise<Response> => {
    const url = `${server}${path}`
    const accessToken = tokens.current()
    const response = await exchange({
      method,
      url,
      headers: { authorization: `DPoP ${accessToken}`, dpop: await dpopProof(key, { method, url, nonce, accessToken }), accept: 'application/json', 'user-agent': clientName, ...(method === 'GET' ? {} : { 'idempotency-key': idempotencyKey }) },
      ...(octets ? { body: octets, type: 'application/octet-stream' } : body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
      ...(silence === undefined ? {} : { silence }),
    })
    const given = response.headers['dpop-nonce']
    if (typeof given === 'string') nonce = given
    return response
  }
  const answered = async (method: string, path: string, call: Call, idempotencyKey: string): Promise<Response> => {
    for (const pause of [...AGAIN, undefined]) {
      const response = await once(method, path, call, idempotencyKey).catch((error: unknown) => {
        if (pause === undefined || !isLostAnswer(error)) throw error
        return undefined
      })
      const underWay = response?.status === 409 && problemOf(response, server).code === 'call_under_way'
      if (response && (!underWay || pause === undefined)) return response
      await wait(pause, undefined, call.signal ? { signal: call.signal } : {}).catch(() => {
        throw new CliError('interrupted', 'Interrupted.')
      })
    }
    throw new Error('unreachable')
  }
  const send = async (method: string, path: string, call: Call): Promise<Response> => {
    const idempotencyKey = randomUUID()
    const code = (response: Response): string => (response.status === 401 ? problemOf(response, server).code : '')
    // A request that was refused for its nonce, or for a token that has ended, had no effect: it is sent again, once for each.
    let response = await answered(method, path, call, idempotencyKey)
    if (code(response) === 'use_dpop_nonce') response = await answered(method, path, call, idempotencyKey)
    if (ended.includes(code(response)) && (await tokens.renew(tokens.current())) !== undefined) response = await answered(method, path, call, idempotencyKey)
    if (response.status < 200 || response.status > 299) throw problemOf(response, server)
    return response
  }
  return {
    server,
    key,
    async call(method, path, call = {}) {
      const { body } = await send(method, path, call)
      if (body.length === 0) return undefined
      try {
        return JSON.parse(body.toString('utf8')) as unknown
      } catch (cause) {
        throw new CliError('server_unexpected', `${server} answered something that is not JSON.`, 'Check the address: is this a Countersign server of this version?', { cause })
      }
    },
    bytes: async (path, { method = 'GET', ...call } = {}) => (await send(method, path, call)).body,
  }
}

/** The connection broke while the call was on its way: it may have arrived. Where nobody listens it has not, and waiting helps nobody. */
function isLostAnswer(error: unknown): boolean {
  if (!(error instanceof CliError) || error.code !== 'server_unreachable') return false
  const { cause } = error
  return cause instanceof Error && 'code' in cause && ['ECONNRESET', 'EPIPE'].includes(String(cause.code))
}
