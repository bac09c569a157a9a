/**
 * Where a request came from, and whether it came encrypted. Only proxies that the operator has named are believed, and of their
 * headers only X-Forwarded-For and X-Forwarded-Proto. What anybody else writes there decides nothing.
 *
 * Read from the right: each proxy adds whom it saw. The first that is not a named proxy is the source; what stands left of it came
 * from the source itself.
 */
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { isWithin, parseAddress, parseRange, type Range } from '../../platform/networks.ts'
import { isLoopback } from '../../platform/setting-values.ts'
import { send } from './errors.ts'
import { problem } from './problem.ts'

export type Trust = { named(address: string): boolean }

export function trustIn(proxies: readonly string[]): Trust {
  const ranges: Range[] = proxies.flatMap((proxy) => parseRange(proxy) ?? [])
  return { named: (address) => isWithin(address, ranges) }
}

/** Headers of proxies that we do not read; from a named one they are taken away, so that nothing behind us reads them either. */
const UNREAD = ['forwarded', 'via', 'x-real-ip', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-server'] as const

/** Where a named proxy does not say whom it speaks for: an address that is nobody's, and never this machine's. */
const UNKNOWN = '0.0.0.0'

/** Before the router sees the request: leaves of a named proxy's X-Forwarded-For the one address that counts, in its plain form. */
export function tidyForwarded(request: IncomingMessage, trust: Trust): void {
  const named = (address: string): boolean => trust.named(address)
  const peer = request.socket.remoteAddress ?? ''
  if (!named(peer)) return
  for (const name of UNREAD) delete request.headers[name]
  const chain = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',').map((entry) => entry.trim()).filter((entry) => entry !== '')
  let source: string | undefined
  while (source === undefined || named(source)) {
    const before = parseAddress(withoutPort(chain.pop() ?? ''))
    if (before === null) break
    source = before.toString()
  }
  request.headers['x-forwarded-for'] = source ?? UNKNOWN
}

/** Some proxies write `203.0.113.5:4711` and `[2001:db8::1]:4711`. */
function withoutPort(entry: string): string {
  return /^\[(.+)\](:\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry
}

/**
 * Where the URL is https, plain HTTP is for two: a named proxy that says its own side was HTTPS, and this machine. Others that reach
 * a plain listener have gone around the proxy.
 */
export function refusePlainHttp(app: FastifyInstance, options: { https: boolean; trust: Trust; origin: string }): void {
  if (!options.https) return
  app.addHook('onRequest', async (request, reply) => {
    const { socket, headers } = request.raw
    if ('encrypted' in socket && socket.encrypted === true) return
    const peer = socket.remoteAddress ?? ''
    const bare = parseAddress(peer)?.toString() ?? peer
    if (options.trust.named(peer) ? headers['x-forwarded-proto'] === 'https' : isLoopback(bare)) return
    const next = options.trust.named(peer) ? 'Let the proxy set X-Forwarded-Proto to https for requests that came to it over HTTPS.' : `Use ${options.origin}.`
    await send(reply, problem('https_required', 'This server is used over HTTPS only.', next))
  })
}
