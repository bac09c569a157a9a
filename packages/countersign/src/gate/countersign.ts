/**
 * The answer: one person's proof over one statement, by a key or, where that is enough, by a code. The steps stand in one list,
 * in the order in which they count.
 *
 * What an attacker may control here: everything in the request, the moment it is sent, and how often. What they cannot
 * choose: the envelope (stored when the ceremony began), the subject (stored when it was asked), the registered key.
 *
 * What a key signed is verified first (prove.ts): that is arithmetic, and nobody's change has to wait for it. Then the whole list
 * runs in one unit of work, over everything as it is by then; what was verified counts there only if nothing that it rests on has
 * changed. A refusal undoes it all, and is then recorded in a unit of its own.
 */
import { canonicalize, challengeFor } from '@countersign/proof'
import type { Countersignature, Requirement } from '@countersign/proof'
import { createHash } from 'node:crypto'
import { insertRows, preparedChange } from '../platform/store/prepared.ts'
import type { Tx } from '../platform/store/store.ts'
import { afterCommit, atUnitEnd } from '../platform/store/unit.ts'
import type { Authorized } from './admit.ts'
import { refuseCodeFor } from './code-answer.ts'
import { believeChallenge, isEnough, refuseSignedBefore, signedBefore } from './believe.ts'
import { refuseClosed, refuseOtherPolicy } from './challenge.ts'
import type { ChallengeRow, Signed } from './challenge.ts'
import { GateError } from './errors.ts'
import { openGrant } from './grant.ts'
import type { GateDeps, KnownKey } from './ports.ts'
import { answeredAlready, ceremonyOf, keyOf, prove, provenFor } from './prove.ts'
import type { Ceremony, Proven, SentAssertion } from './prove.ts'
import { awaited, readsFor, type Reads } from './reads.ts'
import { sealedTables } from './sealed-tables.ts'

export type { SentAssertion } from './prove.ts'

export type Completed = { challenge: ChallengeRow; signed: Signed[]; grant: string }
/**
 * What a door does with the countersignature that completes a statement of its kind: by the kind of the subject, in the same
 * transaction, after the grant was opened and with nothing else between. `challenge.action` says which action of the kind it is.
 *
 * An effect that is at once redeems its grant there and then, and first of all: `gate.covers(tx, { grant, action:
 * challenge.action, subjectDigest: challenge.subject_digest, actor: challenge.requester, executor: challenge.executor })`. What it
 * says was countersigned is in `challenge.subject`, and what that was read from may have changed since: it compares, and throws a
 * coded error where it has. Then nothing of this happened, the countersignature included; the refusal is recorded, and the
 * statement waits until it expires or is cancelled.
 *
 * Where the requester's executor is to do it (a run, a lock, a reading, an import, a credential), the effect does nothing and the
 * grant stays open: until the oldest countersignature is older than the requirement allows, the executor redeems it in the
 * transaction of what it does. Whoever waits for it is woken by `notify` of `challenge.ref`, after the commit.
 *
 * A kind without an entry leaves every grant open.
 */
export type Effects = Readonly<Record<string, (tx: Tx, completed: Completed) => Promise<void>>>

/** By a key, or by six digits of an authenticator app. */
export type Sent = { code: string; ceremony: string } & ({ assertion: SentAssertion } | { totp: string })

type Answering = {
  readonly deps: GateDeps
  readonly tx: Tx
  readonly by: Authorized<'challenge.answer'>
  readonly sent: Sent
  readonly now: number
  readonly effects: Effects
  readonly answer: Answer
  /** `proven`: what the key signed, which is known before; null for a code. */
  readonly reads: Reads & { readonly session: Promise<void>; readonly proven: Stored | null }
  /** Handed to the database; what became of it is looked at before an effect, and at the end of the unit. */
  readonly written: Promise<unknown>[]
  challenge: ChallengeRow
  ceremony: Ceremony
  key: KnownKey
  /** What proved it: the key, or the app. */
  proved: { authenticator: string; label: string }
  countersignature: Countersignature
  stored: Stored
  signed: Signed[]
}
/** As it is stored: its canonical bytes, their digest, and whether the ledger has one of that digest. */
type Stored = { readonly canonical: Uint8Array; readonly digest: string; readonly before: Promise<boolean> }
type Step = (answering: Answering) => Promise<void>

/** What came before the unit of work: an assertion that holds, or a code that is counted as a failure until it proves right. */
export type Answer = { proven: Proven } | { attempt: Awaited<ReturnType<GateDeps['codes']['attempt']>> }

const byKey: readonly Step[] = [findKey, takeWhatWasProven, refuseTurnedBackCounter]
const byCode: readonly Step[] = [refuseCodeWhereAKeyIsNeeded, verifyTheCode]

