/**
 * What set-up and adding a key have in common: the intent that `create()` is called over, and the envelopes that the keys sign.
 *
 * The intent is shown by nobody's authenticator; it ties the new credential to this person, label and installation, so that a
 * response to another registration, or to another server of the same rpId, is not one to this.
 */
import { canonicalText, challengeFor, intentDigest, subjectDigest, type Credential, type Envelope } from '@countersign/proof'
import type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import { rfc3339 } from '../platform/clock.ts'
import type { Authenticator } from './authenticators/authenticators.ts'
import { acceptedAlgorithms } from './authenticators/registration.ts'
import type { IdentityContext } from './ports.ts'
import { siteOf } from './sites.ts'

/** A person reads, touches twice and types a PIN within this time. */
export const ceremonyLifetime = 10 * 60_000
/** What is signed is signed within this time. */
export const touchLifetime = 5 * 60_000

type Enrolling = { kind: 'genesis' | 'registration'; person: { id: string; name: string }; label: string; existing: Authenticator[] }
export type Creating = { intent: string; options: PublicKeyCredentialCreationOptionsJSON }

export async function beginEnrolment({ settings, ports }: IdentityContext, given: Enrolling): Promise<Creating> {
  const value = {
    v: 1, type: 'countersign.intent', kind: given.kind, instance: settings.instance, org: settings.org,
    person: { id: given.person.id, name: given.person.name }, label: given.label, rpId: settings.rpId, origins: [...settings.origins],
    nonce: base64url(ports.random.bytes(32)), expires: rfc3339(ports.clock.now() + ceremonyLifetime),
  }
  const intent = canonicalText(value)
  return {
    intent,
    options: {
      rp: { id: settings.rpId, name: 'Countersign' },
      user: { id: base64url(Buffer.from(given.person.id, 'utf8')), name: given.person.name, displayName: given.person.name },
      challenge: base64url(Buffer.from(await intentDigest(value), 'hex')),
      pubKeyCredParams: acceptedAlgorithms.map((alg) => ({ type: 'public-key', alg })),
      timeout: touchLifetime,
      excludeCredentials: given.existing.map(({ credential }) => descriptor(credential)),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'direct',
    },
  }
}

export type Signing = { envelope: string; options: PublicKeyCredentialRequestOptionsJSON }

/** An envelope for one signer, and the request for their key. Directory and checkpoint are the latest that the server has shown. */
export async function requestSignature(
  { settings, ports }: IdentityContext,
  given: Pick<Envelope, 'person' | 'role' | 'slot' | 'checkpoint' | 'directory'> & { subject: string; credential: Credential; /** ms; a touch's time where it is not said */ lasts?: number; /** the host name of the key; the main one where it is not said */ rpId?: string },
): Promise<Signing> {
  const now = ports.clock.now()
  const { rpId, origin } = siteOf(settings, given.rpId ?? settings.rpId)
  const value: Envelope = {
    v: 1, instance: settings.instance, person: given.person, role: given.role, slot: given.slot,
    nonce: base64url(ports.random.bytes(32)), notBefore: rfc3339(now), expires: rfc3339(now + (given.lasts ?? touchLifetime)), origin,
    checkpoint: { size: given.checkpoint.size, root: given.checkpoint.root }, directory: given.directory,
  }
  const envelope = canonicalText(value)
  const challenge = await challengeFor(await subjectDigest(given.subject), envelope)
  return {
    envelope,
    options: {
      challenge: base64url(challenge), rpId, allowCredentials: [descriptor(given.credential)],
      userVerification: 'required', timeout: touchLifetime,
    },
  }
}

/** The intent's digest as `create()` returned it, base64url. */
export async function intentChallenge(intent: string): Promise<{ hex: string; challenge: string }> {
  const hex = await intentDigest(JSON.parse(intent))
  return { hex, challenge: base64url(Buffer.from(hex, 'hex')) }
}

function descriptor({ id, transports }: Credential) {
  return { id, type: 'public-key', transports }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
