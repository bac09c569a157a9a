/** One server for a whole file, where every test has a workspace of its own: starting one takes longer than most of them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import type { RunningServer, StartOptions } from '../../src/server/start.ts'
import { createDatabase, onPostgres } from './database.ts'
import { freePort } from './scratch-server.ts'

export type Shared = { server: RunningServer; url: string; person: SoftwarePerson; terminal: RawTerminal }

/** @returns what is there once the file's tests run */
export function sharedServer(options: Pick<StartOptions, 'stateLimits'> = {}): () => Shared {
  let shared: Shared | null = null
  const undo: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-shared-'))
    undo.unshift(() => rm(dataDir, { recursive: true, force: true }))
    const database = onPostgres ? await createDatabase('server') : null
    if (database) undo.unshift(() => database.drop())
    const port = await freePort()
    const server = await startServer({
      dataDir, databaseUrl: database?.url ?? '', addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, demonstration: true, log: createLog('silent'), ...options,
    })
    undo.unshift(() => server.close())
    const person = new SoftwarePerson(server.url)
    await person.setUp(server.setupLink ?? '', 'Ada Owner')
    shared = { server, url: server.url, person, terminal: await signInTerminal(server.url, (link) => person.allowTerminal(link)) }
  })
  afterAll(async () => {
    for (const step of undo) await step()
  })
  return () => {
    if (!shared) throw new Error('the server has not been started')
    return shared
  }
}
