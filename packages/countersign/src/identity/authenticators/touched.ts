/**
 * A key was used, and its answer held. If its counter went back it may be a copy: that is recorded, and the caller refuses *after* the
 * transaction, so that the record stays and the answer is spent.
 */
import type { Tx } from '../../platform/store/store.ts'
import type { Room } from '../ports.ts'
import { recordUse, type Authenticator } from './authenticators.ts'

export async function touched(room: Room, tx: Tx, key: Authenticator, signCount: number, during: 'sign-in' | 'registration' | 'fresh-proof'): Promise<boolean> {
  if ((await recordUse(tx, { id: key.id, signCount, now: room.ports.clock.now() })) === 'ok') return true
  await room.ports.ledger.append(tx, {
    type: 'authenticator.counter-regressed',
    ids: { person: key.person, authenticator: key.id },
    details: { during, counter: signCount, before: key.signCount },
  })
  return false
}
