/** The second step: the key was made; what it has to sign is the genesis statement. Still nothing of it counts. */
import { canonicalText, emptyHead, formatCode, shortCode, subjectDigest, type GenesisSubject } from '@countersign/proof'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { newId } from '../../platform/ids.ts'
import { verifyRegistration } from '../authenticators/registration.ts'
import { advanceCeremony, loadCeremony } from '../ceremonies.ts'
import { intentChallenge, requestSignature, type Signing } from '../enrolment.ts'
import type { Room } from '../ports.ts'
import { begunSchema, purpose } from './stages.ts'
import { checkSetupToken, type From } from './token.ts'

type Given = { token: string; response: RegistrationResponseJSON; from: From }

export async function createGenesis(room: Room, given: Given): Promise<Signing & { subject: string; code: string }> {
  const { settings, ports } = room
  const begun = await ports.store.write(async (tx) => {
    await checkSetupToken(room, tx, given)
    return await loadCeremony(tx, { secret: given.token, purpose, stage: 'begun', now: ports.clock.now(), data: begunSchema })
  })
  const { person, label, intent } = begun.data
  const { hex, challenge } = await intentChallenge(intent)
  const registered = await verifyRegistration(given.response, { ...settings, challenge, now: ports.clock.now() })
  const { credential, attestation, demonstration } = registered
  const authenticator = newId('aut', ports.clock, ports.random)
  const policy = await ports.policyDigest()
  const subject = canonicalText({
    v: 1, kind: 'genesis', instance: settings.instance, org: settings.org, person, authenticator, label, credential,
    attestation: { format: attestation.format, digest: attestation.digest, root: attestation.root }, intent: hex, rpId: settings.rpId,
    origins: [...settings.origins], ledgerKey: ports.ledger.vkey, policy, demonstration,
  } satisfies GenesisSubject)
  const directory = { size: 0, head: emptyHead }
  const checkpoint = await ports.ledger.checkpoint()
  const signing = await requestSignature(room, { subject, person: person.id, role: 'genesis', slot: 0, credential, checkpoint, directory })
  const data = { ...begun.data, subject, envelope: signing.envelope, authenticator, registered, policyDigest: policy }
  await ports.store.write((tx) => advanceCeremony(tx, begun, { stage: 'created', data }))
  return { ...signing, subject, code: formatCode(shortCode(await subjectDigest(subject))) }
}
