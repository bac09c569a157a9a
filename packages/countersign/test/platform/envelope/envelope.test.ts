import { createCipheriv, randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { aadOf, placeOf } from '../../../src/platform/envelope/context.ts'
import { mostOf, openChunk, writeChunk } from '../../../src/platform/envelope/chunk.ts'
import { writeHead } from '../../../src/platform/envelope/head.ts'
import { keyOf, open, openStream, Packing, plainSizeOf, rewrap, seal, sealStream, type Context, type Sealed } from '../../../src/platform/envelope/index.ts'
import type { Packed } from '../../../src/platform/envelope/packing.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { memoryProvider } from './memory-provider.ts'
import { codeOf, context, stateOf } from './support.ts'

const MiB = 1 << 20
const provider = memoryProvider()
const opening = (sealed: Sealed, place: Context = context, by = provider) => codeOf(open(by, place, sealed))
const streaming = (sealed: Sealed, place: Context = context) => codeOf(openStream(provider, place, sealed))
const withHead = (sealed: Sealed, change: Record<string, unknown>): Sealed => {
  const members = Object.entries({ ...(JSON.parse(sealed.head) as object), ...change }).filter(([, value]) => value !== undefined)
  return { ...sealed, head: JSON.stringify(Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)))) }
}
/** Chunks as they lie in the body: count, ciphertext, tag. */
function chunksIn(body: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const end = at + 4 + body.readUInt32BE(at) + 16
    found.push(body.subarray(at, end))
    at = end
  }
  return found
}
async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

test('what is packed while it comes is sealed as it was in the end; what is there is not taken before all of it is', async () => {
  for (const [size, steps] of [[5 * MiB + 17, [1, MiB, MiB + 5, 3 * MiB, 5 * MiB + 17]], [2 * MiB, [2 * MiB - 1, 2 * MiB]], [3 * MiB, []], [100, [100]], [0, [0]]] as const) {
    const whole = stateOf(size)
    const coming = Buffer.alloc(size, 'x')
    const packing = new Packing(coming)
    for (const [at, there] of steps.entries()) {
      whole.copy(coming, steps[at - 1] ?? 0, steps[at - 1] ?? 0, there)
      packing.reached(there)
      // Behind what was begun, in the same queue.
      await seal(provider, context, stateOf(3 * MiB))
    }
    whole.copy(coming)
    const sealed = await seal(provider, context, coming, undefined, packing)
    expect((await open(provider, context, sealed)).equals(whole)).toBe(true)
    expect((await collect(await openStream(provider, context, sealed))).equals(whole)).toBe(true)
    expect(sealed.body.length).toBe((await seal(provider, context, whole)).body.length)
  }
})

test('what is sealed as it is asked for is what is sealed at once; when it ends or is given up, its key is gone', async () => {
  for (const size of [0, 1, MiB, MiB + 1, 4 * MiB - 1]) {
    const plain = stateOf(size)
    const key = randomBytes(32)
    const { head, body } = await sealStream(provider, context, plain, { ...systemRandom, bytes: () => key })
    expect(key.every((byte) => byte === 0)).toBe(false)
    const parts: Buffer[] = []
    // Copied: each is good until the next one is asked for.
    for await (const part of body) parts.push(Buffer.from(part))
    expect(parts).toHaveLength(Math.max(1, Math.ceil(size / MiB)))
    expect((await open(provider, context, { head, body: Buffer.concat(parts) })).equals(plain)).toBe(true)
    expect(Buffer.concat(parts).length).toBe((await seal(provider, context, plain)).body.length)
    expect(key.every((byte) => byte === 0)).toBe(true)
  }
  for (const taken of [0, 1]) {
    const key = randomBytes(32)
    const { body } = await sealStream(provider, context, stateOf(4 * MiB), { ...systemRandom, bytes: () => key })
    for (let at = 0; at < taken; at++) await body.next()
    await body.return()
    expect(key.every((byte) => byte === 0)).toBe(true)
  }
})

