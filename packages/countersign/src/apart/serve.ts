/** What runs on a thread: it answers requests, one after another, and nothing else. */
import { platform, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { GIVES_WAY } from './start.ts'

/** `given` is handed over and not copied. */
export type Given<R> = { reply: R; given?: Uint8Array | null | undefined }

/** What comes is what its own room sent. */
export interface Program<R> {
  answer(message: unknown): Given<R>
}

export function serve<R>(program: Program<R>): void {
  // Only here does a priority belong to a thread (setpriority(2), "C library/kernel differences"); elsewhere it is the whole program's.
  if (workerData === GIVES_WAY && platform() === 'linux') setPriority(10)
  parentPort?.on('message', (message: unknown) => {
    const { reply, given } = program.answer(message)
    parentPort?.postMessage(reply, given?.buffer instanceof ArrayBuffer ? [given.buffer] : [])
  })
}
