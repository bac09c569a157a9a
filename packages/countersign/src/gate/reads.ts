/**
 * What is read of an answer, all of it asked for at once: where the database is another machine, that is one way there and back.
 * Nothing is decided here. Each check waits for what it looks at, in the order of the checks; what none comes to look at is of no account.
 */
import type { Selectable } from 'kysely'
import { preparedQuery } from '../platform/store/prepared.ts'
import type { Db, Tx } from '../platform/store/store.ts'
import { believedUnder } from './believe.ts'
import { codeOf, findByCode } from './challenge.ts'
import type { ChallengeRow, Signed } from './challenge.ts'
import type { GateDeps, KnownKey } from './ports.ts'
import type { GateCeremonyTable } from './tables.ts'

export type Reads = {
  readonly challenge: Promise<ChallengeRow>
  readonly policyInForce: Promise<string | null>
  /** Held against their seals. */
  readonly signed: Promise<Signed[]>
  readonly ceremony: Promise<Selectable<GateCeremonyTable> | undefined>
  /** null also for a code, which comes without one. */
  readonly key: Promise<KnownKey | null>
}

const ceremonies = preparedQuery<{ id: string }, Selectable<GateCeremonyTable>>((db, value) => db.selectFrom('gate_ceremony').selectAll().where('id', '=', value('id')))

export function readsFor(deps: GateDeps, db: Db | Tx, sent: { code: string; ceremony: string; assertion?: { id: string } }): Reads {
  return {
    challenge: awaited(findByCode(db, sent.code)),
    policyInForce: awaited(deps.policyInForce(db)),
    ceremony: awaited(ceremonies(db, { id: sent.ceremony }).then(([row]) => row)),
    key: awaited(sent.assertion ? deps.keys.find(db, sent.assertion.id) : Promise.resolve(null)),
    signed: awaited(believedUnder(deps, db, codeOf(sent.code) ?? '')),
  }
}

/** By somebody, perhaps: what fails before that is no error that nobody handles. */
export function awaited<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
