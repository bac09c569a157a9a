/**
 * Another program, for so long and no longer. What hangs in it (a mount that is gone, a host that does not answer) hangs there: it is
 * killed with all that it started, and not waited for.
 */
import { spawn } from 'node:child_process'

export type Ran = { code: number; stdout: string; stderr: string }

const MOST = 64 * 1024 * 1024

/** Resolves with any exit code. Throws when it cannot be started, says too much, or `signal` ends it. */
export async function runBounded(command: string, args: readonly string[], options: { input?: string; environment: NodeJS.ProcessEnv; signal: AbortSignal }): Promise<Ran> {
  const { input = '', environment, signal } = options
  signal.throwIfAborted()
  return await new Promise<Ran>((resolve, reject) => {
    const child = spawn(command, args, { env: environment, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    const said: { stdout: Buffer[]; stderr: Buffer[]; bytes: number } = { stdout: [], stderr: [], bytes: 0 }
    const end = (error: Error): void => {
      signal.removeEventListener('abort', abort)
      if (child.pid !== undefined) killGroup(child.pid)
      for (const stream of child.stdio) stream?.destroy()
      child.unref()
      reject(error)
    }
    const abort = (): void => end(new Error('it did not end in time'))
    const take = (kind: 'stdout' | 'stderr') => (bytes: Buffer) => {
      said.bytes += bytes.length
      if (said.bytes > MOST) end(new Error('it said more than 64 MB'))
      else said[kind].push(bytes)
    }
    signal.addEventListener('abort', abort, { once: true })
    child.stdout.on('data', take('stdout'))
    child.stderr.on('data', take('stderr'))
    child.stdin.on('error', () => undefined)
    child.once('error', end)
    child.once('close', (code) => {
      signal.removeEventListener('abort', abort)
      resolve({ code: code ?? -1, stdout: Buffer.concat(said.stdout).toString('utf8'), stderr: Buffer.concat(said.stderr).toString('utf8') })
    })
    child.stdin.end(input)
  })
}

/** With those that it started. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}
