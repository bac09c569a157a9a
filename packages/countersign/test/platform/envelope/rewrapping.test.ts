import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { keyOf, mustHaveKeys, open, openStateKeys, prune, rewrapStep, seal, whyKept, type KeyUsage, type RewrapReport, type Sealed, type StateKeys } from '../../../src/platform/envelope/index.ts'
import { folderPort } from './folder-port.ts'
import { codeOf, context, optionsIn, stateOf } from './support.ts'

const folders: string[] = []
const scratch = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-rewrap-'))
  folders.push(folder)
  return folder
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

const HOUR = 3_600_000

async function world(count: number) {
  const dataDir = await scratch()
  const rows = await scratch()
  let now = 1_800_000_000_000
  const clock = { now: () => now }
  const keys = await openStateKeys({ ...optionsIn(dataDir), clock })
  const port = folderPort(rows)
  const bodies = new Map<string, Sealed['body']>()
  for (let at = 0; at < count; at++) {
    const place = { ...context, version: `stv_${at}` }
    const { head, body } = await seal(keys, place, stateOf(50 + at))
    const id = `row_${String(at).padStart(3, '0')}`
    bodies.set(id, body)
    await port.put({ id, context: place, head })
  }
  const opens = async (by: StateKeys): Promise<string[]> => await Promise.all((await port.rows()).map(({ id, context: place, head }) => codeOf(open(by, place, { head, body: bodies.get(id) ?? Buffer.alloc(0) }))))
  const usage = async (): Promise<KeyUsage> => {
    const used = new Map<string, number>()
    for (const { head } of await port.rows()) used.set(keyOf(head), (used.get(keyOf(head)) ?? 0) + 1)
    return used
  }
  return { dataDir, rows, keys, port, clock, opens, usage, later: (ms: number) => void (now += ms) }
}

async function toTheEnd(keys: StateKeys, port: ReturnType<typeof folderPort>, limit: number): Promise<RewrapReport[]> {
  const reports = [await rewrapStep(keys, port, { limit })]
  for (let last = reports[0]; last && last.after !== ''; last = reports.at(-1)) reports.push(await rewrapStep(keys, port, { limit, after: last.after }))
  return reports
}

