/** A terminal for the tests: its DPoP key, and proofs that can lie in one thing. */
import { createHash, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'

export type ProofClaims = { htm?: unknown; htu?: unknown; iat?: unknown; ath?: unknown; nonce?: unknown; jti?: unknown }
export type ProofHeader = { typ?: unknown; alg?: unknown; jwk?: unknown; crit?: unknown; b64?: unknown; kid?: unknown; x5c?: unknown }
export type Terminal = Awaited<ReturnType<typeof openTerminal>>

export async function openTerminal(kind: 'ES256' | 'EdDSA' = 'ES256') {
  const { privateKey, publicKey } = kind === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  return {
    kind, privateKey, jwk,
    thumbprint: await calculateJwkThumbprint(jwk),
    proof(given: { method: string; url: string; token?: string; nonce?: string; now: number }, claims: ProofClaims = {}, header: ProofHeader = {}): string {
      const payload = {
        jti: randomUUID(), htm: given.method, htu: given.url, iat: Math.floor(given.now / 1000),
        ...(given.token === undefined ? {} : { ath: createHash('sha256').update(given.token).digest('base64url') }),
        ...(given.nonce === undefined ? {} : { nonce: given.nonce }), ...claims,
      }
      return compact({ typ: 'dpop+jwt', alg: kind, jwk, ...header }, payload, privateKey)
    },
  }
}

/** A JWS in compact form, also of headers that no library would make. */
export function compact(header: object, payload: object, key: KeyObject): string {
  const input = `${encode(header)}.${encode(payload)}`
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return `${input}.${sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

export function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
