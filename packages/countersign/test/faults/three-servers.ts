/** Several real server processes on one database, with the same keys, behind one name. */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/platform/clock.ts'
import { openStateKeys } from '../../src/platform/envelope/index.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { chaosFront } from '../support/chaos-front.ts'
import type { ChaosFront } from '../support/chaos-front.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import type { Chance } from '../support/seeded.ts'
import { startProcess } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

export type Servers = { url: string; front: ChaosFront; folders: string[]; processes: ServerProcess[]; setupLink: string }

export async function serversOn(databaseUrl: string, count: number, chance: Chance): Promise<Servers> {
  const [port, ...ports] = await Promise.all(Array.from({ length: count + 1 }, freePort))
  const url = `http://localhost:${port}`
  const folders = await Promise.all(ports.map((_, at) => scratchFolder(`server-${at}`)))
  const start = async (at: number): Promise<ServerProcess> => {
    const server = await startProcess(folders[at] ?? '', ports[at] ?? 0, [], { databaseUrl, url, stateLimits: { holdSeconds: 0 } })
    onTestFinished(() => server.kill())
    return server
  }
  // The keys are what servers share beside the database.
  const first = await start(0)
  await (await openStateKeys({ dataDir: folders[0] ?? '', protection: 'file', passphrase: null, clock: systemClock, random: systemRandom })).rotate()
  for (const folder of folders.slice(1)) await cp(join(folders[0] ?? '', 'keys'), join(folder, 'keys'), { recursive: true })
  // One after another: the newest set-up link is the one that works.
  const others: ServerProcess[] = []
  for (let at = 1; at < count; at++) others.push(await start(at))
  const front = await chaosFront(port ?? 0, ports, chance)
  return { url, front, folders, processes: [first, ...others], setupLink: others.at(-1)?.setupLink ?? first.setupLink ?? '' }
}
