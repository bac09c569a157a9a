/** The built program in a terminal of its own: its folders, its environment, and a person who answers what it shows. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { execFileSync } from 'node:child_process'
import { beforeAll } from 'vitest'
import { scratchFolder } from '../support/scratch-server.ts'

const packageFolder = resolve(import.meta.dirname, '../..')
export const program = join(packageFolder, 'bin/countersign.mjs')

/** Transcripts run against what users run; the build does nothing when nothing changed. */
export function buildFirst(): void {
  beforeAll(() => void execFileSync(process.execPath, [join(packageFolder, 'build.mjs')], { stdio: 'inherit' }))
}

export function hasTerraform(): boolean {
  try {
    execFileSync(process.env['TERRAFORM_BIN'] ?? 'terraform', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    if (process.env['CI'] === 'true') throw new Error('terraform is missing: set TERRAFORM_BIN or put it on PATH')
    process.stderr.write('SKIPPED: terraform is missing; set TERRAFORM_BIN or put it on PATH\n')
    return false
  }
}

export type Run = { code: number | null; signal: string | null; stdout: string; stderr: string; all: string }
export type Options = { cwd?: string; /** standard input is written to by `onOutput` */ typed?: boolean; /** in a terminal of this many columns and lines, and not in pipes */ screen?: readonly [number, number]; environment?: Record<string, string | undefined>; onOutput?: (soFar: string, child: ChildProcess) => void }

/** `script` of util-linux gives a program a terminal. */
export const hasScript = (): boolean => has('script', 'what is tested in a real terminal')
export const hasDirenv = (): boolean => has('direnv', 'what is tested with it', { optional: true })

function has(tool: string, what: string, { optional = false } = {}): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    if (!optional && process.env['CI'] === 'true') throw new Error(`${tool} is missing`)
    process.stderr.write(`SKIPPED: ${tool} is missing, and with it ${what}\n`)
    return false
  }
}

function onScreen([columns, lines]: readonly [number, number], args: readonly string[]): [string, string[]] {
  const quoted = [process.execPath, program, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  return ['script', ['-qfec', `stty cols ${columns} rows ${lines}; ${quoted}`, '/dev/null']]
}

export class Terminal {
  readonly home: string
  readonly work: string
  environment: Record<string, string | undefined>

  constructor(home: string, environment: Record<string, string | undefined>) {
    this.home = home
    this.work = join(home, 'work')
    mkdirSync(this.work, { recursive: true })
    const inherited = Object.entries(process.env).filter(([name]) => !/^(TF_|AWS_|GOOGLE_|ARM_|COUNTERSIGN_|NO_COLOR|FORCE_COLOR|npm_)/.test(name) || name === 'TF_CLI_CONFIG_FILE')
    this.environment = {
      ...Object.fromEntries(inherited), HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_STATE_HOME: join(home, 'state'), XDG_DATA_HOME: join(home, 'data'), ...environment,
    }
  }

  write(name: string, text: string, mode = 0o644): string {
    const path = join(this.work, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { mode })
    return path
  }

  has(name: string): boolean {
    return existsSync(join(this.work, name))
  }

  async run(args: readonly string[], options: Options = {}): Promise<Run> {
    const [file, given] = options.screen ? onScreen(options.screen, args) : [process.execPath, [program, ...args]]
    return await this.other(file, given, options)
  }

  /** Another program than ours, at this terminal. */
  async other(file: string, given: readonly string[], options: Options = {}): Promise<Run> {
    const child: ChildProcess = spawn(file, given, { cwd: options.cwd ?? this.work, env: { ...this.environment, ...options.environment }, stdio: [options.typed === true ? 'pipe' : 'ignore', 'pipe', 'pipe'] })
    const heard = { stdout: '', stderr: '', all: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (chunk: Buffer) => {
        heard[name] += chunk.toString()
        heard.all += chunk.toString()
        options.onOutput?.(heard.all, child)
      })
    }
    return await new Promise((done, failed) => {
      child.once('error', failed)
      child.once('close', (code, signal) => done({ code, signal, ...heard }))
    })
  }
}

export async function terminal(environment: Record<string, string | undefined> = {}): Promise<Terminal> {
  return new Terminal(await scratchFolder('terminal'), environment)
}

/** Calls `work` once, with the first group of the first match. */
export function once(pattern: RegExp, work: (found: string, child: ChildProcess) => void): (soFar: string, child: ChildProcess) => void {
  let done = false
  return (soFar, child) => {
    const found = done ? undefined : pattern.exec(soFar)?.[1]
    if (found === undefined) return
    done = true
    work(found, child)
  }
}

export const codeShown = /what you sign\s+([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})/
export const linkShown = /(http:\S+\/oidc\/auth\S*)\n/
export const codeShownByWatch = /\d\d:\d\d:\d\d {2}([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})/
