/** The countersignatures of one subject, each verified by itself, and none made with an envelope that was used before. */
import { type Signer, verifyCountersigned } from '../countersigned.ts'
import { relyingPartyAt } from '../directory/moments.ts'
import { parseEnvelope } from '../envelope.ts'
import { ProofError } from '../errors.ts'
import type { Directory } from '../types/directory.ts'
import type { TrustFile } from '../types/record.ts'
import type { Countersignature } from '../types/statement.ts'

export type SignersInput = {
  subjectDigest: string
  countersignatures: readonly Countersignature[]
  directory: Directory
  trust: TrustFile | null
}

/** The directory may have moved to another site since the trust file was made; then it has to be exported again. */
function checkTrustedSite({ envelope }: Signer, { directory, trust }: SignersInput): void {
  if (trust === null) return
  const site = relyingPartyAt(directory, envelope.directory.size)
  if (site?.rpId !== trust.rpId || !trust.origins.includes(envelope.origin)) {
    throw new ProofError('trust_relying_party', 'somebody countersigned at a site (rpId or origin) that you do not trust')
  }
}

/** @throws ProofError */
export async function verifySigners(input: SignersInput): Promise<Signer[]> {
  const { subjectDigest, countersignatures, directory } = input
  const signers: Signer[] = []
  const nonces = new Set<string>()
  for (const countersignature of countersignatures) {
    const { directory: at, nonce } = parseEnvelope(countersignature.envelope)
    const roles = ['self', 'approver'] as const
    const signer = await verifyCountersigned({ countersignature, subjectDigest, directory, until: at.size, roles })
    checkTrustedSite(signer, input)
    if (nonces.has(nonce) || directory.nonces.has(nonce)) throw new ProofError('nonce_reused', 'an envelope was used twice')
    nonces.add(nonce)
    signers.push(signer)
  }
  return signers
}
