/**
 * Starts terraform, and passes one interrupt on to it.
 *
 * The child has a session of its own: a Ctrl-C of the terminal reaches us and not it, so that it gets exactly one interrupt.
 * A second one would make terraform stop at once and could lose the state of what it has changed already.
 */
import { spawn } from 'node:child_process'
import { EngineError } from '../error.ts'
import type { Streams } from '../shape.ts'

export type Command = {
  readonly file: string
  readonly arguments: readonly string[]
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export type Ended = { readonly code: number; readonly signal: string | undefined; readonly errors: string }

/** How much of the end of stderr is kept, in bytes, to tell one failure from another. */
const TAIL = 65_536

/** Runs it with its own words going to `streams`. Throws EngineError `engine_unusable` when it cannot be started. */
export async function run(command: Command, streams: Streams): Promise<Ended> {
  const tail: Buffer[] = []
  let kept = 0
  return await start(command, {
    output: streams.output,
    errors(chunk) {
      streams.errors(chunk)
      tail.push(chunk)
      kept += chunk.length
      while (kept > TAIL && tail.length > 1) kept -= tail.shift()?.length ?? 0
    },
    errorText: () => Buffer.concat(tail).toString('utf8'),
  })
}

export type Captured = Ended & { readonly output: Buffer }

/** Runs it and keeps stdout, `limit` bytes at most: beyond, it is ended and `plan_unreadable` is thrown. */
export async function capture(command: Command, limit: number): Promise<Captured> {
  const output: Buffer[] = []
  const errors: Buffer[] = []
  const stop = new AbortController()
  let size = 0
  const ended = await start({ ...command, signal: AbortSignal.any([stop.signal, ...(command.signal ? [command.signal] : [])]) }, {
    output(chunk) {
      size += chunk.length
      if (size > limit) stop.abort()
      else output.push(Buffer.from(chunk))
    },
    errors: (chunk) => void errors.push(Buffer.from(chunk)),
    errorText: () => Buffer.concat(errors).toString('utf8'),
  })
  if (size > limit) {
    throw new EngineError('plan_unreadable', `\`${command.arguments[0] ?? ''}\` wrote more than ${limit} bytes. Split the configuration, or plan a part of it with -target.`)
  }
  return { ...ended, output: Buffer.concat(output) }
}

type Sinks = { output: (chunk: Uint8Array) => void; errors: (chunk: Buffer) => void; errorText: () => string }

function start(command: Command, sinks: Sinks): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, command.arguments, {
      cwd: command.directory,
      env: { ...command.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    const interrupt = (): void => void child.kill('SIGINT')
    child.stdout.on('data', (chunk: Buffer) => sinks.output(chunk))
    child.stderr.on('data', (chunk: Buffer) => sinks.errors(chunk))
    child.once('error', (cause) => {
      command.signal?.removeEventListener('abort', interrupt)
      reject(new EngineError('engine_unusable', `${command.file} could not be started. Check that it is the right program for this machine and may be run.`, { cause }))
    })
    child.once('spawn', () => {
      if (command.signal?.aborted) interrupt()
      else command.signal?.addEventListener('abort', interrupt, { once: true })
    })
    child.once('close', (code, signal) => {
      command.signal?.removeEventListener('abort', interrupt)
      resolve({ code: code ?? 128, signal: signal ?? undefined, errors: sinks.errorText() })
    })
  })
}
