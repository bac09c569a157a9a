/**
 * Terminals: who speaks with this token, proven by the token's own key for this very request.
 *
 * A thief of the token alone fails at the key; a thief of token and key is the person's terminal for at most eight hours, can ask, and can
 * countersign nothing. A proof is worth one request: its jti is consumed in the database, last, so that a request that was
 * refused for another reason cannot burn somebody else's.
 *
 * Tokens of `terraform login` have no key, because Terraform knows none: they come as Bearer, and are a sign-in of their own kind
 * (`via: 'bearer'`) with few actions in the gate's catalogue. A token that has a key is never taken as Bearer, nor the other way round.
 */
import type { Actor } from '../actor.ts'
import { IdentityError, type IdentityErrorCode } from '../errors.ts'
import { secretPrefixes } from '../secrets.ts'
import { wallOf } from '../../platform/clock.ts'
import { verifyProof, type VerifiedProof } from './dpop-proof.ts'
import { checkNonce, consumeProof, oneProof, type ProofPorts } from './proof-use.ts'
import type { TerminalToken } from './tokens.ts'

export type TerminalRequest = {
  method: string
  /** Path and query as received. */
  url: string
  /** Host is not among those that are looked at. */
  headers: Record<string, string | string[] | undefined>
  remoteAddress: string
  /** Which of our addresses was asked; the main one where it is not said. Never what a header says. */
  origin?: string
}

export type ResolvePorts = ProofPorts & {
  /** The configured URL. */
  url: string
  /** The token, unless it is unknown or ended; and its holder, unless the directory does not know them, or not with the key that let them in. */
  lookUp(accessToken: string): Promise<Found>
}

export type Found = { token: TerminalToken | undefined; holder: { name: string; roles: string[] } | undefined }

type Presented = { scheme: 'dpop' | 'bearer'; value: string }
export type Resolved = { actor: Actor; token: TerminalToken }

/** Throws IdentityError with the headers its answer must carry. The order of the checks is the order of the lines. */
export async function resolveTerminal(ports: ResolvePorts, request: TerminalRequest): Promise<Resolved> {
  const presented = tokenOf(request.headers['authorization'])
  return presented.scheme === 'bearer' ? await resolveBearer(ports, request, presented) : await resolveBound(ports, request, presented)
}

async function resolveBound(ports: ResolvePorts, request: TerminalRequest, presented: Presented): Promise<Resolved> {
  const url = requested(request.origin ?? ports.url, request.url)
  const proof = verifyProof({ proof: oneProof(request.headers['dpop']), method: request.method, url, accessToken: presented.value, now: wallOf(ports.clock) })
  checkNonce(ports.nonces, proof)
  const { token, holder } = await live(ports, presented)
  checkKey(token, proof)
  const resolved = resolvedAs(request, token, holder)
  await consumeProof(ports, proof)
  return resolved
}

async function resolveBearer(ports: ResolvePorts, request: TerminalRequest, presented: Presented): Promise<Resolved> {
  if (!presented.value.startsWith(secretPrefixes.bearerToken)) throw bearerRefused()
  const { token, holder } = await live(ports, presented)
  if (token.via !== 'bearer') throw bearerRefused()
  return resolvedAs(request, token, holder)
}

async function live(ports: ResolvePorts, { scheme, value }: Presented): Promise<Found & { token: TerminalToken }> {
  const { token, holder } = await ports.lookUp(value)
  if (!token) throw tokenRefused('token_invalid', 'This token is not known, or was ended.', again(scheme), scheme)
  if (token.expiresAt <= ports.clock.now()) throw tokenRefused('token_expired', 'This token has expired.', again(scheme), scheme)
  // Whoever runs a resource server sees its tokens: here they must be worth nothing.
  if (token.audience !== '') throw tokenRefused('token_elsewhere', 'This token is for another server.', again(scheme), scheme)
  return { token, holder }
}

function resolvedAs(request: TerminalRequest, token: TerminalToken, person: Found['holder']): Resolved {
  if (!person) {
    const why = 'The person of this token, or the key that let it in, is not in the directory.'
    throw tokenRefused('token_invalid', why, 'Run `countersign login` again.', token.via === 'bearer' ? 'bearer' : 'dpop')
  }
  const { person: id, id: session, thumbprint: executor, client, authTime, via } = token
  const source = { address: request.remoteAddress, client }
  return { token, actor: { kind: 'person', id, name: person.name, roles: person.roles, via, session, executor, source, authTime } }
}

function tokenOf(header: string | string[] | undefined): Presented {
  const [scheme = '', value = '', ...more] = typeof header === 'string' ? header.split(' ') : []
  if (scheme === '') throw tokenRefused('token_required', 'The request carries no token.', 'Run `countersign login`.', 'dpop')
  const kind = scheme.toLowerCase()
  if (kind === 'bearer' && more.length === 0) return { scheme: 'bearer', value }
  const ours = value.startsWith(secretPrefixes.accessToken) || value.startsWith(secretPrefixes.bearerToken)
  if (kind !== 'dpop' || more.length > 0 || !ours) {
    throw tokenRefused('token_invalid', 'The Authorization header holds no token of ours.', 'Run `countersign login` again.', 'dpop')
  }
  return { scheme: 'dpop', value }
}

/** The configured URL with the path asked for: a path such as `//other.example` stays a path. */
function requested(configured: string, pathAndQuery: string): URL {
  const url = new URL(configured)
  url.pathname = pathAndQuery.split(/[?#]/, 1)[0] ?? '/'
  return url
}

function checkKey(token: TerminalToken, proof: VerifiedProof): void {
  if (token.via === 'terminal' && token.thumbprint === proof.thumbprint) return
  const why = 'This token belongs to another key than the one that signed the request.'
  throw tokenRefused('dpop_key_mismatch', why, 'Use the terminal that signed in, or run `countersign login`.', 'dpop')
}

function bearerRefused(): IdentityError {
  const why = 'A token presented as Bearer is worth nothing here: tokens are bound to a key.'
  return tokenRefused('bearer_refused', why, 'Present it as `Authorization: DPoP` with a proof.', 'dpop')
}

function again(scheme: Presented['scheme']): string {
  return scheme === 'bearer' ? 'Run `terraform login` again.' : 'Run `countersign login` again.'
}

function tokenRefused(code: IdentityErrorCode, message: string, next: string, scheme: Presented['scheme']): IdentityError {
  const challenge = scheme === 'bearer' ? 'Bearer error="invalid_token"' : 'DPoP error="invalid_token", algs="ES256 EdDSA"'
  return new IdentityError(code, message, next, { headers: { 'WWW-Authenticate': challenge } })
}
