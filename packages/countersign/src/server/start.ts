/**
 * Starting and stopping a server. It starts only when everything it will rely on has been checked: settings, data folder,
 * database, keys, ledger against checkpoints, the pinned policy. What is ambiguous stops the start and says what to do.
 */
import type { FastifyInstance } from 'fastify'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { Logger } from 'pino'
import type { Clock } from '../platform/clock.ts'
import { systemClock } from '../platform/clock.ts'
import { createLog } from '../platform/log.ts'
import type { Address } from '../platform/setting-values.ts'
import { createApp } from './app.ts'
import { openBase } from './base.ts'
import { startJobs } from './jobs.ts'
import { assemble } from './parts.ts'
import type { Parts, Programs } from './parts.ts'
import { consoleFolder } from './places.ts'

export type StartOptions = {
  dataDir: string
  /** PostgreSQL in place of the database in the folder. */
  databaseUrl?: string | undefined
  addresses: Address[]
  /** The public URL: an origin. Its host name is the rpId of every key. */
  url: string
  demonstration?: boolean
  /** The sign-in of programs. */
  programs?: Programs | undefined
  log?: Logger
  clock?: Clock
  consoleFolder?: string
}

export type RunningServer = {
  url: string
  /** The one-time link of the set-up, or null when there is an owner. */
  setupLink: string | null
  setupExpiresAt: number | null
  parts: Parts
  app: FastifyInstance
  close(): Promise<void>
}

export async function startServer(options: StartOptions): Promise<RunningServer> {
  const log = options.log ?? createLog('info')
  const demonstration = options.demonstration ?? false
  const base = await openBase({ dataDir: options.dataDir, databaseUrl: options.databaseUrl, clock: options.clock ?? systemClock, log })
  try {
    const parts = await assemble(base, { url: options.url, demonstration, log, programs: options.programs })
    const app = await createApp(parts, { log, demonstration, consoleFolder: options.consoleFolder ?? consoleFolder })
    const closeListeners = await listen(app, options.addresses)
    const jobs = startJobs(parts, log)
    const setup = (await parts.identity.setUp.done()) ? null : await parts.identity.setUp.issueToken()
    return {
      url: parts.place.origin, parts, app,
      setupLink: setup ? `${parts.place.origin}/setup#${setup.token}` : null,
      setupExpiresAt: setup?.expiresAt ?? null,
      async close() {
        jobs.stop()
        await closeListeners()
        await base.close()
      },
    }
  } catch (error) {
    await base.close()
    throw error
  }
}

/**
 * The first address is Fastify's own listener; each further one is a plain server that hands its requests to the same app
 * (`localhost` is 127.0.0.1 to one program and ::1 to the next). A machine without IPv6 does without it.
 */
async function listen(app: FastifyInstance, addresses: readonly Address[]): Promise<() => Promise<void>> {
  const [first, ...rest] = addresses
  if (!first) throw new Error('no address to listen on')
  await app.listen({ host: first.host, port: first.port })
  const others: Server[] = []
  for (const { host, port } of rest) {
    const server = createServer((request, response) => app.routing(request, response))
    const ok = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT' ? resolve(false) : reject(error)))
      server.listen({ host, port, ipv6Only: true }, () => resolve(true))
    }).catch(async (error: unknown) => {
      await app.close()
      throw error
    })
    if (ok) others.push(server)
  }
  return async () => {
    // Long polls hold their connections: what is idle is closed again and again until nothing is left.
    const closing = setInterval(() => {
      app.server.closeIdleConnections()
      for (const server of others) server.closeIdleConnections()
    }, 50)
    const force = setTimeout(() => {
      app.server.closeAllConnections()
      for (const server of others) server.closeAllConnections()
    }, 2000)
    try {
      await Promise.all([app.close(), ...others.map((server) => new Promise((resolve) => server.close(resolve)))])
    } finally {
      clearInterval(closing)
      clearTimeout(force)
    }
  }
}
