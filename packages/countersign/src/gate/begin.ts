/**
 * The start of a ceremony: the envelope this person will sign, and the challenge for their authenticator.
 *
 * The envelope holds the latest checkpoint and the directory's head, so that the signature also says which history the
 * server had shown at that moment. It is stored before it is handed out; only a stored envelope can come back.
 */
import { canonicalize, challengeFor } from '@countersign/proof'
import type { Envelope } from '@countersign/proof'
import { timingSafeEqual } from 'node:crypto'
import { rfc3339 } from '../platform/clock.ts'
import { newId } from '../platform/ids.ts'
import type { Authorized } from './admit.ts'
import { believeChallenge, believedSigned } from './believe.ts'
import { beganElsewhere, findByCode, partOf, refuseClosed, refuseOldPolicy } from './challenge.ts'
import { GateError } from './errors.ts'
import { reachingKeys } from './hardware.ts'
import { countingKeys } from './probation.ts'
import type { GateDeps, KnownKey } from './ports.ts'
import { sealedTables } from './sealed-tables.ts'

export type Begun = { ceremony: string; envelope: string; challenge: Uint8Array; keys: KnownKey[]; expiresAt: number; rpId: string }

/** A person looks, reads and touches within this time; the ceremony can be begun again while the request waits. */
const CEREMONY_LASTS = 5 * 60_000

export async function begin(deps: GateDeps, by: Authorized<'challenge.answer'>, input: { code: string; typed: string; origin?: string }): Promise<Begun> {
  const checkpoint = await deps.ledger.checkpoint()
  return deps.store.write(async (tx) => {
    const now = deps.clock.now()
    const row = believeChallenge(deps, await findByCode(tx, input.code))
    refuseClosed(row, now)
    await refuseOldPolicy(deps, tx, row.policy_digest)
    const part = await partOf(deps, tx, row, by.actor.id, await believedSigned(deps, tx, row.id))
    if (!part.may) throw new GateError('wrong_person', part.reason, 'Nothing to do here for you.')
    if (beganElsewhere(row, by.actor)) requireTyped(row.code, input.typed)
    const site = deps.place.sites.find(({ origin }) => origin === input.origin) ?? deps.place
    // A key counts at the address that it was made for: where the browser is, only those can be touched.
    const here = (await deps.keys.usableBy(tx, by.actor.id)).filter(({ rpId }) => rpId === site.rpId)
    const keys = countingKeys(reachingKeys(here, row), row.subject, now)
    const head = await deps.people.directoryHead(tx)
    const expiresAt = Math.min(now + CEREMONY_LASTS, row.expires_at)
    const envelope: Envelope = {
      v: 1, instance: deps.place.instance, person: by.actor.id, role: part.role, slot: part.slot,
      nonce: Buffer.from(deps.random.bytes(32)).toString('base64url'), notBefore: rfc3339(now), expires: rfc3339(expiresAt),
      origin: site.origin, checkpoint: { size: checkpoint.size, root: checkpoint.root }, directory: head,
    }
    const text = new TextDecoder().decode(canonicalize(envelope))
    const ceremony = newId('cer', deps.clock, deps.random)
    await tx.insertInto('gate_ceremony').values(deps.rowMacs.seal(sealedTables.ceremony, {
      id: ceremony, challenge: row.id, person: by.actor.id, session: by.actor.session, envelope: text,
      role: part.role, slot: part.slot, created_at: now, expires_at: expiresAt, used_at: null,
    })).execute()
    return { ceremony, envelope: text, challenge: await challengeFor(row.subject_digest, text), keys, expiresAt, rpId: site.rpId }
  })
}

function requireTyped(code: string, typed: string): void {
  const bare = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  if (bare.length === code.length && timingSafeEqual(Buffer.from(bare), Buffer.from(code))) return
  throw new GateError(
    'code_required',
    'This request began on another machine: type the code that its terminal shows.',
    'If no terminal of yours shows a code, you did not ask for this: deny it.',
  )
}
