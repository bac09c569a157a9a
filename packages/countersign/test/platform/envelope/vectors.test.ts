/**
 * The vectors of docs/spec/state-envelope.md, here and in a second implementation (second.py, written from that text alone); and what
 * either makes, the other opens.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canonicalText, type JsonValue } from '@countersign/proof'
import { open, seal, type Context, type Sealed } from '../../../src/platform/envelope/index.ts'
import { openKey } from '../../../src/platform/envelope/keys/passphrase.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { memoryProvider } from './memory-provider.ts'
import { codeOf, context, stateOf } from './support.ts'

type Good = { name: string; context: Context; head: string; body: string; plain: string }
type Edit = { of?: string; xor?: [number, number]; cut?: number; append?: string; chunks?: number[] }
type Bad = { name: string; base: string; context?: Partial<Context>; head?: Record<string, JsonValue>; headText?: string; body?: Edit[]; expect: string }
type Passphrase = { name: string; id: string; file: Record<string, JsonValue>; passphrase: string; key?: string; expect?: string }

const file = join(import.meta.dirname, 'vectors.json')
const vectors = JSON.parse(readFileSync(file, 'utf8')) as { keys: Record<string, string>; good: Good[]; bad: Bad[]; passphrases: Passphrase[] }
const bytes = (text: string): Buffer => Buffer.from(text, 'base64')
const provider = memoryProvider(systemRandom, bytes(vectors.keys['memory/1'] ?? ''))
const goodOne = (name: string): Good => vectors.good.find((one) => one.name === name) ?? expect.unreachable(name)

function edited(body: Buffer, { of, xor, cut, append, chunks }: Edit): Buffer {
  if (of !== undefined) return bytes(goodOne(of).body)
  if (cut !== undefined) return body.subarray(0, cut < 0 ? body.length + cut : cut)
  if (append !== undefined) return Buffer.concat([body, bytes(append)])
  if (chunks) return Buffer.concat(chunks.map((index) => chunkAt(body, index)))
  const [place = 0, bits = 0] = xor ?? []
  const copy = Buffer.from(body)
  const at = place < 0 ? copy.length + place : place
  copy[at] = (copy[at] ?? 0) ^ bits
  return copy
}

function chunkAt(body: Buffer, index: number): Buffer {
  let at = 0
  for (let before = 0; before < index; before++) at += 20 + body.readUInt32BE(at)
  return body.subarray(at, at + 20 + body.readUInt32BE(at))
}

function changed({ base, context: place, head, headText, body }: Bad): { place: Context; sealed: Sealed } {
  const one = goodOne(base)
  const members = Object.entries({ ...(JSON.parse(one.head) as Record<string, JsonValue>), ...head }).filter(([, value]) => JSON.stringify(value) !== '{"$remove":true}')
  return {
    place: { ...one.context, ...place },
    sealed: { head: headText ?? (head ? canonicalText(Object.fromEntries(members)) : one.head), body: (body ?? []).reduce(edited, bytes(one.body)) },
  }
}

describe('the vectors', () => {
  test.each(vectors.good)('$name opens', async ({ context: place, head, body, plain }) => {
    expect((await open(provider, place, { head, body: bytes(body) })).equals(bytes(plain))).toBe(true)
  })

  test.each(vectors.bad)('$base, $name: $expect', async (bad) => {
    const { place, sealed } = changed(bad)
    expect(await codeOf(open(provider, place, sealed))).toBe(bad.expect)
  })

  test.each(vectors.passphrases)('$name', async ({ id, file: kept, passphrase, key, expect: code }) => {
    const work = openKey(id, canonicalText(kept), passphrase)
    if (key === undefined) expect(await codeOf(work)).toBe(code)
    else expect(Buffer.from((await work) ?? []).toString('base64')).toBe(key)
  })

  test('every code that opening can end with is among them', () => {
    expect([...new Set(vectors.bad.map((bad) => bad.expect))].toSorted()).toEqual(['envelope_edited', 'envelope_elsewhere', 'envelope_key_missing', 'envelope_truncated', 'envelope_version_unknown'])
  })
})

const missing = spawnSync('python3', ['-c', 'from cryptography.hazmat.primitives.kdf.argon2 import Argon2id']).status !== 0
if (missing) {
  const need = 'The second implementation of the state envelope needs python3 with its module cryptography, 44 or newer.'
  if (process.env['CI'] === 'true') throw new Error(need)
  process.emitWarning(`SKIPPED. ${need}`)
}

describe.skipIf(missing)('the second implementation', () => {
  const python = (mode: string, argument: string[], lines: unknown[] = []): unknown[] => {
    const { stdout, stderr, status } = spawnSync('python3', ['-B', join(import.meta.dirname, 'second.py'), mode, ...argument], { input: lines.map((line) => `${JSON.stringify(line)}\n`).join(''), encoding: 'utf8', maxBuffer: 1 << 28 })
    expect(status, stderr).toBe(0)
    return stdout.trimEnd().split('\n').map((line): unknown => JSON.parse(line))
  }
  const plains = [Buffer.alloc(0), Buffer.from('{'), stateOf(70_000), randomBytes(1 << 20), stateOf((1 << 20) + 1), Buffer.concat([stateOf(1 << 21), randomBytes(9)])]

  test('gives every vector the same answer, and opens nothing with a byte changed', () => {
    const [summary] = python('vectors', [file]) as [{ cases: number; wrong: string[] }]
    expect(summary.wrong).toEqual([])
    expect(summary.cases).toBeGreaterThan(5000)
  })

  test('opens what is made here', async () => {
    const sealed = await Promise.all(plains.map((plain) => seal(provider, context, plain)))
    const answers = python('open', [], sealed.map(({ head, body }) => ({ keys: vectors.keys, context, head, body: body.toString('base64') }))) as { plain: string }[]
    expect(answers.map(({ plain }, at) => bytes(plain).equals(plains[at] ?? Buffer.alloc(0)))).toEqual(plains.map(() => true))
  })

  test('makes what opens here, with other chunks and another compression', async () => {
    const asked = plains.flatMap((plain) => [1024 * 64, 1 << 20, 1 << 24].map((chunk) => ({ keys: vectors.keys, key: 'memory/1', context, plain: plain.toString('base64'), chunk })))
    const answers = python('seal', [], asked) as { head: string; body: string }[]
    const opened = await Promise.all(answers.map(async ({ head, body }, at) => (await open(provider, context, { head, body: bytes(body) })).toString('base64') === asked[at]?.plain))
    expect(opened).toEqual(asked.map(() => true))
  })
})
