/**
 * Starts a thread: its program beside the built one, or the source itself where the program runs from its sources. There `tsx` has
 * to be registered on the thread, whatever runs the program: a thread has loaders of its own.
 */
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { WorkerOptions } from 'node:worker_threads'
import type { Limits } from './threads.ts'

/** `built`: the name of the program (build.mjs). `source`: its file. */
export type Entry = { built: string; source: URL }

/** What `serve` is told. */
export const GIVES_WAY = 'gives way'

export function startThread({ built, source }: Entry, { heapMegabytes, giveWay = false }: Limits): Worker {
  const options: WorkerOptions = {
    env: {},
    workerData: giveWay ? GIVES_WAY : '',
    // The young generation is kept small: what parsing leaves behind is garbage at once.
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 16 },
  }
  if (import.meta.url.endsWith('.ts')) return fromSource(source, options)
  const inChunk = /\/chunks\/[^/]+$/.test(import.meta.url)
  return new Worker(new URL(`${inChunk ? '..' : '.'}/${built}.mjs`, import.meta.url), { ...options, execArgv: [] })
}

function fromSource(source: URL, options: WorkerOptions): Worker {
  // What `require` finds is the variant for CommonJS; the other stands beside it.
  const loader = createRequire(import.meta.url).resolve('tsx/esm/api').replace(/\.cjs$/, '.mjs')
  const program = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(source.href)}) })`
  return new Worker(program, { ...options, eval: true, execArgv: ['--conditions=source'] })
}
