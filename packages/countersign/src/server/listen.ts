/** One listener for each address, all in front of the same app (`localhost` is 127.0.0.1 to one program and ::1 to the next). */
import type { FastifyInstance } from 'fastify'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Address } from '../platform/setting-values.ts'
import { tidyForwarded, type Trust } from './http/proxies.ts'
import type { Certificates } from './tls.ts'

export type ListenOptions = { addresses: readonly Address[]; certificates: Certificates | null; trust: Trust }

/** Long enough for 96 MB over a slow line, short enough that nobody holds connections open for nothing. */
const LIMITS = { requestTimeout: 120_000, keepAliveTimeout: 75_000, headersTimeout: 60_000 }
const CLOSE_MS = 2_000

/** Answers what closes them all. A machine without IPv6 does without it, as long as one address is left. */
export async function listen(app: FastifyInstance, options: ListenOptions): Promise<() => Promise<void>> {
  await app.ready()
  const servers: Server[] = []
  try {
    for (const { host, port } of options.addresses) {
      const server = serverFor(app, options)
      if (await opened(server, host, port)) servers.push(server)
    }
    if (servers.length === 0) throw new Error('no address to listen on')
  } catch (error) {
    await close(app, servers)
    throw error
  }
  return () => close(app, servers)
}

function serverFor(app: FastifyInstance, { certificates, trust }: ListenOptions): Server {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    tidyForwarded(request, trust)
    app.routing(request, response)
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

async function close(app: FastifyInstance, servers: readonly Server[]): Promise<void> {
  // Long polls hold their connections: what is idle is closed again and again until nothing is left.
  const closing = setInterval(() => servers.forEach((server) => server.closeIdleConnections()), 50)
  const force = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), CLOSE_MS)
  try {
    await Promise.all([...servers.map((server) => new Promise((resolve) => server.close(resolve))), app.close()])
  } finally {
    clearInterval(closing)
    clearTimeout(force)
  }
}
