/** DPoP proofs (RFC 9449): one for each request, with the nonce that the server gave last. */
import { createHash, randomBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import type { TerminalKey } from './terminal-key.ts'

export type ProofTarget = { readonly method: string; readonly url: string; readonly nonce: string | undefined; readonly accessToken?: string }

export async function dpopProof(key: TerminalKey, target: ProofTarget): Promise<string> {
  const claims: Record<string, string> = { jti: randomBytes(16).toString('base64url'), htm: target.method, htu: target.url.replace(/[?#].*$/, '') }
  if (target.nonce !== undefined) claims['nonce'] = target.nonce
  if (target.accessToken !== undefined) claims['ath'] = createHash('sha256').update(target.accessToken).digest('base64url')
  return await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.publicJwk }).setIssuedAt().sign(key.privateJwk)
}