describe('what was sealed opens, whole and as a stream', () => {
  const sizes = [0, 1, 2, 4090, 4091, 4092, 65_535, 65_536, MiB - 1, MiB, MiB + 1, 2 * MiB, 2 * MiB + 1]
  for (const [name, make] of [['like a state', stateOf], ['incompressible', randomBytes], ['letters that do not repeat', (size: number) => Buffer.from(randomBytes(size).toString('base64').slice(0, size))]] as const)
    test.each(sizes)(`${name}, %i bytes`, async (size) => {
      const plain = make(size)
      const sealed = await seal(provider, context, plain)
      expect((await open(provider, context, sealed)).equals(plain)).toBe(true)
      expect((await collect(await openStream(provider, context, sealed))).equals(plain)).toBe(true)
      expect(plainSizeOf(sealed.head)).toBe(size)
      expect(chunksIn(sealed.body).length).toBe(Math.max(1, Math.ceil(size / MiB)))
    })

  test('50 MB, without holding up what else the process does', async () => {
    const plain = stateOf(50 * MiB)
    const delay = monitorEventLoopDelay({ resolution: 1 })
    let turns = 0
    const counting = setInterval(() => turns++, 1)
    delay.enable()
    const sealed = await seal(provider, context, plain)
    const opened = await open(provider, context, sealed)
    delay.disable()
    clearInterval(counting)
    expect(opened.equals(plain)).toBe(true)
    expect(sealed.body.length).toBeLessThan(plain.length / 4)
    // Each of 100 chunks gives way at least once. How long the longest wait was is the benchmark's to say.
    expect(turns).toBeGreaterThan(5)
  })
})

test('nothing of it can be read in head or body, and no two envelopes are alike', async () => {
  const canary = 'canary-secret-4711'
  const plain = Buffer.concat([Buffer.from(canary), randomBytes(70_000), Buffer.from(canary)])
  const [one, two] = [await seal(provider, context, plain), await seal(provider, context, plain)]
  for (const { head, body } of [one, two]) {
    expect(body.includes(canary)).toBe(false)
    expect(head).not.toContain(canary)
    expect(head).not.toContain(context.workspace)
  }
  expect(one.body.equals(two.body)).toBe(false)
  expect(one.head).not.toBe(two.head)
})

test('bodies grow in steps of 4096 bytes: a guess that compresses a byte better does not show by itself', async () => {
  const sizes = await Promise.all(Array.from({ length: 40 }, async (_, at) => (await seal(provider, context, randomBytes(1000 + at))).body.length))
  expect(new Set(sizes)).toEqual(new Set([4 + 4096 + 16]))
})

