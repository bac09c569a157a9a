import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import type { BuildOptions } from 'esbuild'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { createStateReader, readFacts, writeFacts } from '../../src/tfstate/apart.ts'
import type { StateReader, StateReaderOptions } from '../../src/tfstate/apart.ts'
import { compareStates, outputsOnly, readState, redactState } from '../../src/tfstate/index.ts'
import type { ReadOptions, StateFacts } from '../../src/tfstate/index.ts'
import { generateState } from './generate.ts'
import { encrypted, one, state } from './states.ts'

const readers: StateReader[] = []
const reader = (options: StateReaderOptions = {}): StateReader => {
  const made = createStateReader(options)
  readers.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(readers.splice(0).map((made) => made.close()))
})

const shared = (bytes: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}
const code = async (promise: Promise<unknown>): Promise<string> => promise.then(() => 'accepted', (error: { code?: string; message?: string }) => error.code ?? error.message ?? '')

/** Both answers. */
const whole = async (apart: StateReader, body: Uint8Array, options?: ReadOptions): Promise<StateFacts> => {
  const { json } = await (await apart.read(body, options)).facts()
  return JSON.parse(new TextDecoder().decode(json)) as StateFacts
}

/** A thread that does with every message what the text says. */
const thread = (does: string) => (): Worker => new Worker(`require('node:worker_threads').parentPort.on('message', (request) => { ${does} })`, { eval: true })

