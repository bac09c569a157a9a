/** The private keys of the OpenID provider: one P-256 key as a JSON Web Key Set. */
import { createHash, generateKeyPairSync } from 'node:crypto'
import type { PrivateJwk } from './keyring.ts'

export function newKeySet(): { keys: PrivateJwk[] } {
  const { x, y, d } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  if (x === undefined || y === undefined || d === undefined) throw new TypeError('a P-256 key has x, y and d')
  return { keys: [{ kty: 'EC', crv: 'P-256', x, y, d, use: 'sig', alg: 'ES256', kid: thumbprint(x, y) }] }
}

/** null: not a set of such keys, or a key that is not named by its own thumbprint. */
export function parseKeySet(text: string): { keys: PrivateJwk[] } | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) return null
  const keys: PrivateJwk[] = value.keys.filter(isPrivateJwk)
  return keys.length > 0 && keys.length === value.keys.length ? { keys } : null
}

function isPrivateJwk(value: unknown): value is PrivateJwk {
  if (typeof value !== 'object' || value === null) return false
  const key: Record<string, unknown> = { ...value }
  const { kty, crv, x, y, d, use, alg, kid } = key
  return kty === 'EC' && crv === 'P-256' && use === 'sig' && alg === 'ES256' && typeof x === 'string' && typeof y === 'string' && typeof d === 'string' && kid === thumbprint(x, y)
}

/** RFC 7638: SHA-256 over the required members in lexical order. */
function thumbprint(x: string, y: string): string {
  return createHash('sha256').update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y })).digest('base64url')
}
