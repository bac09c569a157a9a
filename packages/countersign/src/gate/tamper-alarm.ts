/** A row of the gate that does not hold is an alarm: a leaf, and a word to the owners, once within a while. */
import type { Ledger } from '../ledger/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store, Tx } from '../platform/store/store.ts'
import { GateError } from './errors.ts'

type Deps = { store: Pick<Store, 'write'>; ledger: Pick<Ledger, 'append'>; clock: Clock; notices: { trouble(tx: Tx, trouble: { what: string; title: string; sentence: string }): Promise<void> } }

const EVERY = 15 * 60_000

/** @returns what is given every error that a request ends with */
export function createTamperAlarm({ store, ledger, clock, notices }: Deps): (error: unknown) => Promise<void> {
  let raised = Number.NEGATIVE_INFINITY
  return async (error) => {
    const now = clock.now()
    if (!(error instanceof GateError) || error.code !== 'request_tampered' || now - raised < EVERY) return
    raised = now
    await store.write(async (tx) => {
      await ledger.append(tx, { type: 'gate.tampered', ids: {}, details: { what: error.message.slice(0, 300) } })
      await notices.trouble(tx, { what: 'database-tampered', title: 'Somebody writes to the database', sentence: `${error.message} It is about requests and grants; nothing comes of it. Keep the database as evidence, and restore a backup.` })
    })
  }
}
