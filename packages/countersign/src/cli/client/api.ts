/** The server's API for this terminal: token and key on every request, the server's nonce learnt and used, refusals as CliError. */
import { CliError } from '../exit.ts'
import { dpopProof } from './dpop.ts'
import { exchange, type Response } from './http.ts'
import { problemOf } from './problem.ts'
import type { TerminalKey } from './terminal-key.ts'

export type Call = { readonly body?: unknown; readonly signal?: AbortSignal; readonly silence?: number }

export interface Api {
  readonly server: string
  readonly key: TerminalKey
  call(method: 'GET' | 'POST' | 'DELETE', path: string, call?: Call): Promise<unknown>
  /** The bytes as they were sent. */
  bytes(path: string, signal?: AbortSignal): Promise<Buffer>
}

export function createApi(server: string, key: TerminalKey, accessToken: string, clientName: string): Api {
  let nonce: string | undefined
  const once = async (method: string, path: string, { body, signal, silence }: Call): Promise<Response> => {
    const url = `${server}${path}`
    const response = await exchange({
      method,
      url,
      headers: { authorization: `DPoP ${accessToken}`, dpop: await dpopProof(key, { method, url, nonce, accessToken }), accept: 'application/json', 'user-agent': clientName },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
      ...(silence === undefined ? {} : { silence }),
    })
    const given = response.headers['dpop-nonce']
    if (typeof given === 'string') nonce = given
    return response
  }
  const send = async (method: string, path: string, call: Call): Promise<Response> => {
    const response = await once(method, path, call)
    // A request that was refused for its nonce had no effect: it is sent again, once, with the nonce that came along.
    const again = response.status === 401 && problemOf(response, server).code === 'use_dpop_nonce' ? await once(method, path, call) : response
    if (again.status < 200 || again.status > 299) throw problemOf(again, server)
    return again
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
    bytes: async (path, signal) => (await send('GET', path, signal ? { signal } : {})).body,
  }
}
