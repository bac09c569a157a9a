/** What the benchmarks of programs share: a scratch server with its owner, a signed-in terminal, a configuration, and timed child processes. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { SoftwarePerson } from '../src/demonstration/software-person.ts'
import { createLog } from '../src/platform/log.ts'
import { startServer, type RunningServer } from '../src/server/start.ts'

export type BenchRow = { name: string; ours: number; other: number; ratio: number; goal: string; holds: boolean; unit: string; note: string }

export const program = resolve(import.meta.dirname, '../bin/countersign.mjs')

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

export type Ended = { milliseconds: number; code: number | null; output: string }

/** Wall time from before the start to after the end. `onOutput` sees stdout as it comes. */
export async function timed(file: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv; onOutput?: (soFar: string) => void }): Promise<Ended> {
  const started = performance.now()
  const child = spawn(file, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const take = (chunk: Buffer): void => {
    output += chunk.toString()
    options.onOutput?.(output)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed)
    child.once('close', done)
  })
  return { milliseconds: performance.now() - started, code, output }
}

export type Scratch = { folder: string; url: string; person: SoftwarePerson; environment: NodeJS.ProcessEnv; close: () => Promise<void> }

/** A demonstration server in this process, its owner, and a terminal that is signed in. */
export async function scratch(): Promise<Scratch> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  const server: RunningServer = await startServer({ dataDir: join(folder, 'data'), addresses: [{ host: '127.0.0.1', port }, { host: '::1', port }], url, demonstration: true, log: createLog('silent') })
  const person = new SoftwarePerson(url)
  if (server.setupLink !== null) await person.setUp(server.setupLink, 'Bench')
  const environment = { ...process.env, XDG_CONFIG_HOME: join(folder, 'config'), XDG_STATE_HOME: join(folder, 'state'), COUNTERSIGN_SERVER: url }
  let opened = false
  const login = await timed(process.execPath, [program, 'login', '--no-browser'], {
    cwd: folder,
    env: environment,
    onOutput(soFar) {
      const link = /http:\S+\/oidc\/auth\S*\n/.exec(soFar)?.[0].trim()
      if (link === undefined || opened) return
      opened = true
      void person.allowTerminal(link)
    },
  })
  if (login.code !== 0) throw new Error(`login failed: ${login.output}`)
  return {
    folder, url, person, environment,
    async close() {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A folder with `count` resources of the built-in provider. */
export function configuration(folder: string, count: number): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'main.tf'), `resource "terraform_data" "item" {\n  count = ${count}\n  input = "value \${count.index}"\n}\n`)
  return folder
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

export const rounded = (value: number): number => Math.round(value * 10) / 10

export const hundredths = (value: number): number => Math.round(value * 100) / 100

/** The median of the ratios of one round each. */
export const ratios = (ours: readonly number[], others: readonly number[]): number => hundredths(median(ours.map((one, at) => one / (others[at] ?? 1))))

/** What else the machine does, for the notes: over the last minute. */
export const load = (): string => `load ${rounded(loadavg()[0] ?? 0)} on ${availableParallelism()} cores`
