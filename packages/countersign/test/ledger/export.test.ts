/** What is exported is read again here by nothing but the two specifications (C2SP tlog-tiles, RFC 6962): no hash, path or proof of the product. */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { exportLines, exportTiles, linesFile } from '../../src/ledger/export/index.ts'
import type { Store } from '../../src/platform/store/store.ts'
import { act, Place, type Opened } from './place.ts'

const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()
const quiet = (): void => undefined

let place: Place
let at: Opened
const notes = new Map<number, string>()
beforeAll(async () => {
  place = await Place.make()
  at = await place.open()
  await grow(3)
})
afterAll(() => place.remove())

/** In one unit of work each of many leaves: what is exported does not see units. */
async function grow(to: number): Promise<void> {
  const { size } = await at.store.read((db) => db.selectFrom('ledger_head').select('size').executeTakeFirstOrThrow())
  await at.store.write(async (tx) => {
    for (let n = size; n < to; n++) await at.ledger.append(tx, { type: 'test.acted', ids: { run: `run_${n % 7}` }, details: { what: `thing ${n}` } })
  })
  notes.set(to, (await at.ledger.checkpoint()).note)
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'countersign-export-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const headOf = (note: string): { size: number; root: string } => ({ size: Number(note.split('\n')[1]), root: Buffer.from(note.split('\n')[2] ?? '', 'base64').toString('hex') })

/** RFC 6962, section 2.1, as it is written there. */
function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length <= 1) return leaves[0] ?? sha256()
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return sha256(Buffer.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)))
}

/** Every file of the layout for a tree of this size, by the specification, with its hashes compared; answers the leaves. */
function readTiles(at: string): { leaves: Buffer[]; files: string[] } {
  const { size, root } = headOf(readFileSync(join(at, 'checkpoint'), 'utf8'))
  const nth = (n: number): string => (n < 1000 ? String(n).padStart(3, '0') : `x${String(Math.floor(n / 1000)).padStart(3, '0')}/${String(n % 1000).padStart(3, '0')}`)
  const files = ['checkpoint']
  const read = (kind: string, n: number, width: number): Buffer => {
    files.push(`tile/${kind}/${nth(n)}${width === 256 ? '' : `.p/${width}`}`)
    return readFileSync(join(at, files.at(-1) ?? ''))
  }
  const leaves: Buffer[] = []
  for (let n = 0; n * 256 < size; n++) {
    const width = Math.min(256, size - n * 256)
    const bundle = read('entries', n, width)
    let offset = 0
    for (let i = 0; i < width; i++) {
      const length = bundle.readUInt16BE(offset)
      leaves.push(bundle.subarray(offset + 2, offset + 2 + length))
      offset += 2 + length
    }
    expect(offset).toBe(bundle.length)
  }
  const hashes = leaves.map((leaf) => sha256(Buffer.of(0), leaf))
  expect(mth(hashes).toString('hex')).toBe(root)
  for (let level = 0, span = 1; Math.floor(size / span) > 0; level++, span *= 256) {
    const count = Math.floor(size / span)
    for (let n = 0; n * 256 < count; n++) {
      const width = Math.min(256, count - n * 256)
      const expected = Array.from({ length: width }, (_, i) => mth(hashes.slice((n * 256 + i) * span, (n * 256 + i + 1) * span)))
      expect(read(String(level), n, width).equals(Buffer.concat(expected))).toBe(true)
    }
  }
  return { leaves, files }
}

const filesBelow = (at: string): string[] => readdirSync(at, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(at, name)).isFile()).toSorted()
const leavesOf = async (store: Store): Promise<string[]> => (await store.read((db) => db.selectFrom('ledger_leaf').select('leaf').orderBy('idx').execute())).map(({ leaf }) => leaf)

test('tiles of a growing ledger are exactly those of the specification, at each size, one export upon the other', async () => {
  const to = folder()
  const earlier = new Set<string>()
  for (const size of [3, 255, 256, 257, 520]) {
    await grow(size)
    const { checkpoint } = await exportTiles(at.store, to, quiet)
    expect(checkpoint).toMatchObject({ size, note: notes.get(size) })
    const { leaves, files } = readTiles(to)
    expect(leaves.map(String)).toEqual(await leavesOf(at.store))
    for (const file of files) earlier.add(file)
    expect(filesBelow(to)).toEqual([...earlier].toSorted())
  }
  expect([...earlier]).toEqual(expect.arrayContaining(['tile/0/000.p/3', 'tile/0/001', 'tile/0/002.p/8', 'tile/1/000.p/1', 'tile/1/000.p/2', 'tile/entries/001']))
  expect(await exportTiles(at.store, to, quiet)).toMatchObject({ written: 0 })
})

