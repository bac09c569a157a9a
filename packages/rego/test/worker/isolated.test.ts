/** Evaluation in a worker: the same answers, and an end to what would not end. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { buildSync } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { Isolated } from '../../src/worker/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'rego-thread-'))
const thread = join(folder, 'thread.mjs')
buildSync({
  entryPoints: [join(import.meta.dirname, '../../src/worker/thread.ts')], outfile: thread, bundle: true, format: 'esm', platform: 'node', conditions: ['source'],
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
/** Told when a worker that was started has gone. */
const gone: Promise<unknown>[] = []
const start = (): Worker => {
  const worker = new Worker(thread, { execArgv: [] })
  gone.push(new Promise((resolve) => worker.once('exit', resolve)))
  return worker
}

const policy = 'package a\nallow if input.user == "alice"\nnames contains x if { some x in ["b", "a"]; print(x) }\nslow if { some x in input.list; some y in input.list; some z in input.list; some w in input.list; x + y + z + w < 0 }'

describe('an evaluation in a worker', () => {
  const isolated = new Isolated({ sources: { 'a.rego': policy } }, start)
  afterAll(() => isolated.close())

  test('answers as one in the same thread does, in JSON', async () => {
    expect((await isolated.evaluate({ query: 'data.a.allow = x', input: '{"user": "alice"}' }, 60_000)).results).toEqual([{ x: true }])
    const found = await isolated.evaluate({ query: 'data.a.names = x', input: '{}' }, 60_000)
    expect(found.results).toEqual([{ x: ['a', 'b'] }])
    expect(found.printed.map((one) => one.text)).toEqual(['b', 'a'])
    expect((await isolated.evaluate({ query: 'x = input.n + 1', input: '{"n": 9007199254740993}' }, 60_000)).results).toEqual([{ x: 9007199254740994n }])
  })

  test('that does not end is ended, and the next question is answered', async () => {
    const input = JSON.stringify({ list: Array.from({ length: 1000 }, (_, i) => i) })
    await expect(isolated.evaluate({ query: 'data.a.slow', input, budget: { steps: Number.MAX_SAFE_INTEGER, milliseconds: 1e9 } }, 500)).rejects.toMatchObject({ code: 'eval_budget_error' })
    await gone.at(-1)
    expect((await isolated.evaluate({ query: 'data.a.allow = x', input: '{"user": "alice"}' }, 60_000)).results).toEqual([{ x: true }])
  })

  test('rejects with the errors of compiling and of evaluating', async () => {
    await expect(isolated.evaluate({ query: 'x > 1' }, 60_000)).rejects.toMatchObject({ name: 'CompileError' })
    await expect(isolated.evaluate({ query: '1 / 0', strict: true }, 60_000)).rejects.toMatchObject({ code: 'eval_builtin_error' })
    const broken = new Isolated({ sources: { 'a.rego': 'package' } }, start)
    await expect(broken.evaluate({ query: 'true' }, 60_000)).rejects.toMatchObject({ name: 'CompileError' })
    broken.close()
  })
})
