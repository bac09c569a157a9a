/** A file that is sealed while it is written: what is cut exactly between two parts, put in another order or added is refused, and named. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { systemClock } from '../../../src/platform/clock.ts'
import { openSealedFile, writeSealedFile } from '../../../src/platform/envelope/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-sealed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const secret = { key: randomBytes(32) }
const MIB = 1 << 20

async function sealed(plain: Buffer): Promise<Buffer> {
  const file = await open(join(folder, 'file'), 'w+')
  const writer = await writeSealedFile(file, 'backup', secret, { clock: systemClock, random: systemRandom })
  for (let at = 0; at < plain.length; at += 700_001) await writer.write(plain.subarray(at, at + 700_001))
  await writer.end()
  const bytes = Buffer.alloc(writer.size())
  await file.read(bytes, 0, bytes.length, 0)
  await file.close()
  return bytes
}

async function opened(bytes: Buffer): Promise<Buffer | string> {
  await writeFile(join(folder, 'other'), bytes)
  const file = await open(join(folder, 'other'), 'r')
  try {
    const pieces: Buffer[] = []
    for await (const piece of (await openSealedFile(file, secret)).pieces()) pieces.push(piece)
    return Buffer.concat(pieces)
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  } finally {
    await file.close()
  }
}

/** Where the head ends and each part begins. */
function parts(bytes: Buffer): [head: Buffer, ...parts: Buffer[]] {
  let at = bytes.indexOf(10, bytes.indexOf(10) + 1) + 1
  const found: Buffer[] = []
  const head = bytes.subarray(0, at)
  while (at < bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at) + 16
    found.push(bytes.subarray(at, end))
    at = end
  }
  return [head, ...found]
}

test('what was written is read, padded to whole parts', async () => {
  for (const size of [0, 1, MIB, MIB + 1, 3 * MIB]) {
    const plain = randomBytes(size)
    const read = await opened(await sealed(plain))
    expect(Buffer.isBuffer(read) && read.subarray(0, size).equals(plain) && read.subarray(size).every((byte) => byte === 0)).toBe(true)
  }
})

test('a part that is missing, moved, doubled, or another file\'s is refused by name', async () => {
  const [head, first, second, third] = parts(await sealed(randomBytes(3 * MIB)))
  const [, foreign] = parts(await sealed(randomBytes(3 * MIB)))
  const of = (...all: (Buffer | undefined)[]): Promise<Buffer | string> => opened(Buffer.concat([head, ...all.map((one) => one ?? Buffer.alloc(0))]))
  expect(Buffer.isBuffer(await of(first, second, third))).toBe(true)
  expect({
    cutBetweenParts: await of(first, second), nothingLeft: await of(), withoutItsFirst: await of(second, third), moved: await of(second, first, third),
    doubled: await of(first, first, second, third), added: await of(first, second, third, third), foreign: await of(foreign, second, third),
  }).toEqual({
    cutBetweenParts: 'envelope_truncated', nothingLeft: 'envelope_truncated', withoutItsFirst: 'envelope_edited', moved: 'envelope_edited',
    doubled: 'envelope_edited', added: 'envelope_edited', foreign: 'envelope_edited',
  })
})