test('tiles that were begun are finished; what was changed there, or a rolled back ledger, is refused', async () => {
  const to = folder()
  await exportTiles(at.store, to, quiet)
  rmSync(join(to, 'checkpoint'))
  rmSync(join(to, 'tile/0/001'))
  expect(await exportTiles(at.store, to, quiet)).toMatchObject({ written: 1 })
  readTiles(to)
  const note = readFileSync(join(to, 'checkpoint'), 'utf8')
  writeFileSync(join(to, 'checkpoint'), note.replace(/\n520\n/, '\n521\n'))
  await expect(exportTiles(at.store, to, quiet)).rejects.toMatchObject({ code: 'history_changed' })
  writeFileSync(join(to, 'checkpoint'), note)
  const tile = readFileSync(join(to, 'tile/entries/000'))
  tile.writeUInt8(tile.readUInt8(700) ^ 1, 700)
  writeFileSync(join(to, 'tile/entries/000'), tile)
  await expect(exportTiles(at.store, to, quiet)).rejects.toMatchObject({ code: 'export_differs' })
})

type Line = { index: number; time: string; type: string; ids: Record<string, string>; details: { what: string } | null; salt: string; leaf: string }

test('lines hold every entry in order, with a leaf that the checkpoint covers; half a line is written again, what is there stays', async () => {
  const to = folder()
  const path = join(to, linesFile)
  await exportLines(at.store, to, quiet)
  const whole = readFileSync(path, 'utf8')
  const lines = whole.trimEnd().split('\n').map((line) => JSON.parse(line) as Line)
  const { size, root } = headOf(readFileSync(join(to, 'checkpoint'), 'utf8'))
  expect(lines.map(({ index }) => index)).toEqual(Array.from({ length: size }, (_, n) => n))
  expect(mth(lines.map(({ leaf }) => sha256(Buffer.of(0), Buffer.from(leaf)))).toString('hex')).toBe(root)
  expect(lines.every(({ time, type, ids, leaf }) => JSON.stringify([time, type, ids]) === JSON.stringify(['time', 'type', 'ids'].map((name) => (JSON.parse(leaf) as Record<string, unknown>)[name])))).toBe(true)
  expect(lines[2]).toMatchObject({ details: { what: 'thing 2' }, type: 'test.acted', ids: { run: 'run_2' } })
  truncateSync(path, Buffer.byteLength(whole) - 400)
  expect((await exportLines(at.store, to, quiet)).written).toBeGreaterThan(0)
  expect(readFileSync(path, 'utf8')).toBe(whole)
  expect(await exportLines(at.store, to, quiet)).toMatchObject({ written: 0 })
})

test('lines of another history, or more than the ledger has, are refused and left', async () => {
  const to = folder()
  const path = join(to, linesFile)
  await exportLines(at.store, to, quiet)
  const whole = readFileSync(path, 'utf8')
  const [first = '', ...rest] = whole.split('\n')
  writeFileSync(path, [first.replace('run_0', 'run_9').replace('run_0', 'run_9'), ...rest].join('\n'))
  await expect(exportLines(at.store, to, quiet)).rejects.toMatchObject({ code: 'export_differs' })
  writeFileSync(path, whole)
  appendFileSync(path, `${first}\n`)
  await expect(exportLines(at.store, to, quiet)).rejects.toMatchObject({ code: 'history_changed' })
})

test('a ledger whose leaves are not those that were signed is not exported as if they were', async () => {
  const other = await Place.make()
  onTestFinished(() => other.remove())
  const opened = await other.open()
  for (let n = 0; n < 3; n++) await act(opened.store, opened.ledger, `thing ${n}`)
  await opened.ledger.checkpoint()
  await other.close()
  other.edit(`update ledger_leaf set leaf = replace(leaf, 'run_1', 'run_2') where idx = 1`)
  const store = await other.store({ readOnly: true })
  onTestFinished(() => store.close())
  const [tiles, lines] = [folder(), folder()]
  await expect(exportTiles(store, tiles, quiet)).rejects.toMatchObject({ code: 'history_changed' })
  await expect(exportLines(store, lines, quiet)).rejects.toMatchObject({ code: 'history_changed' })
  expect([existsSync(join(tiles, 'checkpoint')), existsSync(join(lines, 'checkpoint'))]).toEqual([false, false])
})
