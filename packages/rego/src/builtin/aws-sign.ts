/** `providers.aws.sign_req`: AWS Signature Version 4, over a request object of `http.send`. Nothing is sent. */
import { bare, compareStrings, get, isInteger, isObject, keys, type PlainObject, put, RegoSet, type RegoObject, stringifyJson, toBigInt, type Value } from '../value/index.ts'
import { digest, hmac } from './crypto/hash.ts'
import { define } from './define.ts'
import { type Args, numberAt, objectAt } from './operand.ts'
import { type Builtin, BuiltinFault, operandError, OperandError, shown } from './registry.ts'
import { formatTime } from './time/format.ts'
import { utc } from './time/zone.ts'
import { toHex } from './text/hex.ts'
import { bytesOf } from './text/utf8.ts'

export const awsSign: Builtin = define('providers.aws.sign_req', 'object, object, number -> object', 'a request of http.send, with the headers that sign it for AWS', sign)

const required = ['aws_service', 'aws_access_key', 'aws_secret_access_key', 'aws_region']

function sign(args: Args): Value {
  const [request, config] = [objectAt(args, 1), objectAt(args, 2)]
  checkFields(config, 2, required, 'AWS config')
  const at = numberAt(args, 3)
  if (!isInteger(at) || at < 0 || BigInt.asIntN(64, toBigInt(at)) !== toBigInt(at)) throw new OperandError('operand 3 could not convert time_ns value into a unix timestamp')
  const unknown = keys(request).filter((key) => typeof key !== 'string' || !parameters.has(key))
  if (unknown.length > 0) throw new OperandError(`operand 1 invalid request parameters(s): ${shown(new RegoSet(unknown))}`)
  checkFields(request, 1, ['method', 'url'], 'request')
  const unsigned = get(config, 'disable_payload_signing') ?? false
  if (typeof unsigned !== 'boolean') throw new OperandError("operand 2 invalid value for 'disable_payload_signing' in AWS config")
  const headers = signedHeaders({ request, config, body: bodyOf(request), unsigned, moment: toBigInt(at) })
  const out: Record<string, Value> = {}
  for (const key of keys(request)) if (typeof key === 'string') put(out, key, get(request, key) ?? null)
  put(out, 'headers', headers)
  return out
}

/** What http.send knows. */
const parameters = new Set([
  'method', 'url', 'body', 'enable_redirect', 'force_json_decode', 'force_yaml_decode', 'headers', 'raw_body', 'tls_use_system_certs', 'tls_ca_cert',
  'tls_ca_cert_file', 'tls_ca_cert_env_variable', 'tls_client_cert', 'tls_client_cert_file', 'tls_client_cert_env_variable', 'tls_client_key',
  'tls_client_key_file', 'tls_client_key_env_variable', 'tls_insecure_skip_verify', 'tls_server_name', 'timeout', 'cache', 'force_cache',
  'force_cache_duration_seconds', 'raise_error', 'caching_mode', 'max_retry_attempts', 'cache_ignored_headers',
])

/** All must be there, and be strings. */
function checkFields(object: PlainObject | RegoObject, position: number, names: readonly string[], what: string): void {
  const missing = names.filter((name) => get(object, name) === undefined)
  if (missing.length > 0) throw new OperandError(`operand ${position} missing required ${what} parameters(s): ${shown(new RegoSet(missing))}`)
  const invalid = names.filter((name) => typeof get(object, name) !== 'string')
  if (invalid.length > 0) throw new OperandError(`operand ${position} invalid values for required ${what} parameters(s): ${shown(new RegoSet(invalid))}`)
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
  const text = (name: string): string => textOf(config, name)
  const [service, region] = [text('aws_service'), text('aws_region')]
  const [url, method] = [textOf(request, 'url'), textOf(request, 'method')]
  const stamp = formatTime(moment, utc, '20060102T150405Z')
  const day = stamp.slice(0, 8)
  const payload = unsigned && service === 's3' ? 'UNSIGNED-PAYLOAD' : toHex(digest('sha256', body))
  const { host, path, query } = urlParts(url)

  const own = requestHeaders(request)
  const signing = new Map<string, string>([['host', host], ['x-amz-date', stamp]])
  if (service === 's3' || service === 'glacier') signing.set('x-amz-content-sha256', payload)
  const session = get(config, 'aws_session_token')
  if (typeof session === 'string') signing.set('x-amz-security-token', session)
  // as OPA has it, a header of the request is what is signed, also where another value replaces it below
  const all = new Map([...signing, ...own.map(([name, value]) => [name.toLowerCase(), value] as const).filter(([name]) => !ignored.has(name))])
  const names = [...all.keys()].sort(compareStrings)
  const canonical = [
    method, path, query, ...names.map((name) => `${name}:${all.get(name) ?? ''}`), '', names.join(';'), payload,
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

const ignored = new Set(['authorization', 'user-agent', 'x-amzn-trace-id'])

function textOf(object: PlainObject | RegoObject, name: string): string {
  const value = get(object, name)
  return typeof value === 'string' ? value : ''
}

/** Only strings can be headers here. */
function requestHeaders(request: PlainObject | RegoObject): [string, string][] {
  const headers = get(request, 'headers')
  if (headers === undefined) return []
  if (!isObject(headers)) throw operandError(1, headers, 'object')
  return keys(headers).map((key): [string, string] => [bare(key), typeof key === 'string' ? textOf(headers, key) : ''])
}

function urlParts(text: string): { readonly host: string; readonly path: string; readonly query: string } {
  const parts = /^[a-zA-Z][a-zA-Z\d+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?/.exec(text)
  if (parts === null) throw new BuiltinFault(`parse ${JSON.stringify(text)}: invalid URL`)
  const [, host = '', path = '', query = ''] = parts
  return { host, path, query }
}
