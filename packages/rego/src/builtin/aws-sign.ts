/** `providers.aws.sign_req`: AWS Signature Version 4, over a request object of `http.send`. Nothing is sent. */
import { compareStrings, get, isArray, isInteger, isObject, keys, type PlainObject, put, RegoSet, type RegoObject, stringifyJson, toBigInt, type Value } from '../value/index.ts'
import { digest, hmac } from './crypto/hash.ts'
import { define } from './define.ts'
import { type Args, objectAt } from './operand.ts'
import { type Builtin, BuiltinFault, operandError, OperandError, shown } from './registry.ts'
import { formatTime } from './time/format.ts'
import { utc } from './time/zone.ts'
import { toHex } from './text/hex.ts'
import { bytesOf } from './text/utf8.ts'

export const awsSign: Builtin = define('providers.aws.sign_req', 'object, object, number -> object', 'a request of http.send, with the headers that sign it for AWS', sign)

const required = ['aws_service', 'aws_access_key', 'aws_secret_access_key', 'aws_region']

function sign(args: Args): Value {
  const [request, config] = [objectAt(args, 1), objectAt(args, 2)]
  const at = args[2] ?? null
  if (!isInteger(at) || BigInt.asIntN(64, toBigInt(at)) !== toBigInt(at)) {
    if (typeof at !== 'number' && typeof at !== 'bigint') throw operandError(3, at, 'number')
    throw new OperandError('operand 3 could not convert time_ns value into a unix timestamp')
  }
  requireFields(request, 1, ['method', 'url'])
  requireFields(config, 2, required)
  const body = bodyOf(request)
  const plain = get(config, 'disable_payload_signing') ?? false
  if (typeof plain !== 'boolean') throw new BuiltinFault('invalid value for `disable_payload_signing`: expected boolean')
  const headers = signedHeaders({ request, config, body, unsigned: plain, moment: toBigInt(at) })
  const out: Record<string, Value> = {}
  for (const key of keys(request)) if (typeof key === 'string') put(out, key, get(request, key) ?? null)
  put(out, 'headers', headers)
  return out
}

function requireFields(object: PlainObject | RegoObject, position: number, names: readonly string[]): void {
  const missing = names.filter((name) => get(object, name) === undefined).sort(compareStrings)
  const label = position === 1 ? 'request' : 'AWS config'
  if (missing.length > 0) throw new BuiltinFault(`missing required ${label} parameter(s): {${missing.map((name) => `"${name}"`).join(', ')}}`)
}

/** `raw_body` counts before `body`, which is sent as JSON. */
function bodyOf(request: PlainObject | RegoObject): Uint8Array {
  const raw = get(request, 'raw_body')
  if (typeof raw === 'string') return bytesOf(raw)
  const body = get(request, 'body')
  return body === undefined ? new Uint8Array(0) : bytesOf(stringifyJson(body))
}

type Signing = { readonly request: PlainObject | RegoObject; readonly config: PlainObject | RegoObject; readonly body: Uint8Array; readonly unsigned: boolean; readonly moment: bigint }

function signedHeaders({ request, config, body, unsigned, moment }: Signing): Record<string, Value> {
  const text = (name: string): string => {
    const value = get(config, name)
    if (typeof value !== 'string') throw new OperandError(`operand 2 ${name} must be a string but got ${shown(value ?? null)}`)
    return value
  }
  const [service, region] = [text('aws_service'), text('aws_region')]
  const [url, method] = [requestText(request, 'url'), requestText(request, 'method')]
  const stamp = formatTime(moment, utc, '20060102T150405Z')
  const day = stamp.slice(0, 8)
  const payload = unsigned && service === 's3' ? 'UNSIGNED-PAYLOAD' : toHex(digest('sha256', body))
  const { host, path, query } = urlParts(url)

  const own = requestHeaders(request)
  const signing = new Map<string, string>([['host', host], ['x-amz-date', stamp]])
  if (service === 's3' || service === 'glacier') signing.set('x-amz-content-sha256', payload)
  const session = get(config, 'aws_session_token')
  if (typeof session === 'string') signing.set('x-amz-security-token', session)
  const all = new Map([...own.map(([name, value]) => [name.toLowerCase(), value] as const).filter(([name]) => !ignored.has(name) && !signing.has(name)), ...signing])
  const names = [...all.keys()].sort(compareStrings)
  const canonical = [
    method.toUpperCase(), path, query, ...names.map((name) => `${name}:${all.get(name) ?? ''}`), '', names.join(';'), payload,
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, toHex(digest('sha256', bytesOf(canonical)))].join('\n')
  const key = [day, region, service, 'aws4_request'].reduce((secret, part) => hmac('sha256', secret, bytesOf(part)), bytesOf(`AWS4${text('aws_secret_access_key')}`))
  const signature = toHex(hmac('sha256', key, bytesOf(toSign)))

  const out: Record<string, Value> = {}
  for (const [name, value] of own) if (!signing.has(name.toLowerCase())) put(out, name, value)
  for (const [name, value] of signing) put(out, name, value)
  out['Authorization'] = `AWS4-HMAC-SHA256 Credential=${text('aws_access_key')}/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`
  return out
}

const ignored = new Set(['authorization', 'user-agent', 'x-amzn-trace-id', 'transfer-encoding'])

function requestText(request: PlainObject | RegoObject, name: string): string {
  const value = get(request, name)
  if (typeof value !== 'string') throw new OperandError(`operand 1 ${name} must be a string`)
  return value
}

/** A list or set of values is one header, joined by commas. */
function requestHeaders(request: PlainObject | RegoObject): [string, string][] {
  const headers = get(request, 'headers')
  if (!isObject(headers)) return []
  return keys(headers).map((key): [string, string] => {
    const value = get(headers, key) ?? null
    const list = isArray(value) ? value : value instanceof RegoSet ? value.toArray() : [value]
    return [String(key), list.map((one) => (typeof one === 'string' ? one.trim() : stringifyJson(one))).join(',')]
  })
}

function urlParts(text: string): { readonly host: string; readonly path: string; readonly query: string } {
  const parts = /^[a-zA-Z][a-zA-Z\d+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?/.exec(text)
  if (parts === null) throw new BuiltinFault(`parse ${JSON.stringify(text)}: invalid URL`)
  const [, host = '', path = '', query = ''] = parts
  return { host, path, query }
}
