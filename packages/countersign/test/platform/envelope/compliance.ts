/**
 * What every provider of key-encryption keys must do (platform/envelope/provider.ts). A provider for another KMS is done when it passes.
 */
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { keyOf, open, rewrap, seal, type KeyProvider } from '../../../src/platform/envelope/index.ts'
import { codeOf, context, stateOf } from './support.ts'

export type Subject = {
  readonly provider: KeyProvider
  /** Another process makes a new key the current one. */
  readonly rotate: () => Promise<unknown>
  readonly remove: (key: string) => Promise<unknown>
  /** As after a new start. */
  readonly again: () => Promise<KeyProvider>
}

export function describeProvider(name: string, make: () => Promise<Subject>): void {
  describe(`${name} keeps what a provider promises`, () => {
    const aad = Buffer.from('about')
    const dataKey = randomBytes(32)

    test('what it wrapped it unwraps, also after a new start', async () => {
      const { provider, again } = await make()
      const { key, wrapped } = await provider.wrap(dataKey, aad)
      expect(key).toMatch(/^[\x21-\x7e]{1,200}$/)
      expect(key).toBe(provider.current())
      for (const one of [provider, await again()]) expect(Buffer.from(await one.unwrap(key, wrapped, aad)).equals(dataKey)).toBe(true)
    })

    test('what it answers is the caller\'s to wipe', async () => {
      const { provider } = await make()
      const { key, wrapped } = await provider.wrap(dataKey, aad)
      ;(await provider.unwrap(key, wrapped, aad)).fill(0)
      expect(Buffer.from(await provider.unwrap(key, wrapped, aad)).equals(dataKey)).toBe(true)
    })

    test('no two wrappings are alike, and none shows the data key', async () => {
      const { provider } = await make()
      const wrappings = await Promise.all(Array.from({ length: 8 }, () => provider.wrap(dataKey, aad)))
      expect(new Set(wrappings.map(({ wrapped }) => Buffer.from(wrapped).toString('hex'))).size).toBe(8)
      expect(new Set(wrappings.map(({ key }) => key)).size).toBe(1)
      for (const { wrapped } of wrappings) expect(Buffer.from(wrapped).includes(dataKey)).toBe(false)
    })

    test('with any bit of it changed, cut short, or for something else it does not unwrap', async () => {
      const { provider } = await make()
      const { key, wrapped } = await provider.wrap(dataKey, aad)
      for (let at = 0; at < wrapped.length; at++) {
        const changed = Uint8Array.from(wrapped)
        changed[at] = (changed[at] ?? 0) ^ (1 << at % 8)
        expect(await codeOf(provider.unwrap(key, changed, aad)), `byte ${at}`).toBe('envelope_edited')
      }
      for (const length of [0, 1, 12, 27, wrapped.length - 1]) expect(await codeOf(provider.unwrap(key, wrapped.subarray(0, length), aad)), `${length} bytes`).toBe('envelope_edited')
      for (const other of ['', 'about ', 'abouT']) expect(await codeOf(provider.unwrap(key, wrapped, Buffer.from(other))), other).toBe('envelope_edited')
    })

    test('an id that it does not know is called missing', async () => {
      const { provider } = await make()
      const { key, wrapped } = await provider.wrap(dataKey, aad)
      for (const other of [`${key}0`, 'x', '../../ledger', `kek_${'0'.repeat(32)}`]) expect(await codeOf(provider.unwrap(other, wrapped, aad)), other).toBe('envelope_key_missing')
    })

    test('a rotation by another process is seen by the next wrapping; the old key goes on unwrapping', async () => {
      const { provider, rotate } = await make()
      const old = await provider.wrap(dataKey, aad)
      await rotate()
      const young = await provider.wrap(dataKey, aad)
      expect(young.key).not.toBe(old.key)
      expect(provider.current()).toBe(young.key)
      for (const { key, wrapped } of [old, young]) expect(Buffer.from(await provider.unwrap(key, wrapped, aad)).equals(dataKey)).toBe(true)
      expect(await codeOf(provider.unwrap(young.key, old.wrapped, aad))).toBe('envelope_edited')
    })

    test('refresh is enough to see the new key', async () => {
      const { provider, rotate } = await make()
      const { key } = await provider.wrap(dataKey, aad)
      await rotate()
      await provider.refresh()
      expect(provider.current()).not.toBe(key)
    })

    test('a key that another process made opens at once, by its id', async () => {
      const { provider, rotate, again } = await make()
      await provider.wrap(dataKey, aad)
      await rotate()
      const elsewhere = await (await again()).wrap(dataKey, aad)
      expect(Buffer.from(await provider.unwrap(elsewhere.key, elsewhere.wrapped, aad)).equals(dataKey)).toBe(true)
    })

    test('a key that was removed is gone, also for a process that had used it', async () => {
      const { provider, rotate, remove } = await make()
      const { key, wrapped } = await provider.wrap(dataKey, aad)
      await rotate()
      await remove(key)
      await provider.refresh()
      expect(await codeOf(provider.unwrap(key, wrapped, aad))).toBe('envelope_key_missing')
    })

    test('envelopes go through it, and are wrapped anew', async () => {
      const { provider, rotate, remove } = await make()
      const plain = stateOf(10_000)
      const { head, body } = await seal(provider, context, plain)
      await rotate()
      await provider.refresh()
      const young = await rewrap(provider, context, head)
      await remove(keyOf(head))
      expect((await open(provider, context, { head: young, body })).equals(plain)).toBe(true)
    })
  })
}
