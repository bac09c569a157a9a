/**
 * Verifies a DPoP proof (RFC 9449 section 4.3), everything that needs no database: form, key, signature, and what it was made for.
 *
 * An attacker controls every byte of the proof and of the request, and may have a valid token of somebody else. So the algorithm is from
 * our list and not from the key, the URL is compared with the configured one and never with a Host header, and nothing of the
 * payload is read before its signature held.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { IdentityError, type IdentityErrorCode } from '../errors.ts'
import { importKey, signatureHolds, type ProofKey, type PublicJwk } from './proof-keys.ts'

export type ProofInput = { proof: string; method: string; url: URL; accessToken: string; now: number }
export type VerifiedProof = { thumbprint: string; jti: string; nonce: string | undefined }

const longestProof = 4096
const utf8 = new TextDecoder('utf-8', { fatal: true })
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]*$/
/** Seconds. The nonce is what makes a proof fresh; this refuses what was obviously made at another time. */
const window = { past: 300, future: 60 }
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** 32 bytes: of one key there is one spelling. */
const coordinate = z.string().regex(/^[\w-]{43}$/)
const publicKey = z.union([
  z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: coordinate }),
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
export function verifyProof(input: ProofInput): VerifiedProof {
  const [header, payload, signature] = split(input.proof)
  const { typ, alg, jwk, crit } = decode(header)
  if (typ !== 'dpop+jwt') throw refused('dpop_type_wrong', 'The proof is not of type dpop+jwt.')
  if (alg !== 'ES256' && alg !== 'EdDSA') throw refused('dpop_algorithm_refused', 'The proof is not signed with ES256 or EdDSA.')
  if (crit !== undefined) throw refused('dpop_proof_malformed', 'The proof names extensions that are not known here.')
  const key = parseKey(jwk, alg)
  if (!signatureHolds(key, `${header}.${payload}`, Buffer.from(signature, 'base64url'))) throw refused('dpop_signature_invalid', 'The signature of the proof does not hold.')
  const said = parseClaims(payload)
  if (said.htm !== input.method) throw refused('dpop_method_mismatch', 'The proof was made for another method.')
  if (said.htu !== input.url.href && normalised(said.htu) !== normalised(input.url.href)) throw refused('dpop_url_mismatch', 'The proof was made for another URL.')
  const ath = createHash('sha256').update(input.accessToken).digest('base64url')
  if (said.ath !== ath) throw refused('dpop_token_mismatch', 'The proof was made for another token.')
  const age = input.now / 1000 - said.iat
  if (age > window.past || age < -window.future) throw refused('dpop_stale', 'The proof was made at another time.')
  return { thumbprint: key.thumbprint, jti: said.jti, nonce: said.nonce }
}

function split(proof: string): [header: string, payload: string, signature: string] {
  const [header, payload, signature] = proof.length <= longestProof && compactForm.test(proof) ? proof.split('.') : []
  if (header !== undefined && payload !== undefined && signature !== undefined) return [header, payload, signature]
  throw refused('dpop_proof_malformed', 'The proof is not one signed JWT of at most 4 kB.')
}

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(utf8.decode(Buffer.from(part, 'base64url')))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (cause) {
    throw refused('dpop_proof_malformed', 'The proof is not a signed JWT.', cause)
  }
  throw refused('dpop_proof_malformed', 'The proof is not a signed JWT.')
}

function parseKey(jwk: unknown, alg: 'ES256' | 'EdDSA'): ProofKey {
  if (typeof jwk !== 'object' || jwk === null) throw refused('dpop_proof_malformed', 'The proof holds no key.')
  if (privateMembers.some((member) => member in jwk)) {
    throw refused('dpop_key_private', 'The proof holds a private or symmetric key. That key is no secret any more.')
  }
  const parsed = publicKey.safeParse(jwk)
  if (!parsed.success || algorithmOf[parsed.data.kty] !== alg) {
    throw refused('dpop_algorithm_refused', 'The key in the proof does not belong to its algorithm.')
  }
  return imported(parsed.data)
}

function imported(jwk: PublicJwk): ProofKey {
  try {
    return importKey(jwk)
  } catch (cause) {
    throw refused('dpop_signature_invalid', 'The key in the proof is none: it is no point of its curve.', cause)
  }
}

function parseClaims(payload: string): z.output<typeof claims> {
  const parsed = claims.safeParse(decode(payload))
  if (parsed.success) return parsed.data
  throw refused('dpop_proof_malformed', 'The proof lacks a claim that it must have.', parsed.error)
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
