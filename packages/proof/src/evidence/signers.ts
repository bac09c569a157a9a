/** The countersignatures of one subject, each verified by itself, and none made with an envelope that was used before. */
import { verifyCountersigned } from '../countersigned.ts'
import { parseEnvelope } from '../envelope.ts'
import { ProofError } from '../errors.ts'
import type { Signer } from '../signer/signer.ts'
import type { Directory } from '../types/directory.ts'
import type { TrustFile } from '../types/record.ts'
import type { Countersignature, CountersignatureType } from '../types/statement.ts'

export type SignersInput = {
  subjectDigest: string
  countersignatures: readonly Countersignature[]
  directory: Directory
  trust: TrustFile | null
  /** what may stand here: the server's word is worth something over a run, and nothing over a policy */
  types: readonly CountersignatureType[]
}

/** The installation may be served at other sites since the trust file was made; then it has to be exported again. */
function checkTrustedSite({ envelope, by }: Signer, { trust }: SignersInput): void {
  if (trust === null) return
  const sites = trust.sites.filter(({ rpId }) => by.type !== 'webauthn' || rpId === by.key.rpId)
  if (!sites.some(({ origins }) => origins.includes(envelope.origin))) {
    throw new ProofError('trust_relying_party', 'somebody countersigned at a site (rpId or origin) that you do not trust')
  }
}

/** @throws ProofError */
export async function verifySigners(input: SignersInput): Promise<Signer[]> {
  const { subjectDigest, countersignatures, directory, types } = input
  const signers: Signer[] = []
  const nonces = new Set<string>()
  for (const countersignature of countersignatures) {
    const { directory: at, nonce } = parseEnvelope(countersignature.envelope)
    const roles = ['self', 'approver'] as const
    const signer = await verifyCountersigned({ countersignature, subjectDigest, directory, until: at.size, roles, types })
    checkTrustedSite(signer, input)
    if (nonces.has(nonce) || directory.nonces.has(nonce)) throw new ProofError('nonce_reused', 'an envelope was used twice')
    nonces.add(nonce)
    signers.push(signer)
  }
  return signers
}