describe('threads apart', () => {
  test('answer as the functions do, from shared and from other memory, and leave the body as it is', async () => {
    const apart = reader()
    const { bytes } = generateState(300_000, { seed: 8 })
    const copy = Buffer.from(bytes)
    const key = Buffer.alloc(32, 3)
    for (const body of [bytes, shared(bytes), new Uint8Array(bytes)]) {
      expect(await whole(apart, body, { key })).toEqual(readState(bytes, { key }))
      expect(Buffer.from(await apart.redact(body)).equals(Buffer.from(redactState(bytes)))).toBe(true)
      expect(Buffer.from(await apart.outputs(body)).equals(Buffer.from(outputsOnly(bytes)))).toBe(true)
    }
    expect(copy.equals(bytes)).toBe(true)
    expect(await whole(apart, state([]))).toEqual(readState(state([])))
    // Also where addresses are masked, and so stand in another order.
    const hidden = ['b-secret-1', 'a-secret-2'].map((value, at) => ({ index_key: at === 0 ? value : 'z', attributes: { value, other: 'plain' }, sensitive_attributes: [[{ type: 'get_attr', value: 'value' }]] }))
    const masked = state([{ name: 'x', instances: [{ index_key: 'é"', attributes: {} }, ...hidden] }], { outputs: { 'a-secret-2': { value: 'b-secret-1', type: 'string' } } })
    const written = await (await apart.read(masked)).facts()
    expect(readFacts(written.json)).toEqual(readState(masked))
    expect(written.secrets).toBe(writeFacts(readState(masked)).secrets)
    const [before, after] = [generateState(300_000, { seed: 8 }), generateState(300_000, { seed: 9 })].map((made) => writeFacts(readState(made.bytes)).json) as [Uint8Array, Uint8Array]
    expect(await apart.compare(before, after)).toEqual(compareStates(readFacts(before), readFacts(after)))
    expect(await apart.compare(null, after)).toEqual(compareStates(null, readFacts(after)))
    expect(await whole(apart, encrypted())).toEqual(readState(encrypted()))
  })

  test('what decides whether a state is taken is answered before what it holds is read; a thread that is lost in between takes only the rest with it', async () => {
    const apart = reader()
    const { bytes } = generateState(300_000, { seed: 9 })
    const { lineage, serial, resources, instances, outputs } = readState(bytes)
    const seen: string[] = []
    const { head, facts } = await apart.read(bytes)
    const read = facts().then(() => seen.push('facts'))
    seen.push('head')
    expect(head).toEqual({ opaque: false, lineage, serial, resources, instances: instances.length, outputs: outputs.length })
    await read
    expect(seen).toEqual(['head', 'facts'])
    const half = reader({ start: thread("const { parentPort } = require('node:worker_threads'); parentPort.postMessage({ id: request.id, kind: 'head', head: { serial: 7 } }); setImmediate(() => process.exit(1))") })
    const lost = await half.read(state([]))
    expect(lost.head.serial).toBe(7)
    expect(await code(lost.facts())).toBe('state_reader_failed')
  })

  test('refuse what the functions refuse, with their codes and messages, and go on', async () => {
    const apart = reader({ threads: 2 })
    expect(await Promise.all([code(apart.read(Buffer.from(''))), code(apart.redact(Buffer.from('{'))), code(apart.outputs(encrypted())), code(apart.read(Buffer.from('['.repeat(100_000))))])).toEqual(['state_empty', 'state_truncated', 'state_opaque', 'state_too_deep'])
    await expect(apart.read(Buffer.from('[]'))).rejects.toThrow('This JSON is not a state')
    expect(await code(apart.read(state([])))).toBe('accepted')
  })

  test('a thread that dies takes its own request with it, and says nothing of why', async () => {
    let started = 0
    const dying = thread("throw new Error('CANARY')")
    const apart = reader({ start: () => (started++ === 0 ? dying() : thread("require('node:worker_threads').parentPort.postMessage({ id: request.id, kind: 'bytes', bytes: new Uint8Array(1) })")()) })
    const lost = apart.outputs(state([]))
    const kept = apart.outputs(state([]))
    const error: unknown = await lost.catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'state_reader_failed' })
    expect(String(error) + JSON.stringify(error)).not.toContain('CANARY')
    expect(await kept).toHaveLength(1)
    expect(started).toBe(2)
  })

  test('one that ends silently, and one that cannot be started, are errors of the request', async () => {
    expect(await code(reader({ start: thread('process.exit(0)') }).read(state([])))).toBe('state_reader_failed')
    const none = reader({ start: () => { throw new Error('no more threads') } })
    expect(await Promise.all([code(none.read(state([]))), code(none.read(state([])))])).toEqual(['state_reader_failed', 'state_reader_failed'])
  })

  test('a body for which the memory does not suffice ends the thread, and nothing else', async () => {
    const apart = reader({ start: () => new Worker("require('node:worker_threads').parentPort.on('message', () => { const all = []; for (;;) all.push({ all }) })", { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } }) })
    expect(await code(apart.read(state([])))).toBe('state_reader_failed')
  })

  test('a body that takes too long ends its thread, and the next one is read', async () => {
    let started = 0
    const apart = reader({ patience: [50, 0], start: () => (started++ === 0 ? thread('for (;;);')() : thread("require('node:worker_threads').parentPort.postMessage({ id: request.id, kind: 'bytes', bytes: new Uint8Array(1) })")()) })
    const answers = await Promise.all([code(apart.outputs(state([]))), code(apart.outputs(state([])).catch(() => apart.outputs(state([]))))])
    expect(answers[0]).toBe('state_reader_failed')
    expect(started).toBeGreaterThan(1)
  })

  test('never more threads than allowed, and never more that wait', async () => {
    let started = 0
    const apart = reader({ threads: 9, queue: 3, start: () => (started++, thread('')()) })
    const codes = Array.from({ length: 6 }, () => code(apart.read(state([]))))
    expect(await codes[5]).toBe('state_reader_busy')
    expect(started).toBe(2)
    await apart.close()
    expect(await Promise.all(codes)).toEqual([...Array.from({ length: 5 }, () => 'state_reader_closed'), 'state_reader_busy'])
    expect(await code(apart.read(state([])))).toBe('state_reader_closed')
  })

  test('a larger body gets a thread with more memory, a smaller one the same', async () => {
    const heaps: number[] = []
    const answering = thread("require('node:worker_threads').parentPort.postMessage({ id: request.id, kind: 'bytes', bytes: new Uint8Array(1) })")
    const apart = reader({ start: ({ heapMegabytes }) => (heaps.push(heapMegabytes), answering()) })
    await apart.outputs(state([]))
    await apart.outputs(state([]))
    await apart.outputs(new Uint8Array(new SharedArrayBuffer(200_000_000)))
    await apart.outputs(state([]))
    expect(heaps).toHaveLength(2)
    expect(heaps[1]).toBeGreaterThan(heaps[0] ?? 0)
  })
})

