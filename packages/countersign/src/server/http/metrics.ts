/**
 * /metrics: who may read it.
 *
 * The adversary wants to know when to come: that approvals are waiting and people tired, that checkpoints or notices fail, that codes are
 * being guessed with success, which versions run. So metrics are not for whoever reaches the server:
 * - with `metrics_token_file`, whoever sends that token as a Bearer token, and nobody else;
 * - with `metrics_listen`, on an address of its own, where nothing else is served. Without a token that is this machine's only: to start
 *   otherwise is refused;
 * - without either, from this machine, and only while the server's own URL is http://localhost. Behind an https URL a proxy on this
 *   machine may stand that nobody named, and would make the whole world look like this machine.
 * A page in a browser on this machine can send requests here under a name of its own (DNS rebinding). Without a token only an address
 * or localhost is therefore answered as a host's name.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { CodedError } from '../../platform/coded-error.ts'
import { parseAddress } from '../../platform/networks.ts'
import { isLoopback, type Address } from '../../platform/setting-values.ts'
import type { Metrics } from '../../platform/telemetry/index.ts'
import { answerPlain, json, pathOf, type Plain, type PlainDoor } from './answer.ts'

export class MetricsError extends CodedError<'metrics_open' | 'metrics_token_unusable'> {}

const SHORTEST_TOKEN = 32

/** "" when no file is named. Throws MetricsError. */
export function readToken(file: string): string {
  if (file === '') return ''
  const token = attempt(() => readFileSync(file, 'utf8').trim(), `The token file ${file} cannot be read.`)
  if (process.platform !== 'win32' && (attempt(() => statSync(file).mode, '') & 0o007) !== 0) throw unusable(`The token file ${file} is open to every user of this machine.`, `Close it with: chmod o= ${file}`)
  if (token.length < SHORTEST_TOKEN || /[^\x21-\x7e]/.test(token)) throw unusable(`The token in ${file} is shorter than ${SHORTEST_TOKEN} characters, or holds more than one word.`, `Make one with: openssl rand -hex 32 > ${file}`)
  return token
}

/** Throws MetricsError: others could read metrics without a token. */
export function checkMetricsExposure(addresses: readonly Address[], token: string): void {
  const open = addresses.filter(({ host }) => !isLoopback(host)).map(({ host }) => host)
  if (open.length === 0 || token !== '') return
  throw new MetricsError('metrics_open', `On ${open.join(', ')} other machines could read the metrics.`, 'Name a file with a token (metrics_token_file), or listen on 127.0.0.1 only.')
}

export type MetricsDoorOptions = {
  metrics: Metrics
  /** Brings the numbers of the database up to date. */
  observe: () => Promise<void>
  token: string
  /** On an address of its own, or where people come too, at this URL. */
  at: 'apart' | URL
}

export function metricsDoor({ metrics, observe, token, at }: MetricsDoorOptions): PlainDoor {
  const text = async (): Promise<Plain> => {
    await observe()
    return { status: 200, type: metrics.contentType, body: await metrics.text() }
  }
  return (request, response) => {
    if (pathOf(request) !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) return false
    const refusal = token === '' ? refusalWithoutToken(request, at) : refusalOfToken(request, token)
    answerPlain(request, response, refusal === null ? text() : Promise.resolve(refusal))
    return true
  }
}

function refusalOfToken({ headers }: IncomingMessage, token: string): Plain | null {
  const sent = /^Bearer ([\x21-\x7e]+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(digest(sent), digest(token)) ? null : json(401, { status: 'refused', next: 'Send the token of metrics_token_file as a Bearer token.' }, { 'WWW-Authenticate': 'Bearer' })
}

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'] as const

function refusalWithoutToken({ headers, socket }: IncomingMessage, at: MetricsDoorOptions['at']): Plain | null {
  const peer = parseAddress(socket.remoteAddress ?? '')?.toString() ?? ''
  const local = isLoopback(peer) && !FORWARDED.some((name) => headers[name] !== undefined) && ofThisMachine(headers.host ?? '')
  if (local && (at === 'apart' || (at.protocol === 'http:' && at.hostname === 'localhost'))) return null
  return json(403, { status: 'refused', next: 'Metrics are read on metrics_listen, or with the token of metrics_token_file.' })
}

function ofThisMachine(host: string): boolean {
  const name = /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+))(?::\d{1,5})?$/.exec(host)
  return isLoopback((name?.[1] ?? name?.[2] ?? '').toLowerCase())
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const unusable = (message: string, next: string, cause?: unknown): MetricsError => new MetricsError('metrics_token_unusable', message, next, { cause })

function attempt<T>(work: () => T, message: string): T {
  try {
    return work()
  } catch (cause) {
    throw unusable(message, "Check the path, and that the server's user may read it.", cause)
  }
}