describe('in another place it does not open', () => {
  const others: Partial<Context>[] = [{ instance: 'ins_2' }, { kind: 'facts' }, { workspace: 'shop/stage' }, { workspace: 'shop' }, { version: 'stv_2' }, { workspace: '', version: 'shop/prodstv_1' }, { workspace: 'shop/prod","workspace":"x' }]
  test.each(others)('%j', async (other) => {
    const sealed = await seal(provider, context, stateOf(5000))
    const place = { ...context, ...other }
    expect(await opening(sealed, place)).toBe('envelope_elsewhere')
    expect(await streaming(sealed, place)).toBe('envelope_elsewhere')
    expect(await codeOf(rewrap(provider, place, sealed.head))).toBe('envelope_elsewhere')
    // Who writes the row writes the place in the head too: then the key does not open.
    const forged = withHead(sealed, { place: (JSON.parse((await seal(provider, place, Buffer.alloc(0))).head) as { place: string }).place })
    expect(await opening(forged, place)).toBe('envelope_edited')
    expect(await codeOf(rewrap(provider, place, forged.head))).toBe('envelope_edited')
  })

  test('neither head nor body of another version can be put beside this one', async () => {
    const [one, two] = [await seal(provider, context, stateOf(5000)), await seal(provider, { ...context, version: 'stv_2' }, stateOf(5000))]
    expect(await opening({ head: two.head, body: one.body })).toBe('envelope_elsewhere')
    expect(await opening({ head: one.head, body: two.body })).toBe('envelope_edited')
    const again = await seal(provider, context, stateOf(5000))
    expect(await opening({ head: one.head, body: again.body })).toBe('envelope_edited')
  })

  test('a provider that forgets what a key was bound to does not make it open', async () => {
    const careless = { ...provider, wrap: (key: Uint8Array) => provider.wrap(key, new Uint8Array()), unwrap: (id: string, wrapped: Uint8Array) => provider.unwrap(id, wrapped, new Uint8Array()) }
    const place = { ...context, version: 'stv_2' }
    const sealed = await seal(careless, context, stateOf(5000))
    const forged = withHead(sealed, { place: (JSON.parse((await seal(careless, place, Buffer.alloc(0))).head) as { place: string }).place })
    expect(await codeOf(open(careless, context, sealed))).toBe('opened')
    expect(await codeOf(open(careless, place, forged))).toBe('envelope_edited')
  })
})

