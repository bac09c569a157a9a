/**
 * The program of `countersign run`: our terminal is its terminal, so that it can ask and be answered.
 *
 * Signals. At a terminal Ctrl-C reaches every process of the foreground at once, so it is not passed on a second time: a second interrupt
 * makes terraform stop at once, and lose what it has changed. Without a terminal the program has a process group of its own, and what
 * comes to us is passed on, each once. We stay until it has ended.
 */
import { spawn } from 'node:child_process'
import { accessSync, constants as fileModes, statSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { CliError } from '../../exit.ts'

const passedOn = ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

/** Before anybody is asked for anything. Throws CliError `program_missing`. */
export function refuseMissing(file: string, environment: NodeJS.ProcessEnv): void {
  const places = file.includes('/') || process.platform === 'win32' ? [''] : (environment['PATH'] ?? '').split(delimiter)
  if (process.platform === 'win32' || places.some((place) => canRun(place === '' ? file : join(place, file)))) return
  throw missing(file, file.includes('/') ? 'cannot be run' : 'is not on PATH')
}

function canRun(path: string): boolean {
  try {
    accessSync(path, fileModes.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function missing(file: string, why: string, cause?: unknown): CliError {
  return new CliError('program_missing', `${JSON.stringify(file)} ${why}. Nothing was run.`, 'Give the program and its arguments after --, as in: countersign run -- terraform plan', { cause })
}

/** Answers the exit status as a shell would say it: 128 and the signal, where one ended it. Throws CliError `program_missing`. */
export async function runProgram(command: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [file = '', ...args] = command
  const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY)
  return await new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: environment, stdio: 'inherit', detached: !terminal && process.platform !== 'win32' })
    const handlers = [...passedOn.map((name) => [name, () => void child.kill(name)] as const), ['SIGINT', () => (terminal ? undefined : void child.kill('SIGINT'))] as const]
    const end = (): void => handlers.forEach(([name, handler]) => process.off(name, handler))
    for (const [name, handler] of handlers) process.on(name, handler)
    child.once('error', (cause: NodeJS.ErrnoException) => {
      end()
      const why = cause.code === 'ENOENT' ? 'is not on PATH' : cause.code === 'EACCES' ? 'may not be run' : `could not be started (${cause.code ?? cause.message})`
      reject(missing(file, why, cause))
    })
    child.once('close', (code, signal) => {
      end()
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
