/**
 * An attestation, verified to the configured roots. What does not verify is no refusal of the key: it is its claim, and stays one.
 * The object is kept, and its digest countersigned, so that the same can be checked again.
 */
import { readCertificate } from './certificate.ts'
import { rootOf } from './chain.ts'
import type { AttestationRoots } from './roots.ts'
import { statementHolds, type Attested } from './statement.ts'

/** Longer chains are no maker's. */
const LONGEST = 6

/** `statement`: the decoded attStmt. @returns digest of the root, hex; "" where it is claimed */
export function verifyAttestation(given: Omit<Attested, 'alg' | 'sig'>, statement: unknown, { roots, now }: { roots: AttestationRoots; now: number }): string {
  if (roots.size === 0 || !(statement instanceof Map)) return ''
  const members: ReadonlyMap<unknown, unknown> = statement
  const [x5c, sig] = [members.get('x5c'), members.get('sig')]
  if (!(sig instanceof Uint8Array) || !Array.isArray(x5c) || x5c.length === 0 || x5c.length > LONGEST) return ''
  try {
    const chain = x5c.map((der: unknown) => readCertificate(Buffer.from(der instanceof Uint8Array ? der : [])))
    if (!statementHolds({ ...given, alg: members.get('alg'), sig }, chain)) return ''
    return rootOf(chain, roots, now)?.digest ?? ''
  } catch {
    // Bytes of a stranger that are no certificate, or a key that Node does not know: nothing is attested by them.
    return ''
  }
}
