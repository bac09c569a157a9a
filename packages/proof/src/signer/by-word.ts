/**
 * The server's word in place of a touch. The ledger key that signs it is the one of the directory at the envelope's size, and
 * has not been replaced since; an authenticator app must have been let into the directory by a key, and be the person's own:
 * a server that is taken over can speak for whoever has an app, and for nobody else.
 */
import { challengeFor } from '../digest.ts'
import { ledgerKeyAt, sitesAt } from '../directory/moments.ts'
import { ProofError } from '../errors.ts'
import { verifyServerWord } from '../server-word.ts'
import type { Directory, RelyingPartySpan, TotpAuthenticator } from '../types/directory.ts'
import type { Envelope, HostCountersignature, TotpCountersignature } from '../types/statement.ts'
import type { Asked, Means, Signer } from './signer.ts'
import { checkStillHolds } from './still-holds.ts'

type Word = TotpCountersignature | HostCountersignature

function findAuthenticator(envelope: Envelope, authenticator: string, directory: Directory): TotpAuthenticator {
  const found = directory.totps.get(authenticator)
  if (found === undefined || found.from > envelope.directory.size) {
    throw new ProofError('signer_unknown', 'the authenticator app was not registered at that moment')
  }
  if (found.person !== envelope.person) {
    throw new ProofError('assertion_owner', 'the authenticator app is not the one of the person who is to countersign')
  }
  return found
}

function meansOf(envelope: Envelope, { countersignature, directory }: Asked<Word>): Exclude<Means, { type: 'webauthn' }> {
  const ledgerKey = ledgerKeyAt(directory, envelope.directory.size)
  if (ledgerKey === undefined) throw new ProofError('signer_unknown', 'there was no ledger key at that moment')
  if (countersignature.type === 'host') return { type: 'host', ledgerKey }
  return { type: 'totp', authenticator: findAuthenticator(envelope, countersignature.authenticator, directory), ledgerKey }
}

function siteOf(envelope: Envelope, directory: Directory): RelyingPartySpan {
  const site = sitesAt(directory, envelope.directory.size).find(({ origins }) => origins.includes(envelope.origin))
  if (site === undefined) throw new ProofError('envelope_origin', 'the envelope names an origin that is not one of this installation')
  return site
}

/** @throws ProofError */
export async function verifyByWord(envelope: Envelope, asked: Asked<Word>): Promise<Signer> {
  const { countersignature, subjectDigest, directory, until } = asked
  const by = meansOf(envelope, asked)
  checkStillHolds({ envelope, by }, directory, until)
  const site = siteOf(envelope, directory)
  const challenge = await challengeFor(subjectDigest, countersignature.envelope)
  await verifyServerWord(countersignature, challenge, countersignature.signature, by.ledgerKey.key)
  const enrolled = by.type === 'totp' && by.authenticator.demonstration
  return { envelope, by, demonstration: enrolled || by.ledgerKey.demonstration || site.demonstration }
}
