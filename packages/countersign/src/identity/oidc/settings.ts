/** Who may introspect tokens: a resource server by name, the audience that its tokens are for, and a hash of its secret. */
import { createHash } from 'node:crypto'
import { sameHash } from '../secrets.ts'

export type ResourceServer = {
  /** Its client id. */
  name: string
  /** The resource indicator that clients ask for (RFC 8707). */
  audience: string
  /** SHA-256 of the secret, hex. Plain, so that it can be made with sha256sum: the secret is random, not a password. */
  secretHash: string
}

/** Below this a secret was thought up by somebody, and its hash can be guessed back. */
const shortestSecret = 32

export function secretOpens(secret: string, hash: string): boolean {
  return secret.length >= shortestSecret && sameHash(createHash('sha256').update(secret, 'utf8').digest('hex'), hash)
}
