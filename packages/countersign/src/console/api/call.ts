/**
 * One call to the server. Every call carries `X-Countersign: 1`, which no foreign form or link can send, follows no
 * redirect, and keeps nothing in a cache. Throws `Problem` and nothing else, unless the caller aborted it.
 */
import { networkProblem, Problem, problemFrom } from './problem.ts'
import { hearTime } from './server-clock.ts'

type Method = 'GET' | 'POST' | 'DELETE'

/** How long to wait before a call whose answer did not come is sent once more, with the same key: it has its effect once. ms */
const AGAIN = 500

async function send(method: Method, path: string, body: unknown, signal: AbortSignal | undefined, attended = true): Promise<Response> {
  const changes = method !== 'GET'
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    redirect: 'error',
    cache: 'no-store',
    headers: {
      accept: 'application/json', 'x-countersign': attended ? '1' : 'unattended',
      ...(changes ? { 'idempotency-key': crypto.randomUUID() } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }
  const response = await reach(path, init, changes ? 1 : 0)
  hearTime(response.headers.get('date'))
  if (response.ok) return response
  throw problemFrom(response.status, await response.json().catch(() => null))
}

async function reach(path: string, init: RequestInit, again: number): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch (error) {
    if (init.signal?.aborted === true) throw error
    if (again === 0) throw networkProblem()
    await new Promise((resolve) => setTimeout(resolve, AGAIN))
    return reach(path, init, again - 1)
  }
}

/** `attended`: false where the page asks by itself while nobody is at it; that keeps no session from ending. */
export async function call<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal, attended = true): Promise<T> {
  const response = await send(method, path, body, signal, attended)
  if (response.status === 204) return undefined as T
  try {
    return (await response.json()) as T
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new Problem({ code: 'unreadable', status: response.status, detail: 'The server answered with something this page cannot read.', next: 'Load the page again: the server may have been updated.' })
  }
}

/** The bytes exactly as they came: what is hashed must not pass through a parser first. */
export async function fetchBytes(path: string, signal?: AbortSignal, method: 'GET' | 'POST' = 'GET'): Promise<Uint8Array<ArrayBuffer>> {
  const response = await send(method, path, undefined, signal)
  try {
    return new Uint8Array(await response.arrayBuffer())
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw networkProblem()
  }
}

