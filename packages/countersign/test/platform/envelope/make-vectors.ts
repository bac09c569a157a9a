/**
 * Writes vectors.json: `node --import tsx --conditions=source packages/countersign/test/platform/envelope/make-vectors.ts`. Keys and
 * nonces are fixed and guard nothing. What deflate makes of a text may differ from one zlib to the next, so a new run may write other
 * bytes; both open.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aadOf, placeOf } from '../../../src/platform/envelope/context.ts'
import { mostOf, writeChunk } from '../../../src/platform/envelope/chunk.ts'
import { chunksOf, writeHead } from '../../../src/platform/envelope/head.ts'
import { seal, type Context } from '../../../src/platform/envelope/index.ts'
import { pack } from '../../../src/platform/envelope/packing.ts'
import { sealKey } from '../../../src/platform/envelope/keys/passphrase.ts'
import type { Random } from '../../../src/platform/random.ts'
import { memoryProvider } from './memory-provider.ts'
import { context, stateOf } from './support.ts'

function fixed(seed: string): Random {
  let count = 0
  return { bytes: (n) => Uint8Array.from(createHash('shake256', { outputLength: n }).update(`${seed}/${count++}`).digest()) }
}

const random = fixed('countersign envelope vectors')
const kek = random.bytes(32)
const provider = memoryProvider(random, kek)
const bytes = (size: number): Uint8Array => fixed(`incompressible ${size}`).bytes(size)

/** As `seal`, with chunks as small as the form allows. */
async function sealSmall(place: Context, plain: Uint8Array) {
  const sizes = { chunk: 1024, plain: plain.length }
  const aad = aadOf({ context: place, ...sizes })
  const chunks = chunksOf(sizes)
  const dataKey = random.bytes(32)
  const room = Buffer.alloc(mostOf(plain.length, chunks))
  let used = 0
  for (let index = 0; index < chunks; index++) used = writeChunk({ dataKey, aad, chunks }, index, await pack(plain.subarray(index * 1024, (index + 1) * 1024)), room, used)
  return { head: writeHead({ ...(await provider.wrap(dataKey, aad)), ...sizes, place: placeOf(place) }), body: room.subarray(0, used) }
}

const unusual: Context = { instance: 'ins_ä', kind: 'facts', workspace: 'a "b"\\c/\u0001é/😀', version: '' }
const plains: [string, Context, Uint8Array, 'small' | 'usual'][] = [
  ['nothing', context, new Uint8Array(), 'usual'],
  ['one byte', context, Buffer.from('{'), 'usual'],
  ['a state', context, stateOf(3000), 'usual'],
  ['facts of an unusual workspace', unusual, stateOf(500), 'usual'],
  ['three chunks', context, Buffer.concat([stateOf(1024), bytes(1024), stateOf(77)]), 'small'],
  ['three full chunks', context, stateOf(3072), 'small'],
]
const good: { name: string; context: Context; head: string; body: string; plain: string }[] = []
for (const [name, place, plain, how] of plains) {
  const { head, body } = how === 'usual' ? await seal(provider, place, plain, random) : await sealSmall(place, plain)
  good.push({ name, context: place, head, body: body.toString('base64'), plain: Buffer.from(plain).toString('base64') })
}

type Change = { context?: Partial<Context>; head?: Record<string, unknown>; headText?: string; body?: unknown[] }
const bad: (Change & { name: string; base: string; expect: string })[] = []
const refused = (expect: string, base: string, cases: Record<string, Change>): void => {
  for (const [name, change] of Object.entries(cases)) bad.push({ name, base, ...change, expect })
}
const headOf = (name: string): Record<string, unknown> => JSON.parse(good.find((one) => one.name === name)?.head ?? '{}') as Record<string, unknown>
const swapped = (text: unknown): string => `${String(text).startsWith('A') ? 'B' : 'A'}${String(text).slice(1)}`
const otherPlace = { ...context, version: 'stv_2' }

