/**
 * From the pressed button to the countersignature, in this order:
 *
 *   1  ask the server for an envelope (`begin`)
 *   2  the envelope speaks of this instance, this person, this part and this origin
 *   3  the challenge this page computes from statement and envelope is the one in the options
 *   4  the key is asked, and only now
 *   5  the assertion goes to the server (`finish`)
 *
 * Step 3 is the one that counts: the key signs whatever challenge it is handed, and shows nothing of it.
 */
import { challengeFor, parseEnvelope, subjectDigest } from '@countersign/proof'
import type { Envelope } from '@countersign/proof'
import { call } from '../api/call.ts'
import type { CeremonyView, Signing, SigningBegun } from '../api/views.ts'
import { askForTouch } from '../session/touch.ts'
import { Refusal } from './refusal.ts'

export type Expected = { subject: string; instance: string; person: string; role: Envelope['role']; slot: number | null }

/** Steps 2 and 3. `slot: null` where the statement itself gives each signer its part: set-up and registration. */
export async function checkSigning(signing: Signing, expected: Expected): Promise<void> {
  let envelope: Envelope
  try {
    envelope = parseEnvelope(signing.envelope)
  } catch (cause) {
    throw new Refusal('envelope_unreadable', [], { cause })
  }
  const pairs: [string, string | number, string | number][] = [
    ['Instance', envelope.instance, expected.instance],
    ['Address of this page', envelope.origin, location.origin],
    ['Person', envelope.person, expected.person],
    ['Part', envelope.role, expected.role],
    ['Place', envelope.slot, expected.slot ?? envelope.slot],
  ]
  const different = pairs.filter(([, asked, shown]) => asked !== shown)
  if (different.length > 0) {
    throw new Refusal('envelope_differs', different.map(([label, asked, shown]) => ({ label, value: `asked for ${asked}, shown ${shown}` })))
  }
  const own = base64url(await challengeFor(await subjectDigest(expected.subject), signing.envelope))
  if (own !== signing.options.challenge) {
    throw new Refusal('challenge_differs', [
      { label: 'Computed by this page', value: own },
      { label: 'Asked of your key', value: signing.options.challenge },
    ])
  }
}

export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** By a code of an authenticator app: the envelope is checked as for a key; what is stored is the server's word. */
export async function countersignByCode(view: CeremonyView, person: string, instance: string, typed: string | null, totp: string): Promise<CeremonyView> {
  const at = `/api/v1/ceremonies/${encodeURIComponent(view.code)}`
  const begun = await call<SigningBegun>('POST', `${at}/begin`, typed === null ? {} : { typed })
  await checkSigning(begun, { subject: view.subject, instance, person, role: view.you.role, slot: view.you.slot })
  return call<CeremonyView>('POST', `${at}/finish`, { ceremony: begun.ceremony, totp })
}

export async function countersign(view: CeremonyView, person: string, instance: string, typed: string | null): Promise<CeremonyView> {
  const at = `/api/v1/ceremonies/${encodeURIComponent(view.code)}`
  const begun = await call<SigningBegun>('POST', `${at}/begin`, typed === null ? {} : { typed })
  await checkSigning(begun, { subject: view.subject, instance, person, role: view.you.role, slot: view.you.slot })
  const response = await askForTouch(begun.options)
  return call<CeremonyView>('POST', `${at}/finish`, { ceremony: begun.ceremony, response })
}
