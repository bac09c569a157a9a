/** The roots that the operator trusts to say what a key is: a PEM file, read once at the start. Without one nothing is attested. */
import { readFileSync } from 'node:fs'
import { CodedError } from '../../platform/coded-error.ts'
import { isAuthority, nameOf, readCertificate, type Certificate } from './certificate.ts'

export class AttestationRootsError extends CodedError<'attestation_roots_unusable'> {}

/** By digest, in the order of the file. */
export type AttestationRoots = ReadonlyMap<string, Certificate>

export const noRoots: AttestationRoots = new Map()

/** As many as a trust file holds. */
const MOST = 64
const LARGEST = 1024 * 1024

/** @throws AttestationRootsError for a file that cannot be read, or holds anything but certificates of authorities */
export function readAttestationRoots(path: string): AttestationRoots {
  const text = attempt(path, 'cannot be read', () => readFileSync(path, 'utf8'))
  if (text.length > LARGEST) throw unusable(path, 'is larger than a file of certificates is')
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)]
  if (blocks.length === 0 || blocks.length !== text.split('-----BEGIN').length - 1) throw unusable(path, 'does not hold certificates in PEM form, and nothing else')
  const roots = new Map<string, Certificate>()
  for (const [at, [, base64 = '']] of blocks.entries()) {
    const root = attempt(path, `holds something else than a certificate, at place ${at + 1}`, () => readCertificate(Buffer.from(base64, 'base64')))
    if (!isAuthority(root, 0) || !root.readable) throw unusable(path, `holds a certificate that may sign no others, or is signed with an algorithm that is not accepted: ${nameOf(root)}`)
    roots.set(root.digest, root)
  }
  if (roots.size > MOST) throw unusable(path, `holds ${roots.size} certificates, and ${MOST} are the most`)
  return roots
}

function attempt<T>(path: string, what: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw unusable(path, what, cause)
  }
}

function unusable(path: string, what: string, cause?: unknown): AttestationRootsError {
  const next = "Name a PEM file with the root certificates of your keys' makers in attestation_roots, or leave it away: then no key is attested."
  return new AttestationRootsError('attestation_roots_unusable', `The file with the roots of attestations, ${path}, ${what}.`, next, { cause })
}
