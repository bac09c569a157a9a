/**
 * Whether what a key signed holds: before the unit of work that consumes it, over one snapshot. Whoever answers first is refused first
 * for what the unit would refuse as well, so that a late answer is called late and not wrong.
 *
 * Nothing is decided here. Between this snapshot and the unit a key may be revoked, a challenge closed, an answer given twice: the unit
 * looks at all of it again, with the same two questions (`ceremonyOf`, `keyOf`), and `provenFor` refuses a proof over anything else than
 * what stands there then.
 */
import { challengeFor, ProofError, verifyAssertion } from '@countersign/proof'
import type { Countersignature } from '@countersign/proof'
import type { Db, Tx } from '../platform/store/store.ts'
import type { Authorized } from './admit.ts'
import { believe, believeChallenge } from './believe.ts'
import { partOf, refuseClosed, refuseOtherPolicy } from './challenge.ts'
import type { ChallengeRow } from './challenge.ts'
import { GateError } from './errors.ts'
import { refuseSofterKey } from './hardware.ts'
import type { GateDeps, KnownKey } from './ports.ts'
import { onProbation, tooNew } from './probation.ts'
import { readsFor, type Reads } from './reads.ts'
import { sealedTables } from './sealed-tables.ts'

/** An assertion as a browser sends it (AuthenticationResponseJSON), reduced to what counts. */
export type SentAssertion = { id: string; response: { authenticatorData: string; clientDataJSON: string; signature: string } }

export type Ceremony = { id: string; envelope: string; role: string; slot: number; created_at: number }

/** A countersignature that holds, and what it holds over. */
export type Proven = { countersignature: KeyCountersignature; subjectDigest: string; publicKey: string; alg: number; rpId: string }

type KeyCountersignature = Extract<Countersignature, { type: 'webauthn' }>
type By = Authorized<'challenge.answer'>

export async function prove(deps: GateDeps, by: By, sent: { code: string; ceremony: string; assertion: SentAssertion }): Promise<Proven> {
  const now = deps.clock.now()
  const { challenge, ceremony, key } = await deps.store.read(async (db) => {
    const reads = readsFor(deps, db, sent)
    const row = believeChallenge(deps, await reads.challenge)
    refuseClosed(row, now)
    refuseOtherPolicy(await reads.policyInForce, row.policy_digest)
    return {
      challenge: row,
      ceremony: await ceremonyOf(deps, db, by, { challenge: row, reads, now }),
      key: keyOf(await reads.key, by, { challenge: row, now }),
    }
  })
  const { authenticatorData, clientDataJSON, signature } = sent.assertion.response
  const countersignature: KeyCountersignature = { type: 'webauthn', envelope: ceremony.envelope, credential: key.credential.id, authenticatorData, clientDataJSON, signature }
  await verify(deps, by, { challenge, ceremony, key, countersignature })
  return { countersignature, ...groundOf({ challenge, key }) }
}

/** The ceremony must be this person's, in this session, for this statement, and their part in it what it was. One that is somebody else's does not exist. */
export async function ceremonyOf(deps: GateDeps, db: Db | Tx, by: By, { challenge, reads, now }: { challenge: ChallengeRow; reads: Reads; now: number }): Promise<Ceremony> {
  const signed = await reads.signed
  const row = await reads.ceremony
  if (!row || row.person !== by.actor.id || row.session !== by.actor.session || row.challenge !== challenge.id) {
    throw new GateError('ceremony_not_found', 'This answer belongs to no ceremony of yours for this request.', 'Open the request again and countersign it there.')
  }
  believe(deps, sealedTables.ceremony, row, `an answer of ${by.actor.name} that was begun`)
  if (row.used_at !== null) throw answeredAlready()
  if (row.expires_at <= now) throw new GateError('challenge_expired', 'The answer came too late.', 'Open the request again and countersign it there.')
  const part = await partOf(deps, db, challenge, by.actor.id, signed)
  if (!part.may) throw new GateError('wrong_person', part.reason, 'Nothing to do here for you.')
  if (part.role !== row.role || part.slot !== row.slot) {
    throw new GateError('ceremony_not_found', 'Your part in this request has changed since you opened it.', 'Open the request again.')
  }
  return row
}

export const answeredAlready = (): GateError =>
  new GateError('challenge_consumed', 'This answer was given already; an answer counts once.', 'Nothing more needs to be done with it.')

/** The key must be one that is registered to this person and not revoked. */
export function keyOf(key: KnownKey | null, by: By, of: { challenge: ChallengeRow; now: number }): KnownKey {
  if (!key || key.person !== by.actor.id) {
    throw new GateError('wrong_person', 'That key is not registered to you.', 'Use one of your own keys; see Keys.')
  }
  refuseSofterKey(key, of.challenge)
  if (onProbation(key, of.challenge.subject, of.now)) throw tooNew(key)
  return key
}

/** What was proven, where it was proven over just this: the statement, the envelope, and the key with which it is registered now. */
export function provenFor(proven: Proven, { challenge, ceremony, key }: Ground & { ceremony: Pick<Ceremony, 'envelope'> }): Countersignature {
  const now = groundOf({ challenge, key })
  const same = proven.subjectDigest === now.subjectDigest && proven.publicKey === now.publicKey && proven.alg === now.alg && proven.rpId === now.rpId
    && proven.countersignature.envelope === ceremony.envelope && proven.countersignature.credential === key.credential.id
  if (same) return proven.countersignature
  throw new GateError('ceremony_not_found', 'What you countersigned, or your key, was changed in the same moment.', 'Open the request again and countersign it there.')
}

type Ground = { challenge: Pick<ChallengeRow, 'subject_digest'>; key: { credential: { id: string; publicKey: string; alg: number }; rpId: string } }

function groundOf({ challenge, key: { credential, rpId } }: Ground): Omit<Proven, 'countersignature'> {
  return { subjectDigest: challenge.subject_digest, publicKey: credential.publicKey, alg: credential.alg, rpId }
}

async function verify(
  deps: GateDeps, by: By, { challenge, ceremony, key, countersignature }: { challenge: ChallengeRow; ceremony: Ceremony; key: KnownKey; countersignature: KeyCountersignature },
): Promise<void> {
  try {
    await verifyAssertion({
      assertion: countersignature, key: { person: key.person, ...key.credential }, person: by.actor.id,
      challenge: await challengeFor(challenge.subject_digest, ceremony.envelope), rpId: key.rpId,
      origins: deps.place.sites.filter(({ rpId }) => rpId === key.rpId).map(({ origin }) => origin),
    })
  } catch (error) {
    if (!(error instanceof ProofError)) throw error
    const evidence = { proof: error.code, authenticator: key.authenticator }
    if (error.code === 'assertion_challenge') {
      throw new GateError('challenge_mismatch', 'That is an answer to another statement.', 'Open the request again and countersign it there.', { cause: error, evidence })
    }
    throw new GateError('assertion_invalid', `The key's answer does not hold: ${error.message}`, 'Open the request again and use your own key.', { cause: error, evidence })
  }
}
