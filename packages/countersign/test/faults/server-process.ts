/** Starts the server process and waits for its word; kills it the hard way. Only processes that were started here are ended. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { StartOptions } from '../../src/server/start.ts'

const root = resolve(import.meta.dirname, '../../../..')

export type ServerProcess = { child: ChildProcess; setupLink: string | null; stderr(): string; kill(): Promise<void> }

/** What can be said in JSON of how it starts. */
export type ProcessOptions = Pick<StartOptions, 'databaseUrl' | 'url' | 'stateLimits' | 'requestLimit'>

/** Those who load a server here all come from one address. */
const UNBOUNDED = 1_000_000

export async function startProcess(dataDir: string, port: number, prefix: readonly string[] = [], options: Partial<ProcessOptions> = {}): Promise<ServerProcess> {
  const command = [...prefix, process.execPath, join(import.meta.dirname, 'serve.mjs'), dataDir, String(port), JSON.stringify({ requestLimit: UNBOUNDED, ...options })]
  const child = spawn(command[0] ?? '', command.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-20_000)
  })
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => null)])
  if (!line) throw new Error(`the server did not start: ${errors}`)
  const { setupLink } = JSON.parse(String(line[0])) as { setupLink: string | null }
  return {
    child, setupLink, stderr: () => errors,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
