/** Digests and HMAC by name. */
import { library } from '#library'

export type HashName = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512'

function algorithm(name: HashName) {
  switch (name) {
    case 'md5': return library.legacy().md5
    case 'sha1': return library.legacy().sha1
    case 'sha256': return library.sha2().sha256
    case 'sha384': return library.sha2().sha384
    default: return library.sha2().sha512
  }
}

export const digest = (name: HashName, bytes: Uint8Array): Uint8Array => algorithm(name)(bytes)

export const hmac = (name: HashName, key: Uint8Array, bytes: Uint8Array): Uint8Array => library.hmac().hmac(algorithm(name), key, bytes)

/** Takes as long for the first differing byte as for the last. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0)
  return difference === 0
}

export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
