/** Keys in memory, as a KMS has them: nothing of them is here, and it can be away. */
import { EnvelopeError, type KeyProvider } from '../../../src/platform/envelope/index.ts'
import { decrypt, encrypt } from '../../../src/platform/envelope/keys/cipher.ts'
import { systemRandom, type Random } from '../../../src/platform/random.ts'

export type MemoryProvider = KeyProvider & { rotate(): string; remove(id: string): void; away: boolean }

export function memoryProvider(random: Random = systemRandom, first: Uint8Array = random.bytes(32)): MemoryProvider {
  const keys = new Map([['memory/1', first]])
  let made = 1
  const keyOf = (id: string): Uint8Array => {
    if (provider.away) throw new Error('connection refused')
    const key = keys.get(id)
    if (!key) throw new EnvelopeError('envelope_key_missing', `${id} is not known.`, '')
    return key
  }
  const provider: MemoryProvider = {
    kind: 'memory',
    away: false,
    current: () => `memory/${made}`,
    refresh: async () => {},
    wrap: async (dataKey, aad) => ({ key: `memory/${made}`, wrapped: encrypt(keyOf(`memory/${made}`), dataKey, aad, random) }),
    unwrap: async (key, wrapped, aad) => {
      const dataKey = decrypt(keyOf(key), wrapped, aad)
      if (dataKey === null) throw new EnvelopeError('envelope_edited', 'It does not open.', '')
      return dataKey
    },
    rotate: () => {
      keys.set(`memory/${++made}`, random.bytes(32))
      return provider.current()
    },
    remove: (id) => void keys.delete(id),
  }
  return provider
}
