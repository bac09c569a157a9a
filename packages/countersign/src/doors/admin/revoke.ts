/** Removing one of one's own keys: always countersigned, by a key that is still there; the effect comes with the countersignature. */
import type { Authorized, Completed } from '../../gate/index.ts'
import { GateError } from '../../gate/index.ts'
import { rfc3339 } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Tx } from '../../platform/store/store.ts'
import { askedBy } from './asked-by.ts'
import type { AdminDeps, Revocation } from './ports.ts'

export async function askRevocation(deps: AdminDeps, by: Authorized<'authenticator.change'>, asked: Revocation): Promise<{ code: string; expiresAt: string }> {
  return deps.store.write(async (tx) => {
    const key = await deps.keys.own(tx, by.actor.id, asked.authenticator)
    // A person's own key is theirs to remove, however little of the organisation their role reaches.
    const [over = ''] = await deps.gate.scopesOf(tx, by)
    const request = newId('req', deps.clock, deps.random)
    const answer = await deps.gate.ask(tx, by, {
      input: askedBy(by),
      ref: request,
      scope: 'authenticators', over,
      ids: { ref: key.id },
      subject: (policy) => ({
        v: 1,
        kind: 'revocation',
        instance: deps.place.instance,
        org: deps.place.org,
        action: 'authenticator.change',
        request,
        person: by.actor.id,
        authenticator: key.id,
        credential: key.credential,
        reason: asked.reason,
        requester: by.actor.id,
        policy,
      }),
    })
    if (answer.effect !== 'step-up') throw new GateError('denied_by_policy', 'A key cannot be removed this way.', 'Ask an owner.')
    return { code: answer.code, expiresAt: rfc3339(answer.expiresAt) }
  })
}

export async function takeRevocation(deps: AdminDeps, tx: Tx, { challenge, signed, grant }: Completed): Promise<void> {
  await deps.gate.covers(tx, {
    grant,
    action: 'authenticator.change',
    subjectDigest: challenge.subject_digest,
    actor: challenge.requester,
    executor: challenge.executor,
  })
  await deps.keys.revoke(tx, challenge.subject, signed.map((one) => one.countersignature))
}
