/** What several kinds of subject have in common. */
import { aaguid, bytes, digest, id, name, origin, role, rpId } from '../schema/scalars.ts'
import { array, flag, integer, object, oneOf, type Shape, text, where } from '../schema/shape.ts'
import type { Algorithm, Attestation, Credential, NamedPerson, PolicyRef, Requirement, Voucher } from '../types/subject.ts'

export const common = { v: oneOf(1), instance: name, org: name }

const approverRole: Shape<string> = (value, path) => (value === '' ? '' : role(value, path))

export const requirement: Shape<Requirement> = where(
  object<Requirement>({
    assurance: oneOf('aal1', 'aal2', 'aal3'),
    phishingResistant: flag,
    freshSeconds: integer(1, 31_536_000),
    selfStepUp: flag,
    approvals: integer(0, 16),
    approverRole,
    excludeRequester: flag,
  }),
  (it) => (it.approvals === 0) === (it.approverRole === ''),
  'names a role of approvers although none are needed, or needs approvers of no role',
)

export const policyRef: Shape<PolicyRef> = object<PolicyRef>({ digest, rule: text(256, 1), requirement })

export const person: Shape<NamedPerson> = object<NamedPerson>({ id: id('usr'), name: text(256, 1) })

export const credentialId = bytes(1, 1023)

/** "" is no key: the host's word, or an authenticator app */
export const credentialIdOrNone: Shape<string> = (value, path) => (value === '' ? '' : credentialId(value, path))

export const voucher: Shape<Voucher> = object<Voucher>({ person: id('usr'), credential: credentialIdOrNone })

export const credential: Shape<Credential> = where(
  object<Credential>({
    id: credentialId,
    alg: oneOf<Algorithm>(-7, -257, -8),
    publicKey: bytes(1, 2048),
    aaguid,
    backupEligible: flag,
    backedUp: flag,
    transports: array(text(32, 1), 16),
  }),
  // WebAuthn section 6.1.3: what cannot be backed up is not backed up
  (it) => it.backupEligible || !it.backedUp,
  'is backed up without being eligible for it',
)

/** "" is no root: nobody verified it */
const digestOrNone: Shape<string> = (value, path) => (value === '' ? '' : digest(value, path))

export const attestation: Shape<Attestation> = object<Attestation>({ format: text(64, 1), digest, root: digestOrNone })

export const origins: Shape<string[]> = where(array(origin, 16), (list) => list.length > 0, 'is empty')

/** The members that genesis and registration share. */
export const enrolment = {
  ...common,
  person,
  authenticator: id('aut'),
  label: text(256, 1),
  credential,
  attestation,
  intent: digest,
  rpId,
  origins,
  demonstration: flag,
}
