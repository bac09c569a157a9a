/**
 * Changing the policy: judged by the policy in force and a floor that no policy can loosen, countersigned over the digests of
 * both texts, and in force with the countersignature that completes it, in that transaction.
 */
import type { Authorized, Completed } from '../../gate/index.ts'
import { GateError } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import { afterCommit } from '../../platform/store/unit.ts'
import { describeChange, parsePolicy, verifyPolicyChain } from '../../policy/index.ts'
import { askedBy } from './asked-by.ts'
import { AdminError } from './errors.ts'
import { versionsOf } from './policy-pin.ts'
import type { AdminDeps } from './ports.ts'
import { changeView, type ChangeView } from './read.ts'

export type AskedChange = { id: string; code: string; subject: string; expiresAt: string }

export async function askChange(deps: AdminDeps, by: Authorized<'policy.change'>, text: string): Promise<AskedChange> {
  const from = deps.pin.current()
  const to = parsePolicy(text, deps.pin)
  if (from.digest === to.digest) throw new AdminError('policy_unchanged', 'This is the policy that is in force already.', 'Nothing needs to be countersigned.')
  return deps.store.write(async (tx) => {
    const id = newId('pol', deps.clock, deps.random)
    const answer = await deps.gate.ask(tx, by, {
      input: askedBy(by),
      ref: id,
      scope: 'policy', over: '',
      ids: { ref: id },
      subject: (policy) => ({
        v: 1,
        kind: 'policy',
        instance: deps.place.instance,
        org: deps.place.org,
        action: 'policy.change',
        change: id,
        requester: by.actor.id,
        from: from.digest,
        to: to.digest,
        effect: describeChange(from, to),
        policy,
      }),
    })
    if (answer.effect !== 'step-up') throw new GateError('denied_by_policy', 'The policy cannot be changed this way.', 'Ask an owner.')
    await tx
      .insertInto('policy_change')
      .values({ id, from_digest: from.digest, to_digest: to.digest, text, requester: by.actor.id, created_at: deps.clock.now() })
      .execute()
    return { id, code: answer.code, subject: answer.text, expiresAt: rfc3339(answer.expiresAt) }
  })
}

/** Taking a change back before it is countersigned: whoever asked does not want it any more. One that has happened stays, and its view says so. */
export async function withdrawChange(deps: AdminDeps, by: Authorized<'policy.read'>, id: string): Promise<ChangeView> {
  await deps.store.write(async (tx) => {
    const change = await tx.selectFrom('policy_change').select('requester').where('id', '=', id).executeTakeFirst()
    if (change?.requester !== by.actor.id) throw new AdminError('policy_change_not_found', 'There is no such change of the policy of yours.', 'Whoever asked for it can withdraw it; whoever may countersign it can deny it.')
    const { challenge } = await deps.gate.standing(tx, id)
    if (challenge?.status === 'waiting') await deps.gate.cancel(tx, id, by.actor.id)
  })
  return changeView(deps, id)
}

/** The effect. The policy may have moved on while the person was reading: then this change is of something that is gone. */
export async function takeChange(deps: AdminDeps, tx: Tx, { challenge, signed, grant }: Completed): Promise<void> {
  const change = await tx.selectFrom('policy_change').selectAll().where('id', '=', challenge.ref).executeTakeFirstOrThrow()
  const last = await tx.selectFrom('policy_version').select(['seq', 'digest']).orderBy('seq', 'desc').executeTakeFirstOrThrow()
  if (last.digest !== change.from_digest)
    throw new AdminError('policy_moved', 'The policy was changed by somebody else in the meantime.', 'Look at the new one and ask again.')
  await deps.gate.covers(tx, {
    grant,
    action: 'policy.change',
    subjectDigest: challenge.subject_digest,
    actor: challenge.requester,
    executor: challenge.executor,
  })
  const { size } = await deps.directory.head(tx)
  const countersignatures = signed.map((one) => one.countersignature)
  // The very check of the next start, now: what would not be believed then does not take effect.
  const version = { text: change.text, subject: challenge.subject, countersignatures, directorySize: size }
  const policy = await verifyPolicyChain({ versions: [...(await versionsOf(tx)), version], entries: await deps.directory.entries(tx), demonstration: deps.pin.demonstration, attested: deps.pin.attested })
  await tx.insertInto('policy_version').values({
    seq: last.seq + 1, digest: policy.digest, text: change.text, subject: challenge.subject, directory_size: size,
    countersignatures: JSON.stringify(countersignatures), changed_by: challenge.requester, at: deps.clock.now(),
  }).execute()
  await deps.gate.voidAll(tx, 'the policy was changed')
  await deps.ledger.append(tx, {
    type: 'policy.changed',
    ids: { ref: change.id, person: challenge.requester },
    details: { change: change.id, from: change.from_digest, to: policy.digest, subjectDigest: challenge.subject_digest },
  })
  afterCommit(tx, () => {
    deps.pin.use(policy)
    deps.notify.changed('policy')
  })
}