describe('wrapping anew after a rotation', () => {
  test('goes batch by batch, tells how much is left, and changes nothing twice', async () => {
    const { keys, port, opens, dataDir } = await world(7)
    expect(await rewrapStep(keys, port, { limit: 3 })).toMatchObject({ done: 0, remaining: 0, total: 7, after: '' })
    // The rotation comes from another process.
    const young = await (await openStateKeys(optionsIn(dataDir))).rotate()
    const reports = await toTheEnd(keys, port, 3)
    expect(reports.map(({ done, remaining, total }) => [done, remaining, total])).toEqual([[3, 4, 7], [3, 1, 7], [1, 0, 7]])
    expect(new Set(reports.map(({ key }) => key))).toEqual(new Set([young]))
    expect(new Set((await port.rows()).map(({ head }) => keyOf(head)))).toEqual(new Set([young]))
    expect(new Set(await opens(keys))).toEqual(new Set(['opened']))
    const before = await port.rows()
    await toTheEnd(keys, port, 3)
    expect(await port.rows()).toEqual(before)
  })

  test('before there is a key there is nothing to do', async () => {
    const keys = await openStateKeys(optionsIn(await scratch()))
    expect(await rewrapStep(keys, folderPort(await scratch()), { limit: 3 })).toEqual({ key: '', done: 0, remaining: 0, total: 0, failed: [], after: '' })
  })

  test.each(['before', 'after'])('a process that is killed %s a save leaves every row openable, and another one goes on', async (when) => {
    const { dataDir, rows, keys, port, opens } = await world(12)
    const young = await keys.rotate()
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', join(import.meta.dirname, 'rewrap-until-killed.ts'), dataDir, rows, '5', when], { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await port.remaining(young)).toBe(when === 'before' ? 8 : 7)
    expect(new Set(await opens(keys))).toEqual(new Set(['opened']))
    const reports = await toTheEnd(await openStateKeys(optionsIn(dataDir)), port, 5)
    expect(reports.at(-1)).toMatchObject({ remaining: 0, total: 12, failed: [] })
    expect(new Set(await opens(keys))).toEqual(new Set(['opened']))
  })

  test('rows that were tampered with stay as they are, are named, and hold up nobody', async () => {
    const { keys, port, opens } = await world(6)
    const rows = await port.rows()
    const [zero, one, , three] = rows
    if (!zero || !one || !three) throw new Error('six rows')
    await port.put({ ...zero, head: one.head })
    await port.put({ ...three, head: three.head.replace(/"wrapped":"./, '"wrapped":"_') })
    await keys.rotate()
    const reports = await toTheEnd(keys, port, 2)
    expect(reports.flatMap(({ failed }) => failed)).toEqual([{ id: zero.id, code: 'envelope_elsewhere' }, { id: three.id, code: 'envelope_edited' }])
    expect(reports.at(-1)).toMatchObject({ remaining: 2, after: '' })
    expect(await opens(keys)).toEqual(['envelope_elsewhere', 'opened', 'opened', 'envelope_edited', 'opened', 'opened'])
  })

  test('a row that changes meanwhile is not overwritten', async () => {
    const { keys, port, opens } = await world(3)
    const young = await keys.rotate()
    const put = await port.rows()
    await rewrapStep(keys, { ...port, next: async (...asked) => {
      const found = await port.next(...asked)
      for (const row of put) await port.put({ ...row, context: { ...row.context, version: 'stv_new' }, head: (await seal(keys, { ...row.context, version: 'stv_new' }, stateOf(1))).head })
      return found
    } }, { limit: 10 })
    expect(new Set((await port.rows()).map(({ context: { version } }) => version))).toEqual(new Set(['stv_new']))
    expect(await port.remaining(young)).toBe(0)
    expect(await opens(keys)).not.toContain('envelope_elsewhere')
  })

  test('a provider that is away ends the step, and no row is blamed', async () => {
    const { keys, port } = await world(3)
    await keys.rotate()
    const away: StateKeys = { ...keys, unwrap: () => Promise.reject(new Error('connection refused')) }
    expect(await codeOf(rewrapStep(away, port, { limit: 10 }))).toBe('envelope_key_unavailable')
  })
})

describe('old keys', () => {
  test('go when nothing is wrapped by them and the rotation is an hour ago, and not before', async () => {
    const { keys, port, clock, usage, opens, later } = await world(3)
    const old = keys.current()
    later(HOUR)
    await keys.rotate()
    const why = async (): Promise<unknown[]> => {
      const all = await keys.list()
      const used = await usage()
      return all.map((key) => whyKept(key, all, used, clock))
    }
    expect(await why()).toEqual(['in-use', 'current'])
    expect(await prune(keys, usage, clock)).toEqual([])
    await toTheEnd(keys, port, 10)
    expect(await why()).toEqual(['too-new', 'current'])
    expect(await prune(keys, usage, clock)).toEqual([])
    later(HOUR)
    expect(await why()).toEqual([null, 'current'])
    expect(await prune(keys, usage, clock)).toEqual([old])
    expect((await keys.list()).map(({ id }) => id)).toEqual([keys.current()])
    expect(new Set(await opens(keys))).toEqual(new Set(['opened']))
  })

  test('that rows need and that are not there are named', async () => {
    const { keys, usage } = await world(2)
    await mustHaveKeys(keys, await usage())
    const lost = keys.current()
    await keys.remove(lost)
    await expect(mustHaveKeys(keys, await usage())).rejects.toMatchObject({ code: 'envelope_key_missing', message: expect.stringContaining(`${lost} (2)`) as string })
  })
})