describe('what was changed does not open, and gives out nothing', () => {
  const sealing = seal(provider, context, Buffer.concat([stateOf(2 * MiB), randomBytes(MiB), stateOf(100)]))

  test('any bit of the head', async () => {
    const { head, body } = await sealing
    const codes = new Set<string>()
    for (let at = 0; at < head.length; at++) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
        const changed = `${head.slice(0, at)}${String.fromCharCode(head.charCodeAt(at) ^ bit)}${head.slice(at + 1)}`
        const code = await opening({ head: changed, body })
        expect(code, `character ${at}, bit ${bit}: ${changed}`).not.toBe('opened')
        codes.add(code)
      }
    }
    expect([...codes].toSorted()).toEqual(['envelope_edited', 'envelope_elsewhere', 'envelope_key_missing', 'envelope_version_unknown'])
  })

  test.each([{ chunk: 1 << 21 }, { chunk: MiB / 2 }, { chunk: 1 }, { chunk: 0 }, { plain: 3 * MiB }, { plain: 3 * MiB + 101 }, { plain: -1 }, { plain: 2 ** 40 }, { plain: 1.5 }, { plain: '1' }, { v: 0 }, { v: undefined }, { wrapped: '' }, { wrapped: null }, { key: '' }, { key: 'a b' }, { place: 7 }, { extra: 1 }])('a head with %j', async (change) => {
    expect(await opening(withHead(await sealing, change))).toMatch(/^envelope_(edited|elsewhere)$/)
  })

  test.each(['', '{', 'null', '[]', '1', '"', ' {}', `{"a":${'['.repeat(4000)}`, '\u0000', 'x'.repeat(100_000)])('a head that is no head: %j', async (head) => {
    expect(await opening({ head, body: (await sealing).body })).toBe('envelope_edited')
  })

  test('a byte in each part of the body: counts, ciphertexts, tags', async () => {
    const { head, body } = await sealing
    const places: number[] = []
    let at = 0
    for (const chunk of chunksIn(body)) {
      places.push(at, at + 1, at + 2, at + 3, at + 4, at + 8, at + (chunk.length >>> 1), at + chunk.length - 17, at + chunk.length - 16, at + chunk.length - 1)
      at += chunk.length
    }
    for (const place of places) {
      const changed = Buffer.from(body)
      changed[place] = (changed[place] ?? 0) ^ 1
      const wanted = /^envelope_(edited|truncated)$/
      expect(await opening({ head, body: changed }), `byte ${place}`).toMatch(wanted)
      expect(await streaming({ head, body: changed }), `byte ${place}, as a stream`).toMatch(wanted)
    }
  })

  test('cut off anywhere it is called truncated', async () => {
    const { head, body } = await sealing
    const ends = chunksIn(body).reduce<number[]>((sums, chunk) => [...sums, (sums.at(-1) ?? 0) + chunk.length], [])
    for (const length of [0, 1, 3, 4, 5, ...ends.flatMap((end) => [end - 17, end - 1, end, end + 3])].filter((length) => length < body.length)) {
      expect(await opening({ head, body: body.subarray(0, length) }), `${length} bytes`).toBe('envelope_truncated')
      expect(await streaming({ head, body: body.subarray(0, length) }), `${length} bytes`).toBe('envelope_truncated')
    }
  })

  test('chunks dropped, doubled, reordered, appended', async () => {
    const { head, body } = await sealing
    const [a, b, c, d] = chunksIn(body)
    if (!a || !b || !c || !d) throw new Error('four chunks')
    const forms: [string, Buffer[], string][] = [
      ['first dropped', [b, c, d], 'envelope_truncated'], ['last dropped', [a, b, c], 'envelope_truncated'], ['last replaced', [a, b, c, c], 'envelope_edited'],
      ['doubled', [a, a, c, d], 'envelope_edited'], ['reordered', [b, a, c, d], 'envelope_edited'], ['last moved', [a, b, d, c], 'envelope_edited'],
      ['one appended', [a, b, c, d, d], 'envelope_edited'], ['a byte appended', [a, b, c, d, Buffer.alloc(1)], 'envelope_edited'],
    ]
    for (const [name, chunks, code] of forms) {
      expect(await opening({ head, body: Buffer.concat(chunks) }), name).toBe(code)
      expect(await streaming({ head, body: Buffer.concat(chunks) }), name).toBe(code)
    }
  })

  test('a stream says so before its first byte, also when only the last byte was changed', async () => {
    const { head, body } = await sealing
    const changed = Buffer.from(body)
    changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1
    await expect(openStream(provider, context, { head, body: changed })).rejects.toMatchObject({ code: 'envelope_edited' })
  })

  test('no refusal repeats what is inside', async () => {
    const plain = Buffer.from(`{"password":"${'canary'.repeat(9)}"}`)
    const sealed = await seal(provider, context, plain)
    const changed = Buffer.from(sealed.body)
    changed[6] = (changed[6] ?? 0) ^ 1
    const error: unknown = await open(provider, context, { ...sealed, body: changed }).catch((refusal: unknown) => refusal)
    for (let one: unknown = error; one instanceof Error; one = one.cause) expect(`${one.message}${one.stack}`).not.toContain('canary')
    expect(error).toMatchObject({ code: 'envelope_edited' })
  })
})

describe('the provider', () => {
  test('a key that is not there is named', async () => {
    const other = memoryProvider()
    const sealed = await seal(other, context, stateOf(100))
    other.rotate()
    other.remove('memory/1')
    expect(await opening(sealed, context, other)).toBe('envelope_key_missing')
    expect(await opening(sealed, context, memoryProvider())).toBe('envelope_edited')
  })

  test('one that is away is not the row\'s fault', async () => {
    const other = memoryProvider()
    const sealed = await seal(other, context, stateOf(100))
    other.away = true
    expect(await opening(sealed, context, other)).toBe('envelope_key_unavailable')
    expect(await codeOf(seal(other, context, stateOf(100)))).toBe('envelope_key_unavailable')
    expect(await codeOf(rewrap(other, context, sealed.head))).toBe('envelope_key_unavailable')
    other.away = false
    expect(await opening(sealed, context, other)).toBe('opened')
  })

  test('one that answers something else than a data key is refused', async () => {
    const odd = { ...provider, unwrap: async () => new Uint8Array(16) }
    expect(await codeOf(open(odd, context, await seal(provider, context, stateOf(100))))).toBe('envelope_key_unavailable')
  })

  test('wrapping anew changes key and wrapped, and nothing else; the body opens as before', async () => {
    const other = memoryProvider()
    const plain = stateOf(MiB + 5)
    const sealed = await seal(other, context, plain)
    other.rotate()
    const head = await rewrap(other, context, sealed.head)
    expect(keyOf(head)).toBe('memory/2')
    expect(withHead({ head, body: sealed.body }, { key: '', wrapped: '' }).head).toBe(withHead(sealed, { key: '', wrapped: '' }).head)
    other.remove('memory/1')
    expect((await open(other, context, { head, body: sealed.body })).equals(plain)).toBe(true)
    expect(await opening(sealed, context, other)).toBe('envelope_key_missing')
  })
})