const steps = (proof: readonly Step[]): readonly Step[] => [
  findChallenge,
  refuseClosedChallenge,
  refuseAskedUnderOldPolicy,
  refuseEndedSession,
  findCeremony,
  ...proof,
  consumeCeremony,
  storeCountersignature,
  appendToLedger,
  completeIfQuorum,
]

export async function countersign(deps: GateDeps, effects: Effects, by: Authorized<'challenge.answer'>, sent: Sent): Promise<string> {
  try {
    // A code is counted as a failure before anything is looked at, and outside of the transaction: no rollback gives a guess back.
    const answer = 'totp' in sent ? { attempt: await deps.codes.attempt({ person: by.actor.id, code: sent.totp }) } : { proven: await prove(deps, by, sent) }
    return await consume(deps, effects, by, sent, answer)
  } catch (error) {
    if (isRefusal(error)) await recordRefusal(deps, by, sent.code, error)
    if (isRefusal(error)) deps.telemetry?.answered('refused')
    throw error
  }
}

/** The transaction: the challenge is consumed, what was proven stored, and the grant opened, together with their leaves or not at all. */
export async function consume(deps: GateDeps, effects: Effects, by: Authorized<'challenge.answer'>, sent: Sent, answer: Answer): Promise<string> {
  return await deps.store.write(async (tx) => {
    const reads = { ...readsFor(deps, tx, sent), session: awaited(deps.sessions.stands(tx, by.actor.session)), proven: 'proven' in answer ? storedAs(deps, tx, answer.proven.countersignature) : null }
    const written: Promise<unknown>[] = []
    const answering = { deps, tx, by, sent, answer, effects, reads, written, now: deps.clock.now() } as Answering
    for (const step of steps('proven' in answer ? byKey : byCode)) await step(answering)
    // Not waited for here: at the end, behind what the ledger asks for.
    atUnitEnd(tx, answering, async () => void (await Promise.all(written)))
    afterCommit(tx, () => deps.notify.changed(answering.challenge.ref))
    afterCommit(tx, () => deps.telemetry?.answered('countersigned', answering.now - answering.ceremony.created_at))
    return answering.challenge.code
  })
}

type Refusal = Error & { code: string; next: string }

/** The gate's own, and identity's about codes. */
function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'next' in error
}

async function recordRefusal(deps: GateDeps, by: Authorized<'challenge.answer'>, code: string, error: Refusal): Promise<void> {
  await deps.store.write((tx) =>
    deps.ledger.append(tx, {
      type: 'gate.refused',
      ids: { person: by.actor.id },
      details: { action: by.action, code: error.code, challengeCode: code.slice(0, 20), address: by.actor.source.address, ...(error instanceof GateError ? error.evidence : {}) },
    }),
  )
}

async function findChallenge(a: Answering): Promise<void> {
  a.challenge = believeChallenge(a.deps, await a.reads.challenge)
}

/** Before anything about the assertion is looked at: a late or second answer is refused as such, whatever it holds. */
async function refuseClosedChallenge(a: Answering): Promise<void> {
  refuseClosed(a.challenge, a.now)
}

async function refuseAskedUnderOldPolicy(a: Answering): Promise<void> {
  refuseOtherPolicy(await a.reads.policyInForce, a.challenge.policy_digest)
}

/** Signed out while the answer was on its way, by themself or because the person was removed: it counts no more than one sent afterwards. */
async function refuseEndedSession(a: Answering): Promise<void> {
  await a.reads.session
}

async function findCeremony(a: Answering): Promise<void> {
  a.signed = await a.reads.signed
  a.ceremony = await ceremonyOf(a.deps, a.tx, a.by, { challenge: a.challenge, reads: a.reads, now: a.now })
}

async function findKey(a: Answering): Promise<void> {
  if (!('assertion' in a.sent)) throw new TypeError('a code has no assertion')
  a.key = keyOf(await a.reads.key, a.by, { challenge: a.challenge, now: a.now })
  a.proved = a.key
}

async function takeWhatWasProven(a: Answering): Promise<void> {
  if (!('proven' in a.answer)) throw new TypeError('nothing was proven')
  a.countersignature = provenFor(a.answer.proven, { challenge: a.challenge, ceremony: a.ceremony, key: a.key })
}

/** WebAuthn level 3, 7.2 step 22: a counter that does not advance may be a cloned key. Zero on both sides is a key without one. */
async function refuseTurnedBackCounter(a: Answering): Promise<void> {
  if (a.countersignature.type !== 'webauthn') throw new TypeError('only a key counts its uses')
  const count = Buffer.from(a.countersignature.authenticatorData, 'base64url').readUInt32BE(33)
  if ((count !== 0 || a.key.signCount !== 0) && count <= a.key.signCount) {
    throw new GateError(
      'counter_regressed',
      "The key's counter went back: it may have been copied.",
      'Do not use this key. Remove it under Keys, and tell whoever is responsible.',
      { evidence: { authenticator: a.key.authenticator } },
    )
  }
  a.written.push(awaited(a.deps.keys.used(a.tx, a.key.authenticator, count)))
}

