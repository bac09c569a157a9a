/**
 * From the certificate that an attestation was signed with up to a configured root, in the order in which the authenticator sent them.
 *
 * The adversary makes certificates of their own, and mixes them with those of others. Nothing is fetched: what is not in the chain
 * or configured is not there, and no revocation list is asked.
 */
import { isAuthority, isIssuedBy, validAt, type Certificate } from './certificate.ts'
import type { AttestationRoots } from './roots.ts'

/** The root that it goes back to; undefined where it goes back to none. `chain`: the leaf first. */
export function rootOf(chain: readonly Certificate[], roots: AttestationRoots, now: number): Certificate | undefined {
  for (const [at, certificate] of chain.entries()) {
    if (!certificate.readable || !validAt(certificate, now)) return undefined
    if (at > 0 && !isAuthority(certificate, at - 1)) return undefined
    const root = [...roots.values()].find((one) => validAt(one, now) && isAuthority(one, at) && isIssuedBy(certificate, one))
    if (root) return root
    const issuer = chain[at + 1]
    if (!issuer || !isIssuedBy(certificate, issuer)) return undefined
  }
  return undefined
}
