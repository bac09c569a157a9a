/** Where the demonstration plays: a real server with scratch data, a person, a terminal that is signed in, a workspace that was applied before. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createLog } from '../platform/log.ts'
import { startServer } from '../server/start.ts'
import type { RunningServer } from '../server/start.ts'
import { cli, succeeds, terraform } from './child.ts'
import type { Surroundings } from './child.ts'
import { RawTerminal, terminalKeyOf } from './raw-terminal.ts'
import { writeAfter, writeBefore } from './workspace.ts'

export type Place = { server: RunningServer; url: string; scratch: string }
/** `thief` holds a copy of the terminal's token and key, and speaks to the server past the command line's own checks. */
export type Stage = Place & Surroundings & { thief: RawTerminal }

export async function openPlace(scratch: string): Promise<Place> {
  const port = await freePort([7420, 7421, 7422, 7423, 0])
  const server = await startServer({
    dataDir: join(scratch, 'server'), demonstration: true, log: createLog('silent'), url: `http://localhost:${port}`,
    addresses: [{ host: '127.0.0.1', port }, { host: '::1', port }],
  })
  return { server, url: server.url, scratch }
}

/** Signs the command line in. `open` is what the person does with the link: a browser, or the software key. */
export async function signIn(place: Place, open: (link: string) => Promise<unknown>): Promise<Stage> {
  const home = join(place.scratch, 'home')
  const folder = join(place.scratch, 'billing')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  mkdirSync(folder, { recursive: true })
  const login = cli(['login', '--no-browser', '--server', place.url], { folder, home })
  const link = await login.says(/https?:\/\/\S+\/oidc\/auth\?\S+/)
  if (link) await open(link[0])
  await succeeds('countersign login', login)
  return { ...place, folder, home, thief: await copyCredentials(place.url, home) }
}

/** What malware on the laptop would do: read two files. */
async function copyCredentials(url: string, home: string): Promise<RawTerminal> {
  const servers = join(home, 'config', 'countersign', 'servers')
  const profile = join(servers, readdirSync(servers)[0] ?? '')
  const load = (name: string): Record<string, unknown> => JSON.parse(readFileSync(join(profile, `${name}.json`), 'utf8')) as Record<string, unknown>
  const { accessToken } = load('token') as { accessToken: string }
  const { jwk } = load('key') as { jwk: Parameters<typeof terminalKeyOf>[0] }
  return new RawTerminal(url, accessToken, await terminalKeyOf(jwk))
}

/** The workspace as it runs today, applied with terraform alone; then the change that somebody asks for. */
export async function prepareWorkspace(stage: Stage, program: string): Promise<void> {
  writeBefore(stage.folder)
  await succeeds('terraform init', terraform(program, ['init', '-input=false', '-no-color'], stage.folder))
  await succeeds('terraform apply', terraform(program, ['apply', '-auto-approve', '-input=false', '-no-color'], stage.folder))
  copyFileSync(join(stage.folder, 'terraform.tfstate'), join(stage.scratch, 'state-before.json'))
  writeAfter(stage.folder)
}

export function rollState(stage: Stage, to: 'before' | 'now'): void {
  const [state, before, now] = [join(stage.folder, 'terraform.tfstate'), join(stage.scratch, 'state-before.json'), join(stage.scratch, 'state-now.json')]
  if (to === 'before') {
    copyFileSync(state, now)
    copyFileSync(before, state)
  } else if (existsSync(now)) {
    copyFileSync(now, state)
  }
}

async function freePort(candidates: readonly number[]): Promise<number> {
  for (const candidate of candidates) {
    const port = await new Promise<number | null>((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(null))
      probe.listen(candidate, '127.0.0.1', () => {
        const address = probe.address()
        probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null))
      })
    })
    if (port !== null) return port
  }
  throw new Error('no port is free on this machine')
}
