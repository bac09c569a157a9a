/** A key's way into the directory: what genesis and registration share. */
import type { DirectoryKey } from '../types/directory.ts'
import type { GenesisSubject, RegistrationSubject } from '../types/subject.ts'
import type { Draft } from './draft.ts'

/** The AAGUID of the software authenticator of demonstrations and tests. */
export const demonstrationAaguid = 'c0de51a7-0000-4000-8000-64656d6f6b65'

type Enrolment = GenesisSubject | RegistrationSubject

export function enteringKey(subject: Enrolment, voucher: string, from: number): DirectoryKey {
  const { person, authenticator, label, credential, attestation } = subject
  return {
    from,
    until: null,
    demonstration: subject.demonstration || credential.aaguid === demonstrationAaguid,
    person: person.id,
    authenticator,
    label,
    credential,
    attestationFormat: attestation.format,
    attestationRoot: attestation.root,
    voucher,
    rpId: subject.rpId,
    probationUntil: null,
  }
}

/** Names that no two registrations share: one key under two names would be two approvers. */
export const namesOf = ({ authenticator, credential }: Enrolment): string[] => [
  `authenticator ${authenticator}`,
  `credential ${credential.id}`,
  `key ${credential.publicKey}`,
]

export function enter(draft: Draft, subject: Enrolment, key: DirectoryKey): void {
  draft.people.set(subject.person.id, subject.person)
  draft.keys.set(subject.credential.id, key)
  for (const name of namesOf(subject)) draft.taken.add(name)
}
