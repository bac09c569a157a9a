/**
 * Asking an OPA that runs elsewhere, over its REST API. Nothing in this package does so by itself: a caller must make the adapter,
 * with an address. It fails closed: whatever is not a well-formed answer throws, and nothing is tried twice.
 */
import { parseJson, isPlain, stringifyJson, type Value } from '../value/index.ts'
import { AdapterError } from './error.ts'

export type ServerOptions = {
  /** `https://opa.example:8181`; plain http only for this machine. */
  readonly url: string
  /** Sent as a bearer token. */
  readonly token?: string
  readonly milliseconds?: number
  readonly mostBytes?: number
  readonly fetch?: typeof fetch
}

export type ServerPolicy = {
  /** The document at a path such as `terraform/deny` for an input; undefined where OPA says that there is none. */
  evaluate(path: string, input: Value | undefined): Promise<Value | undefined>
}

export function serverPolicy(options: ServerOptions): ServerPolicy {
  const base = addressOf(options.url)
  const { milliseconds = 5_000, mostBytes = 16_000_000, fetch: send = fetch } = options
  return {
    async evaluate(path, input) {
      const url = new URL(`v1/data/${path.split('/').map(encodeURIComponent).join('/')}`, base)
      const headers = { 'content-type': 'application/json', ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }) }
      const body = input === undefined ? '{}' : `{"input":${stringifyJson(input)}}`
      let response: Response
      let text: string
      try {
        // a redirect could carry the input and the token elsewhere
        response = await send(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(milliseconds) })
        text = await read(response, mostBytes)
      } catch (error) {
        if (error instanceof AdapterError) throw error
        const slow = error instanceof Error && error.name === 'TimeoutError'
        throw new AdapterError(slow ? 'too_slow' : 'unreachable', slow ? `OPA did not answer within ${milliseconds} ms` : `OPA cannot be reached at ${base.origin}`, error)
      }
      if (response.status !== 200) throw new AdapterError('refused', `OPA answered with status ${response.status}`)
      return resultOf(text)
    },
  }
}

function addressOf(text: string): URL {
  let url: URL
  try {
    url = new URL(text.endsWith('/') ? text : `${text}/`)
  } catch (error) {
    throw new AdapterError('unusable', `${text} is no address of an OPA`, error)
  }
  const local = url.hostname === 'localhost' || url.hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local)) throw new AdapterError('unusable', `${text}: only https is taken, or http to this machine`)
  if (url.username !== '' || url.password !== '') throw new AdapterError('unusable', 'the address holds a password; use the token instead')
  return url
}

async function read(response: Response, mostBytes: number): Promise<string> {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  for (let size = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.length
    if (size > mostBytes) {
      await reader.cancel()
      throw new AdapterError('too_large', `OPA's answer is larger than ${mostBytes} bytes`)
    }
    text += decoder.decode(value, { stream: true })
  }
}

function resultOf(text: string): Value | undefined {
  let value: Value
  try {
    value = parseJson(text)
  } catch (error) {
    throw new AdapterError('malformed', "OPA's answer is not JSON", error)
  }
  if (!isPlain(value)) throw new AdapterError('malformed', "OPA's answer is not an object")
  return Object.hasOwn(value, 'result') ? value['result'] : undefined
}