describe('the built program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tfstate-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const source = resolve(import.meta.dirname, '../../src/tfstate')

  test.each([['beside the thread', 'dist'], ['in a chunk below it', 'dist/chunks']])('finds its thread %s; one without work does not keep the program alive', async (_, place) => {
    const common: BuildOptions = { bundle: true, format: 'esm', platform: 'node', conditions: ['source'], outExtension: { '.js': '.mjs' }, logLevel: 'error' }
    await build({ ...common, entryPoints: { 'state-thread': join(source, 'apart/thread.ts') }, outdir: join(folder, 'dist') })
    await build({ ...common, entryPoints: { reader: join(source, 'apart.ts') }, outdir: join(folder, place) })
    writeFileSync(join(folder, 'body.json'), one('aws_vpc', { id: 'vpc-1' }))
    const program = join(folder, place, 'program.mjs')
    writeFileSync(program, `
import { readFileSync } from 'node:fs'
import { createStateReader } from './reader.mjs'
const { facts } = await createStateReader().read(readFileSync(${JSON.stringify(join(folder, 'body.json'))}))
process.stdout.write(JSON.parse(new TextDecoder().decode((await facts()).json)).instances[0].address)
`)
    expect(execFileSync(process.execPath, [program], { encoding: 'utf8', timeout: 20_000, cwd: tmpdir() })).toBe('aws_vpc.it')
  })
})

describe.skipIf(process.env['COUNTERSIGN_TEST_LONG'] !== '1')('200 MB', () => {
  test('are read with memory beyond the body of less than 0.8 times its size, threads included', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-tfstate-'))
    try {
      const { bytes, instances } = generateState(200_000_000)
      writeFileSync(join(folder, 'body.json'), bytes)
      const source = resolve(import.meta.dirname, '../../src/tfstate')
      await build({ bundle: true, format: 'esm', platform: 'node', conditions: ['source'], outExtension: { '.js': '.mjs' }, entryPoints: { 'state-thread': join(source, 'apart/thread.ts'), reader: join(source, 'apart.ts') }, outdir: folder })
      const program = join(folder, 'program.mjs')
      writeFileSync(program, `
import { openSync, readSync, statSync } from 'node:fs'
import { createStateReader } from './reader.mjs'
const file = ${JSON.stringify(join(folder, 'body.json'))}
const size = statSync(file).size
const before = process.memoryUsage.rss()
const body = Buffer.from(new SharedArrayBuffer(size))
const from = openSync(file, 'r')
for (let at = 0; at < size; ) at += readSync(from, body, at, Math.min(1_000_000, size - at), null)
let most = 0
setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10).unref()
const { json } = await (await createStateReader().read(body, { key: Buffer.alloc(32) })).facts()
const facts = JSON.parse(new TextDecoder().decode(json))
process.stdout.write(JSON.stringify({ instances: facts.instances.length, beyond: (most - before - size) / size }))
`)
      const { instances: read, beyond } = JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8', timeout: 120_000 })) as { instances: number; beyond: number }
      process.stderr.write(`\nMemory beyond a body of 200 MB: ${beyond.toFixed(2)} times its size.\n`)
      expect(read).toBe(instances)
      expect(beyond).toBeLessThan(0.8)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
