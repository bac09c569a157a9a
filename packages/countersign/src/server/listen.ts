/** One listener for each address, all in front of the same app (`localhost` is 127.0.0.1 to one program and ::1 to the next). */
import type { FastifyInstance } from 'fastify'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Address } from '../platform/setting-values.ts'
import { answerPlain, json, type PlainDoor } from './http/answer.ts'
import { tidyForwarded, type Trust } from './http/proxies.ts'
import type { Certificates } from './tls.ts'

export type ListenOptions = {
  addresses: readonly Address[]
  certificates: Certificates | null
  trust: Trust
  /** Asked before the app. */
  doors: readonly PlainDoor[]
}

export type Listening = {
  /** Connections end with the answer that is under way: a balancer opens the next one elsewhere. */
  drain(): void
  /** Takes no new connection, waits for what is under way for so many ms at most, then cuts it off. Answers whether all was finished. */
  close(graceMs: number): Promise<boolean>
}

/** Long enough for the largest state over a slow line, short enough that nobody holds connections open for nothing. */
const APART = { requestTimeout: 10_000, keepAliveTimeout: 60_000, headersTimeout: 5_000 }
const LIMITS = { requestTimeout: 300_000, keepAliveTimeout: 75_000, headersTimeout: 60_000 }

/** A machine without IPv6 does without it, as long as one address is left. */
export async function listen(app: FastifyInstance, options: ListenOptions): Promise<Listening> {
  await app.ready()
  const state = { draining: false }
  const servers = await openAll(options.addresses, () => serverFor(app, options, state)).catch(async (error: unknown) => {
    await app.close()
    throw error
  })
  return {
    drain: () => void (state.draining = true),
    close: async (graceMs) => {
      const [finished] = await Promise.all([closeAll(servers, graceMs), app.close()])
      return finished
    },
  }
}

/** Listeners that know the plain doors and nothing else, for machines that watch this one. */
export async function listenApart(addresses: readonly Address[], doors: readonly PlainDoor[]): Promise<() => Promise<void>> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (!doors.some((door) => door(request, response))) answerPlain(request, response, Promise.resolve(json(404, { status: 'not found' })))
  }
  const servers = await openAll(addresses, () => Object.assign(createServer(APART, answer), { maxConnections: 100 }))
  return async () => void (await closeAll(servers, 0))
}

async function openAll(addresses: readonly Address[], make: () => Server): Promise<Server[]> {
  const servers: Server[] = []
  try {
    for (const { host, port } of addresses) {
      const server = make()
      if (await opened(server, host, port)) servers.push(server)
    }
    if (servers.length === 0 && addresses.length > 0) throw new Error('no address to listen on')
    return servers
  } catch (error) {
    await closeAll(servers, 0)
    throw error
  }
}

function serverFor(app: FastifyInstance, { certificates, trust, doors }: ListenOptions, state: { draining: boolean }): Server {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (state.draining) response.shouldKeepAlive = false
    tidyForwarded(request, trust)
    if (!doors.some((door) => door(request, response))) app.routing(request, response)
  }
  if (certificates === null) return createServer(LIMITS, answer)
  const server = createHttpsServer({ ...LIMITS, ...certificates.current(), minVersion: 'TLSv1.2' }, answer)
  certificates.serve(server)
  return server
}

async function opened(server: Server, host: string, port: number): Promise<boolean> {
  return await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EAFNOSUPPORT' || (error.code === 'EADDRNOTAVAIL' && host === '::1') ? resolve(false) : reject(error)))
    server.listen({ host, port, ipv6Only: true }, () => resolve(true))
  })
}

async function closeAll(servers: readonly Server[], graceMs: number): Promise<boolean> {
  let finished = true
  // A connection is kept open after its answer: what is idle is closed again and again until nothing is left.
  const closing = setInterval(() => servers.forEach((server) => server.closeIdleConnections()), 50)
  const force = setTimeout(() => {
    finished = false
    servers.forEach((server) => server.closeAllConnections())
  }, graceMs)
  try {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    return finished
  } finally {
    clearInterval(closing)
    clearTimeout(force)
  }
}
