/** A real server on a free port with a data folder that goes away; the person and the terminal of each test speak to it over HTTP. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { databaseOf } from './database.ts'
import { losingOnce } from './losing.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import type { RunningServer, StartOptions } from '../../src/server/start.ts'

export type Scratch = { server: RunningServer; url: string; dataDir: string; port: number }

export async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** A clock that stands still until it is moved. */
export class HandClock implements Clock {
  time: number
  constructor(time = Date.now()) {
    this.time = time
  }
  now(): number {
    return this.time
  }
}

export async function scratchFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `countersign-${name}-`))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function scratchServer(options: { clock?: Clock; demonstration?: boolean; dataDir?: string; port?: number; url?: string; alsoUrls?: string[]; programs?: StartOptions['programs']; notices?: StartOptions['notices']; attestationRoots?: string; stateLimits?: StartOptions['stateLimits']; watching?: Pick<StartOptions, 'requestLimit' | 'metricsListen' | 'metricsTokenFile' | 'drainMs' | 'graceMs' | 'environment' | 'log' | 'away'> } = {}): Promise<Scratch> {
  const dataDir = options.dataDir ?? (await scratchFolder('data'))
  const port = options.port ?? (await freePort())
  const server = await startServer({
    dataDir, databaseUrl: await databaseOf(dataDir), connectPostgres: losingOnce, addresses: [{ host: '127.0.0.1', port }], url: options.url ?? `http://localhost:${port}`, alsoUrls: options.alsoUrls, demonstration: options.demonstration ?? true, programs: options.programs, notices: options.notices, attestationRoots: options.attestationRoots, stateLimits: options.stateLimits,
    log: createLog(process.env['COUNTERSIGN_TEST_LOG'] === '1' ? 'info' : 'silent'), ...(options.clock ? { clock: options.clock } : {}), ...options.watching,
  })
  onTestFinished(() => server.close())
  return { server, url: server.url, dataDir, port }
}

/** A server with an owner who is signed in, in a browser and in a terminal. */
export async function ownedServer(options: Parameters<typeof scratchServer>[0] = {}): Promise<Scratch & { person: SoftwarePerson; terminal: RawTerminal }> {
  const scratch = await scratchServer(options)
  const person = new SoftwarePerson(scratch.url)
  await person.setUp(scratch.server.setupLink ?? '', 'Ada Owner')
  const terminal = await signInTerminal(scratch.url, (link) => person.allowTerminal(link))
  const { clock } = options
  if (clock) terminal.now = () => clock.now()
  return { ...scratch, person, terminal }
}
