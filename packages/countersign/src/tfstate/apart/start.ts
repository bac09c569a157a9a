/**
 * Starts a thread: `state-thread.mjs` beside the built program, or the source itself where the program runs from its sources. There `tsx` has
 * to be registered on the thread, whatever runs the program: a thread has loaders of its own.
 */
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { WorkerOptions } from 'node:worker_threads'

/** `behind`: nobody waits for what it does. */
export type Limits = { heapMegabytes: number; behind?: boolean }

export function startThread({ heapMegabytes, behind = false }: Limits): Worker {
  const options: WorkerOptions = {
    env: {},
    workerData: behind ? 'behind' : '',
    // The young generation is kept small: what a state's parsing leaves behind is garbage at once.
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 16 },
  }
  if (import.meta.url.endsWith('.ts')) return fromSource(options)
  const inChunk = /\/chunks\/[^/]+$/.test(import.meta.url)
  return new Worker(new URL(inChunk ? '../state-thread.mjs' : './state-thread.mjs', import.meta.url), { ...options, execArgv: [] })
}

function fromSource(options: WorkerOptions): Worker {
  // What `require` finds is the variant for CommonJS; the other stands beside it.
  const loader = createRequire(import.meta.url).resolve('tsx/esm/api').replace(/\.cjs$/, '.mjs')
  const entry = new URL('./thread.ts', import.meta.url).href
  const program = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(entry)}) })`
  return new Worker(program, { ...options, eval: true, execArgv: ['--conditions=source'] })
}