describe('even who has the keys cannot make it take more than its head says', () => {
  const forge = async (plain: number, packed: Packed): Promise<Sealed> => {
    const bound = { chunk: MiB, plain }
    const [dataKey, aad] = [randomBytes(32), aadOf({ context, ...bound })]
    const body = Buffer.alloc(mostOf(packed.payload.length, 1))
    const used = writeChunk({ dataKey, aad, chunks: 1 }, 0, packed, body, 0)
    return { head: writeHead({ ...(await provider.wrap(dataKey, aad)), ...bound, place: placeOf(context) }), body: body.subarray(0, used) }
  }
  const readStream = async (sealed: Sealed): Promise<unknown> => await collect(await openStream(provider, context, sealed))

  test.each([
    ['a bomb', 1000, { method: 1, payload: deflateRawSync(Buffer.alloc(64 * MiB)) }],
    ['one byte more than it should be', 1000, { method: 1, payload: deflateRawSync(Buffer.alloc(1001)) }],
    ['one byte less', 1000, { method: 1, payload: deflateRawSync(Buffer.alloc(999)) }],
    ['something where nothing should be', 0, { method: 1, payload: deflateRawSync(Buffer.alloc(1)) }],
    ['what is not compressed at all', 1000, { method: 1, payload: Buffer.alloc(1000, 7) }],
    ['stored, one byte more', 1000, { method: 0, payload: Buffer.alloc(1001) }],
    ['stored, nothing', 1000, { method: 0, payload: Buffer.alloc(0) }],
    ['a method that nobody knows', 1000, { method: 2, payload: Buffer.alloc(1000) }],
  ])('%s', async (_name, plain, packed) => {
    const sealed = await forge(plain, packed)
    expect(await opening(sealed)).toBe('envelope_edited')
    expect(await codeOf(readStream(sealed))).toBe('envelope_edited')
  })

  test('a chunk whose length goes past its end', async () => {
    const [dataKey, aad] = [randomBytes(32), Buffer.from('about')]
    const cell = Buffer.alloc(4096)
    cell.writeUInt32BE(4092, 1)
    const cipher = createCipheriv('aes-256-gcm', dataKey, Buffer.from([...Array.from({ length: 11 }, () => 0), 1]), { authTagLength: 16 })
    cipher.setAAD(aad)
    const sealed = Buffer.concat([cipher.update(cell), cipher.final(), cipher.getAuthTag()])
    expect(await codeOf((async () => openChunk({ dataKey, aad, chunks: 1 }, 0, sealed))())).toBe('envelope_edited')
  })

  test('a bomb ends at the size in the head, not when memory does', async () => {
    const error: unknown = await open(provider, context, await forge(1000, { method: 1, payload: deflateRawSync(Buffer.alloc(64 * MiB)) })).catch((refusal: unknown) => refusal)
    expect(error).toMatchObject({ cause: { code: 'ERR_BUFFER_TOO_LARGE' } })
  })
})

test('over 1 GiB is refused before anything is done', async () => {
  const huge = { length: (1 << 30) + 1 } as Uint8Array
  expect(await codeOf(seal(provider, context, huge))).toBe('envelope_too_large')
})