async function refuseCodeWhereAKeyIsNeeded(a: Answering): Promise<void> {
  refuseCodeFor(a.challenge)
}

/** Consumes the step in this transaction. What is stored is the server's word, and said to be that wherever it is shown. */
async function verifyTheCode(a: Answering): Promise<void> {
  if (!('attempt' in a.answer)) throw new TypeError('a code without an attempt')
  const verified = await a.deps.codes.verify(a.tx, a.answer.attempt)
  a.proved = verified
  a.countersignature = await a.deps.codes.attest({
    verified, envelope: a.ceremony.envelope, challenge: await challengeFor(a.challenge.subject_digest, a.ceremony.envelope),
  })
}

const useCeremony = preparedChange<{ id: string; now: number }>((db, value) =>
  db.updateTable('gate_ceremony').set({ used_at: value('now') }).where('id', '=', value('id')).where('used_at', 'is', null))

async function consumeCeremony(a: Answering): Promise<void> {
  a.written.push(awaited(useCeremony(a.tx, { id: a.ceremony.id, now: a.now }).then((used) => {
    if (used !== 1) throw answeredAlready()
  })))
}

function storedAs(deps: GateDeps, tx: Tx, countersignature: Countersignature): Stored {
  const canonical = canonicalize(countersignature)
  const digest = createHash('sha256').update(canonical).digest('hex')
  return { canonical, digest, before: awaited(signedBefore(deps, tx, digest)) }
}

async function storeCountersignature(a: Answering): Promise<void> {
  a.stored = a.reads.proven ?? storedAs(a.deps, a.tx, a.countersignature)
  const { canonical, digest, before } = a.stored
  refuseSignedBefore(await before)
  a.written.push(awaited(insertRows(a.tx, 'gate_countersignature', [a.deps.rowMacs.seal(sealedTables.countersignature, {
    digest, challenge: a.challenge.id, person: a.by.actor.id, person_name: a.by.actor.name,
    authenticator: a.proved.authenticator, authenticator_label: a.proved.label, role: a.ceremony.role, slot: a.ceremony.slot,
    countersignature: new TextDecoder().decode(canonical), at: a.now,
  })])))
}

async function appendToLedger(a: Answering): Promise<void> {
  const { digest } = a.stored
  a.written.push(awaited(a.deps.ledger.append(a.tx, {
    type: 'gate.countersigned',
    ids: { ref: a.challenge.ref, challenge: a.challenge.id, person: a.by.actor.id, countersignature: digest },
    details: {
      challenge: a.challenge.id, subjectDigest: a.challenge.subject_digest, countersignatureDigest: digest,
      role: a.ceremony.role, authenticator: a.proved.authenticator, method: a.countersignature.type, address: a.by.actor.source.address,
    },
  })))
}

const closeChallenge = preparedChange<{ id: string; now: number }>((db, value) =>
  db.updateTable('gate_challenge').set({ status: 'countersigned', decided_at: value('now') }).where('id', '=', value('id')))

async function completeIfQuorum(a: Answering): Promise<void> {
  const requirement = JSON.parse(a.challenge.requirement) as Requirement
  const signed = [...a.signed, { person: a.by.actor.id, name: a.by.actor.name, role: a.ceremony.role, at: a.now, label: a.proved.label, countersignature: a.countersignature }]
  if (!isEnough(requirement, signed)) return
  a.written.push(awaited(closeChallenge(a.tx, { id: a.challenge.id, now: a.now })))
  afterCommit(a.tx, () => a.deps.telemetry?.challengeEnded(a.challenge.action, 'countersigned', a.now - a.challenge.created_at))
  const oldest = Math.min(...signed.map((one) => one.at))
  const grant = await openGrant(a.deps, a.tx, {
    challenge: a.challenge.id,
    action: a.challenge.action,
    subjectDigest: a.challenge.subject_digest,
    actor: a.challenge.requester,
    executor: a.challenge.executor,
    scope: a.challenge.scope,
    reach: a.challenge.reach,
    ref: a.challenge.ref,
    expiresAt: oldest + requirement.freshSeconds * 1000,
    ids: { ref: a.challenge.ref },
  })
  await Promise.all(a.written)
  await a.effects[a.challenge.kind]?.(a.tx, { challenge: a.challenge, signed, grant: grant.id })
}
