/** The server's API for this terminal: token and key on every request, the server's nonce and the next token taken as they come, refusals as CliError. */
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

export function createApi(server: string, key: TerminalKey, tokens: TokenSource, clientName: string): Api {
  let nonce: string | undefined
  const once = async (method: string, path: string, { body, octets, signal, silence }: Call): Promise<Response> => {
    const url = `${server}${path}`
    const accessToken = tokens.current()
    const response = await exchange({
      method,
      url,
      headers: { authorization: `DPoP ${accessToken}`, dpop: await dpopProof(key, { method, url, nonce, accessToken }), accept: 'application/json', 'user-agent': clientName },
      ...(octets ? { body: octets, type: 'application/octet-stream' } : body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
      ...(silence === undefined ? {} : { silence }),
    })
    const given = response.headers['dpop-nonce']
    if (typeof given === 'string') nonce = given
    return response
  }
  const send = async (method: string, path: string, call: Call): Promise<Response> => {
    const code = (response: Response): string => (response.status === 401 ? problemOf(response, server).code : '')
    // A request that was refused for its nonce, or for a token that has ended, had no effect: it is sent again, once for each.
    let response = await once(method, path, call)
    if (code(response) === 'use_dpop_nonce') response = await once(method, path, call)
    if (ended.includes(code(response)) && (await tokens.renew(tokens.current())) !== undefined) response = await once(method, path, call)
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
