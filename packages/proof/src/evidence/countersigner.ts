/** One who countersigned, as a verdict shows them: who, in which role, with what, and who let that in. */
import { rolesOf } from '../directory/moments.ts'
import { attestedTo, type Weighed } from '../requirement.ts'
import type { Means } from '../signer/signer.ts'
import type { Directory, DirectoryKey, RoleSpan } from '../types/directory.ts'
import type { Countersigner, Device, SignerKey, SignerTotp, VouchedBy } from '../types/verdict.ts'

/** `time`: the ledger's, null when no ledger was looked at */
export type Timed = Weighed & { time: string | null }

/** `roots`: the roots of attestations that the verifier trusts; null where there is no trust file */
export type Known = { directory: Directory; roots: readonly string[] | null }

const algorithms = { [-7]: 'ES256', [-257]: 'RS256', [-8]: 'EdDSA' } as const

const shownRole = ({ role, scope }: RoleSpan): string => (scope === '' ? role : `${role}@${scope}`)

/** By the credential that vouched, which the directory knows: genesis vouched for itself, and the host has no credential. */
function vouchedBy(directory: Directory, voucher: string, from: number): VouchedBy {
  if (from === 1) return 'genesis'
  const key = directory.keys.get(voucher)
  return key === undefined ? 'host' : (directory.people.get(key.person) ?? { id: key.person, name: '' })
}

function shownDevice(key: DirectoryKey, roots: readonly string[] | null): Device {
  const { aaguid, backupEligible, backedUp, transports } = key.credential
  const attestedBy = attestedTo(key, roots)
  return { claimed: attestedBy === '', attestedBy, aaguid, backupEligible, backedUp, transports, attestationFormat: key.attestationFormat }
}

function shownKey({ directory, roots }: Known, key: DirectoryKey, demonstration: boolean): SignerKey {
  const { authenticator, label, credential } = key
  return {
    type: 'webauthn',
    credential: credential.id,
    authenticator,
    label,
    alg: algorithms[credential.alg],
    device: shownDevice(key, roots),
    vouchedBy: vouchedBy(directory, key.voucher, key.from),
    demonstration,
  }
}

function shownMeans(known: Known, by: Means, demonstration: boolean): SignerKey | SignerTotp {
  if (by.type === 'webauthn') return shownKey(known, by.key, demonstration)
  // the host only ever vouches, in the directory: what is shown here is an app
  const { authenticator, label, voucher, from } = by.type === 'totp' ? by.authenticator : { authenticator: '', label: '', voucher: '', from: 0 }
  return { type: 'totp', authenticator, label, vouchedBy: vouchedBy(known.directory, voucher, from), demonstration }
}

export function countersigner(known: Known, { envelope, by, time, demonstration }: Timed): Countersigner {
  const { directory } = known
  return {
    person: directory.people.get(envelope.person) ?? { id: envelope.person, name: '' },
    how: envelope.role === 'self' ? 'self step-up' : 'approval',
    roles: rolesOf(directory, envelope.person, envelope.directory.size).map(shownRole),
    key: shownMeans(known, by, demonstration),
    notBefore: envelope.notBefore,
    expires: envelope.expires,
    recordedAt: time,
  }
}
