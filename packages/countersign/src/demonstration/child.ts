/** The real programs as children: the command line as it is built, and terraform. Each in scratch folders of its own. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Ended = { code: number; stdout: string; stderr: string }
export type Child = {
  ended: Promise<Ended>
  /** Resolves with the first match in what the child prints; null when it ends without one. */ says(pattern: RegExp): Promise<RegExpExecArray | null>
  stop(): void
}
export type Surroundings = { folder: string; home: string }

const running = new Set<() => void>()

/** Ends what this program has started and what still runs. */
export function stopChildren(): void {
  for (const stop of running) stop()
}

export function cli(args: readonly string[], { folder, home }: Surroundings, more: Readonly<Record<string, string>> = {}): Child {
  return start(process.execPath, [binary(), ...args], folder, {
    HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_STATE_HOME: join(home, 'state'), XDG_DATA_HOME: join(home, 'data'), NO_COLOR: '1', ...more,
  })
}

export function terraform(program: string, args: readonly string[], folder: string): Child {
  return start(program, args, folder, { TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' })
}

function binary(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'bin', 'countersign.mjs'))) folder = dirname(folder)
  return join(folder, 'bin', 'countersign.mjs')
}

/** Nothing of the caller's TF_* or COUNTERSIGN_* reaches the demonstration. */
function cleaned(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TF_|COUNTERSIGN_)/.test(name)))
}

function start(program: string, args: readonly string[], folder: string, environment: Readonly<Record<string, string>>): Child {
  const child = spawn(program, [...args], { cwd: folder, env: { ...cleaned(), ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  const out: string[] = []
  const err: string[] = []
  const watchers = new Set<() => void>()
  const stop = (): void => void child.kill('SIGTERM')
  running.add(stop)
  const wake = (): void => watchers.forEach((watch) => watch())
  child.stdout.on('data', (chunk: Buffer) => {
    out.push(chunk.toString('utf8'))
    wake()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err.push(chunk.toString('utf8'))
    wake()
  })
  let over = false
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      running.delete(stop)
      over = true
      resolve({ code: code ?? -1, stdout: out.join(''), stderr: err.join('') })
      wake()
    })
  })
  return {
    ended, stop,
    says: (pattern) => new Promise((resolve) => {
      const look = (): void => {
        const found = pattern.exec(out.join('') + err.join(''))
        if (!found && !over) return
        watchers.delete(look)
        resolve(found)
      }
      watchers.add(look)
      look()
    }),
  }
}

/** What a child must have done for the demonstration to go on. */
export async function succeeds(what: string, child: Child): Promise<Ended> {
  const ended = await child.ended
  if (ended.code === 0) return ended
  throw new Error(`${what} failed (exit code ${ended.code}):\n${ended.stderr.trim() || ended.stdout.trim()}`)
}
