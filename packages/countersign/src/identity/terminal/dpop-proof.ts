/**
 * Verifies a DPoP proof (RFC 9449 section 4.3), everything that needs no database: form, key, signature, and what it was made for.
 *
 * An attacker controls every byte of the proof and of the request, and may have a valid token of somebody else. So the algorithm is from
 * our list and not from the key, the URL is compared with the configured one and never with a Host header, and nothing of the
 * payload is read before its signature held.
 */
import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import { IdentityError, type IdentityErrorCode } from '../errors.ts'

export type ProofInput = { proof: string; method: string; url: URL; accessToken: string; now: number }
export type VerifiedProof = { thumbprint: string; jti: string; nonce: string | undefined }

const longestProof = 4096
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]*$/
/** Seconds. The nonce is what makes a proof fresh; this refuses what was obviously made at another time. */
const window = { past: 300, future: 60 }
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

const publicKey = z.union([
  z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
])
const algorithmOf = { EC: 'ES256', OKP: 'EdDSA' } as const

const claims = z.object({
  jti: z.string().min(1).max(256),
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  ath: z.string().optional(),
  nonce: z.string().max(256).optional(),
})

/** Throws IdentityError; the order of the checks is the order of the lines. */
export async function verifyProof(input: ProofInput): Promise<VerifiedProof> {
  const header = parseHeader(input.proof)
  if (header.typ !== 'dpop+jwt') throw refused('dpop_type_wrong', 'The proof is not of type dpop+jwt.')
  if (header.alg !== 'ES256' && header.alg !== 'EdDSA') throw refused('dpop_algorithm_refused', 'The proof is not signed with ES256 or EdDSA.')
  const jwk = parseKey(header.jwk, header.alg)
  const payload = await verifySignature(input.proof, jwk, header.alg)
  if (payload.htm !== input.method) throw refused('dpop_method_mismatch', 'The proof was made for another method.')
  if (normalised(payload.htu) !== normalised(input.url.href)) throw refused('dpop_url_mismatch', 'The proof was made for another URL.')
  const ath = createHash('sha256').update(input.accessToken).digest('base64url')
  if (payload.ath !== ath) throw refused('dpop_token_mismatch', 'The proof was made for another token.')
  const age = input.now / 1000 - payload.iat
  if (age > window.past || age < -window.future) throw refused('dpop_stale', 'The proof was made at another time.')
  return { thumbprint: await calculateJwkThumbprint(jwk, 'sha256'), jti: payload.jti, nonce: payload.nonce }
}

function parseHeader(proof: string): { typ?: unknown; alg?: unknown; jwk?: unknown } {
  if (proof.length > longestProof || !compactForm.test(proof)) {
    throw refused('dpop_proof_malformed', 'The proof is not one signed JWT of at most 4 kB.')
  }
  try {
    return decodeProtectedHeader(proof)
  } catch (cause) {
    throw refused('dpop_proof_malformed', 'The proof is not a signed JWT.', cause)
  }
}

function parseKey(jwk: unknown, alg: 'ES256' | 'EdDSA'): JWK {
  if (typeof jwk !== 'object' || jwk === null) throw refused('dpop_proof_malformed', 'The proof holds no key.')
  if (privateMembers.some((member) => member in jwk)) {
    throw refused('dpop_key_private', 'The proof holds a private or symmetric key. That key is no secret any more.')
  }
  const key = publicKey.safeParse(jwk)
  if (!key.success || algorithmOf[key.data.kty] !== alg) {
    throw refused('dpop_algorithm_refused', 'The key in the proof does not belong to its algorithm.')
  }
  return key.data
}

async function verifySignature(proof: string, jwk: JWK, alg: string): Promise<z.output<typeof claims>> {
  let payload: Uint8Array
  try {
    payload = (await compactVerify(proof, await importJWK(jwk, alg), { algorithms: [alg] })).payload
  } catch (cause) {
    throw refused('dpop_signature_invalid', 'The signature of the proof does not hold.', cause)
  }
  try {
    return claims.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)))
  } catch (cause) {
    throw refused('dpop_proof_malformed', 'The proof lacks a claim that it must have.', cause)
  }
}

/** Without query and fragment, as RFC 9449 compares (RFC 3986 sections 6.2.2 and 6.2.3 by the URL parser). */
function normalised(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  url.search = ''
  url.hash = ''
  return url.href
}

export function refused(code: IdentityErrorCode, message: string, cause?: unknown): IdentityError {
  const headers = { 'WWW-Authenticate': 'DPoP error="invalid_dpop_proof", algs="ES256 EdDSA"' }
  const next = 'Make a new proof for exactly this request with the key of the token, or run `countersign login` again.'
  return new IdentityError(code, message, next, { headers, cause })
}
