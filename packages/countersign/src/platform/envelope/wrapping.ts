/** The data key's way through the provider. A provider is not trusted to fail in our words. */
import { EnvelopeError } from './errors.ts'
import type { Head } from './head.ts'
import type { KeyProvider } from './provider.ts'

export const KEY = 32

export async function wrapKey(provider: KeyProvider, dataKey: Uint8Array, aad: Uint8Array): Promise<{ key: string; wrapped: Uint8Array }> {
  return await provider.wrap(dataKey, aad).catch(inOurWords(provider))
}

export async function unwrapKey(provider: KeyProvider, { key, wrapped }: Pick<Head, 'key' | 'wrapped'>, aad: Uint8Array): Promise<Uint8Array> {
  const dataKey = await provider.unwrap(key, wrapped, aad).catch(inOurWords(provider))
  if (dataKey.length !== KEY) throw unavailable(provider, new TypeError('a data key has 32 bytes'))
  return dataKey
}

const inOurWords = (provider: KeyProvider) => (error: unknown): never => {
  throw error instanceof EnvelopeError ? error : unavailable(provider, error)
}

function unavailable({ kind }: KeyProvider, cause: unknown): EnvelopeError {
  return new EnvelopeError('envelope_key_unavailable', `The keys of states (${kind}) cannot be used now.`, 'See the log for the cause; nothing was stored or given out.', { cause })
}
