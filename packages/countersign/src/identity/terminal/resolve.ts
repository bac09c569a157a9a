/**
 * Terminals: who speaks with this token, proven by the token's own key for this very request.
 *
 * A thief of the token alone fails at the key; a thief of token and key is the person's terminal for at most eight hours, can ask, and can
 * countersign nothing. A proof is worth one request: its jti is consumed in the database, last, so that a request that was
 * refused for another reason cannot burn somebody else's.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import type { Store } from '../../platform/store/store.ts'
import type { Actor } from '../actor.ts'
import { IdentityError, type IdentityErrorCode } from '../errors.ts'
import { secretPrefixes } from '../secrets.ts'
import { refused, verifyProof, type VerifiedProof } from './dpop-proof.ts'
import type { Nonces } from './nonce.ts'
import { findToken, type TerminalToken } from './tokens.ts'

/** Longer than a nonce lives: after that a replayed proof fails at its nonce. */
const proofsRemembered = 10 * 60_000

export type TerminalRequest = {
  method: string
  /** Path and query as received. */
  url: string
  /** Host is not among those that are looked at. */
  headers: Record<string, string | string[] | undefined>
  remoteAddress: string
}

export type ResolvePorts = {
  store: Store
  clock: Clock
  nonces: Nonces
  /** The configured URL. */
  url: string
  /** Name and roles now; undefined when the directory knows nobody of this id, or not with the key that let the terminal in. */
  holder(token: TerminalToken): Promise<{ name: string; roles: string[] } | undefined>
}

/** Throws IdentityError with the headers its answer must carry. The order of the checks is the order of the lines. */
export async function resolveTerminal(ports: ResolvePorts, request: TerminalRequest): Promise<{ actor: Actor; token: TerminalToken }> {
  const now = ports.clock.now()
  const accessToken = tokenOf(request.headers['authorization'])
  const url = requested(ports.url, request.url)
  const proof = await verifyProof({ proof: proofOf(request.headers['dpop']), method: request.method, url, accessToken, now })
  checkNonce(ports.nonces, proof)
  const token = await ports.store.read((db) => findToken(db, accessToken))
  if (!token) throw tokenRefused('token_invalid', 'This token is not known, or was ended.', 'Run `countersign login` again.')
  if (token.expiresAt <= now) throw tokenRefused('token_expired', 'This token has expired.', 'Run `countersign login` again.')
  checkKey(token, proof)
  const person = await ports.holder(token)
  if (!person) throw tokenRefused('token_invalid', 'The person of this token, or the key that let it in, is not in the directory.', 'Run `countersign login` again.')
  await consumeProof(ports, proof)
  const { person: id, id: session, thumbprint: executor, client, authTime } = token
  const source = { address: request.remoteAddress, client }
  return { token, actor: { kind: 'person', id, name: person.name, roles: person.roles, via: 'terminal', session, executor, source, authTime } }
}

function tokenOf(header: string | string[] | undefined): string {
  const [scheme = '', value = '', ...more] = typeof header === 'string' ? header.split(' ') : []
  if (scheme === '') throw tokenRefused('token_required', 'The request carries no token.', 'Run `countersign login`.')
  if (scheme.toLowerCase() === 'bearer') {
    const why = 'A token presented as Bearer is worth nothing here: tokens are bound to a key.'
    throw tokenRefused('bearer_refused', why, 'Present it as `Authorization: DPoP` with a proof.')
  }
  if (scheme.toLowerCase() !== 'dpop' || more.length > 0 || !value.startsWith(secretPrefixes.accessToken)) {
    throw tokenRefused('token_invalid', 'The Authorization header holds no token of ours.', 'Run `countersign login` again.')
  }
  return value
}

function proofOf(header: string | string[] | undefined): string {
  if (header === undefined || header === '') throw refused('dpop_proof_missing', 'The request carries a token and no proof of its key.')
  if (typeof header !== 'string') throw refused('dpop_proof_malformed', 'The request carries more than one proof.')
  return header
}

/** The configured URL with the path asked for: a path such as `//other.example` stays a path. */
function requested(configured: string, pathAndQuery: string): URL {
  const url = new URL(configured)
  url.pathname = pathAndQuery.split(/[?#]/, 1)[0] ?? '/'
  return url
}

function checkNonce(nonces: Nonces, proof: VerifiedProof): void {
  if (proof.nonce !== undefined && nonces.accepts(proof.nonce)) return
  const headers = { 'DPoP-Nonce': nonces.current(), 'WWW-Authenticate': 'DPoP error="use_dpop_nonce", algs="ES256 EdDSA"' }
  const next = 'Make the proof again with the nonce in the DPoP-Nonce header.'
  throw new IdentityError('use_dpop_nonce', 'The proof holds no nonce of this server, or an old one.', next, { headers })
}

function checkKey(token: TerminalToken, proof: VerifiedProof): void {
  if (token.thumbprint === proof.thumbprint) return
  const why = 'This token belongs to another key than the one that signed the request.'
  throw tokenRefused('dpop_key_mismatch', why, 'Use the terminal that signed in, or run `countersign login`.')
}

async function consumeProof({ store, clock }: ResolvePorts, proof: VerifiedProof): Promise<void> {
  const now = clock.now()
  const hash = createHash('sha256').update(`countersign.dpop.v1\n${proof.thumbprint}\n${proof.jti}`).digest('hex')
  const first = await store.write(async (tx) => {
    await tx.deleteFrom('dpop_proof').where('expires_at', '<=', now).execute()
    const insert = tx.insertInto('dpop_proof').values({ hash, expires_at: now + proofsRemembered })
    const result = await insert.onConflict((conflict) => conflict.column('hash').doNothing()).executeTakeFirst()
    return result.numInsertedOrUpdatedRows === 1n
  })
  if (!first) throw refused('dpop_proof_replayed', 'This proof was used before.')
}

function tokenRefused(code: IdentityErrorCode, message: string, next: string): IdentityError {
  return new IdentityError(code, message, next, { headers: { 'WWW-Authenticate': 'DPoP error="invalid_token", algs="ES256 EdDSA"' } })
}
