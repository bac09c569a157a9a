/**
 * The program of `countersign run`: our terminal is its terminal, so that it can ask and be answered.
 *
 * Signals. At a terminal Ctrl-C reaches every process of the foreground at once, so it is not passed on a second time: a second interrupt
 * makes terraform stop at once, and lose what it has changed. Without a terminal the program has a process group of its own, and what
 * comes to us is passed on, each once. We stay until it has ended.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { CliError } from '../../exit.ts'

const passedOn = ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

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
      reject(new CliError('program_missing', `${JSON.stringify(file)} ${why}. Nothing was run.`, 'Give the program and its arguments after --, as in: countersign run -- terraform plan', { cause }))
    })
    child.once('close', (code, signal) => {
      end()
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
