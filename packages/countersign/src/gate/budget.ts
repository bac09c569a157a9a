/**
 * Prompt fatigue is an attack: whoever stole a terminal's key may not bury a person in requests. A limit is an attack as well:
 * whoever fills it must not keep the person from removing the stolen key. So each budget is counted by itself:
 *
 *   a terminal's key     what was asked with it; another terminal of the same person is not touched by it
 *   a state credential   the same, and less of it: its password is in an environment, and easier to come by than a key
 *   the person's browser what they started themself
 *   emergencies          taking a key away, vetoing a recovery: theirs is never filled by anything else
 *
 * Nothing is merged: two requests are the same only if they are the very same statement, and that one is refused as existing.
 */
import { isStateCredential } from '@countersign/proof'
import type { Tx } from '../platform/store/store.ts'
import { GateError } from './errors.ts'

const emergencies = ['revocation', 'recovery']
const WINDOW = 10 * 60_000
export const limits = { waiting: 20, inWindow: 60 } as const
export const credentialLimits = { waiting: 5, inWindow: 30 } as const

type Asking = { requester: string; executor: string; kind: string; now: number }

export async function refuseFlood(tx: Tx, asking: Asking): Promise<void> {
  const most = isStateCredential(asking.executor) ? credentialLimits : limits
  const waiting = await count(tx, asking, 'waiting')
  if (waiting >= most.waiting) {
    throw new GateError('too_many_waiting', `${waiting} requests wait for a countersignature already; no more are taken from here.`, 'Countersign, deny or cancel some of them first.')
  }
  if ((await count(tx, asking, 'recent')) >= most.inWindow) {
    throw new GateError('too_many_waiting', `${most.inWindow} requests came from here within ten minutes; no more are taken for now.`, 'Wait some minutes. If it was not you, deny and report what waits, and look at your sessions.')
  }
}

async function count(tx: Tx, { requester, executor, kind, now }: Asking, what: 'waiting' | 'recent'): Promise<number> {
  const emergency = emergencies.includes(kind)
  let query = tx.selectFrom('gate_challenge').select((e) => e.fn.countAll<number | string>().as('counted'))
    .where('requester', '=', requester).where('kind', emergency ? 'in' : 'not in', emergencies)
  if (!emergency) query = query.where('executor', '=', executor)
  query = what === 'waiting' ? query.where('status', '=', 'waiting').where('expires_at', '>', now) : query.where('created_at', '>', now - WINDOW)
  return Number((await query.executeTakeFirstOrThrow()).counted)
}