refused('envelope_elsewhere', 'a state', {
  'another instance': { context: { instance: 'ins_2' } }, 'another kind': { context: { kind: 'facts' } }, 'another workspace': { context: { workspace: 'shop/stage' } }, 'another version': { context: { version: 'stv_2' } },
  'members that run together': { context: { workspace: 'shop/prodstv_1', version: '' } }, 'a place that was edited': { head: { place: swapped(headOf('a state')['place']) } }, 'no place': { head: { place: '' } },
})
refused('envelope_edited', 'a state', {
  'moved, and the place with it': { context: { version: 'stv_2' }, head: { place: placeOf(otherPlace) } },
  'another size': { head: { plain: 3001 } }, 'another chunk size': { head: { chunk: 524_288 } }, 'a chunk size below the least': { head: { chunk: 1023 } }, 'a chunk size above the most': { head: { chunk: 16_777_217 } },
  'a size above the most': { head: { plain: 1_073_741_825 } }, 'a size that is a text': { head: { plain: '3000' } }, 'no size': { head: { plain: { $remove: true } } }, 'one member more': { head: { extra: 1 } },
  'form 0': { head: { v: 0 } }, 'no form': { head: { v: { $remove: true } } }, 'a wrapped key that was edited': { head: { wrapped: swapped(headOf('a state')['wrapped']) } }, 'a wrapped key of another envelope': { head: { wrapped: headOf('one byte')['wrapped'] } },
  'no wrapped key': { head: { wrapped: '' } }, 'a wrapped key with padding': { head: { wrapped: `${String(headOf('a state')['wrapped'])}=` } }, 'a key id with a space': { head: { key: 'memory/1 ' } },
  'a space in the head': { headText: (good[2]?.head ?? '').replace(':', ': ') }, 'a member twice': { headText: (good[2]?.head ?? '').replace('{', '{"chunk":1048576,') }, 'a size with a point': { headText: (good[2]?.head ?? '').replace('"plain":3000', '"plain":3000.0') },
  'no head': { headText: '' }, 'a list': { headText: '[]' },
  'a bit of the first byte of a ciphertext': { body: [{ xor: [4, 1] }] }, 'a bit in its middle': { body: [{ xor: [2000, 128] }] }, 'a bit of the filling': { body: [{ xor: [4099, 1] }] }, 'a bit of the tag': { body: [{ xor: [-1, 1] }] },
  'a count that is smaller': { body: [{ xor: [2, 16], }] }, 'a byte more': { body: [{ append: 'AA==' }] }, 'a body of another envelope': { body: [{ of: 'one byte' }] },
})
refused('envelope_edited', 'three chunks', {
  'a chunk twice': { body: [{ chunks: [0, 0, 2] }] }, 'reordered': { body: [{ chunks: [1, 0, 2] }] }, 'the last one moved': { body: [{ chunks: [0, 2, 1] }] }, 'the last one replaced': { body: [{ chunks: [0, 1, 1] }] }, 'one appended': { body: [{ chunks: [0, 1, 2, 2] }] },
  'a size that would make the second chunk the last': { head: { plain: 2048 } }, 'a bit in the second chunk': { body: [{ xor: [6000, 4] }] }, 'a chunk of another envelope': { body: [{ of: 'three full chunks' }] },
})
refused('envelope_truncated', 'three chunks', { 'the first chunk gone': { body: [{ chunks: [1, 2] }] }, 'the last chunk gone': { body: [{ chunks: [0, 1] }] }, 'the last byte gone': { body: [{ cut: -1 }] }, 'cut inside a count': { body: [{ cut: 4118 }] }, 'no body': { body: [{ cut: 0 }] } })
refused('envelope_truncated', 'a state', { 'a count that is larger': { body: [{ xor: [0, 1] }] } })
refused('envelope_key_missing', 'a state', { 'a key that nobody has': { head: { key: 'memory/2' } } })
refused('envelope_version_unknown', 'a state', { 'form 2': { head: { v: 2 } }, 'form 2 with members that nobody knows': { head: { v: 2, chunk: { $remove: true }, algorithm: 'new' } } })

const passphrase = 'Ökologische Büroklammer 7'
const id = `kek_${'0123456789abcdef'.repeat(2)}`
const file = JSON.parse(await sealKey(id, kek, passphrase, { memory: 256, passes: 2, lanes: 1 }, random)) as Record<string, unknown>
const passphrases = [
  { name: 'a key behind a passphrase', id, file, passphrase, key: Buffer.from(kek).toString('base64') },
  { name: 'the same, decomposed (NFKC)', id, file, passphrase: passphrase.normalize('NFD'), key: Buffer.from(kek).toString('base64') },
  { name: 'a wrong passphrase', id, file, passphrase: 'Ökologische Büroklammer 8', expect: 'state_passphrase_wrong' },
  { name: 'another id', id: `kek_${'f'.repeat(32)}`, file, passphrase, expect: 'state_passphrase_wrong' },
  { name: 'other passes', id, file: { ...file, passes: 1 }, passphrase, expect: 'state_passphrase_wrong' },
  { name: 'other memory', id, file: { ...file, memory: 128 }, passphrase, expect: 'state_passphrase_wrong' },
  { name: 'another salt', id, file: { ...file, salt: swapped(file['salt']) }, passphrase, expect: 'state_passphrase_wrong' },
  { name: 'a key that was edited', id, file: { ...file, sealed: swapped(file['sealed']) }, passphrase, expect: 'state_passphrase_wrong' },
]

const out = { about: 'Vectors of docs/spec/state-envelope.md. Section 8 says how to run them. The keys guard nothing.', keys: { 'memory/1': Buffer.from(kek).toString('base64') }, good, bad, passphrases }
writeFileSync(join(import.meta.dirname, 'vectors.json'), `${JSON.stringify(out, null, 1)}\n`)
