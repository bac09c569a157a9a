/**
 * The gate: the only place where a decision about a privileged action is made, and the one way through.
 *
 * ask -> decide -> challenge -> countersign -> grant. Doors meet only here. Every decision, allowed or denied, is a leaf
 * of the ledger in the transaction of its effect; if the ledger cannot be written, the action does not happen.
 */
import type { Tx } from '../platform/store/store.ts'
import { afterCommit } from '../platform/store/unit.ts'
import { permits, permitted, scopesOf, useCase } from './admit.ts'
import type { Authorized, UseCase } from './admit.ts'
import { ask, preview } from './ask.ts'
import type { Answer, Question } from './ask.ts'
import { begin } from './begin.ts'
import { consentTo } from './consent.ts'
import type { Consent } from './consent.ts'
import type { ActionName } from './catalogue.ts'
import { findByCode, noSuchCode, partOf, signedOf, statusOf, viewOf } from './challenge.ts'
import type { ChallengeRow, ChallengeView, Signed } from './challenge.ts'
import { cancel, deny, sweepExpired } from './close.ts'
import { countersign } from './countersign.ts'
import type { Effects, Sent } from './countersign.ts'
import { waitingFor } from './list.ts'
import { listReports } from './reports.ts'
import { redeem, voidGrants } from './grant.ts'
import type { Claim } from './grant.ts'
import type { GateDeps } from './ports.ts'
import type { Db } from '../platform/store/store.ts'
import type { Decision, PolicyInput } from '../policy/index.ts'
import type { ChallengeStatus } from './tables.ts'

export type { Answer, Question } from './ask.ts'
export type { Authorized, UseCase } from './admit.ts'
export type { ChallengeView, Signed } from './challenge.ts'
export { bundleOf, typeOf } from './evidence.ts'
export type { Consent } from './consent.ts'
export type { Completed, Effects, SentAssertion } from './countersign.ts'
export type { GateDeps, Keys, KnownKey, People, Place } from './ports.ts'
export { actionNames } from './catalogue.ts'
export type { ActionName } from './catalogue.ts'
export { GateError } from './errors.ts'
export type { GateErrorCode } from './errors.ts'
export { gateMigrations } from './tables.ts'
export { createTamperAlarm } from './tamper-alarm.ts'

export interface Gate {
  readonly useCase: <A extends ActionName, I, O>(name: string, action: A, handler: (authorized: Authorized<A>, input: I) => Promise<O>) => UseCase<A, I, O>
  /** Refuses whoever may not do this over that scope, as the transaction sees their roles. */
  permits(db: Db | Tx, by: Authorized<ActionName>, over: string): Promise<void>
  permitted(db: Db | Tx, by: Authorized<ActionName>, over: string): Promise<boolean>
  /** Over which scopes they may: "" is everything. */
  scopesOf(db: Db | Tx, by: Authorized<ActionName>): Promise<readonly string[]>
  ask<A extends ActionName>(tx: Tx, by: Authorized<A>, question: Question): Promise<Answer>
  preview(tx: Tx, action: ActionName, input: PolicyInput): Promise<{ decision: Decision; policy: string }>
  /** Checks that a grant covers exactly this, and consumes it: the first thing in the transaction of the effect. */
  covers(tx: Tx, claim: Claim): Promise<void>
  /** Voids the open grants of a scope. */
  void(tx: Tx, scope: string, why: string): Promise<number>
  /** Voids the open grants about one thing. */
  voidOf(tx: Tx, ref: string, why: string): Promise<number>
  /** Voids every open grant: the ground under all of them has moved. */
  voidAll(tx: Tx, why: string): Promise<number>
  cancel(tx: Tx, ref: string, by: string): Promise<void>
  sweepExpired(): Promise<number>
  /** Where the question about `ref` stands, for the door that asked. */
  standing(db: Db | Tx, ref: string): Promise<Standing>
  /** What the grant about `ref` that was used rests on; null where there is none. */
  consentTo(db: Db | Tx, ref: string): Promise<Consent | null>
}

export type Standing = {
  challenge: { code: string; status: ChallengeStatus; expiresAt: number; subject: string; digest: string; signed: Signed[] } | null
  grant: { id: string; expiresAt: number; status: 'open' | 'consumed' | 'void' | 'expired' } | null
}

export function createGate(deps: GateDeps): Gate {
  return {
    useCase: (name, action, handler) => useCase(deps, name, action, handler),
    permits: (db, by, over) => permits(deps, db, by, over),
    permitted: (db, by, over) => permitted(deps, db, by, over),
    scopesOf: (db, by) => scopesOf(deps, db, by),
    ask: (tx, by, question) => watchedAsk(deps, tx, by, question),
    preview: (tx, action, input) => preview(deps, tx, action, input),
    covers: (tx, claim) => redeem(deps, tx, claim),
    void: (tx, scope, why) => voidGrants(deps, tx, { scope }, why),
    voidAll: (tx, why) => voidGrants(deps, tx, {}, why),
    voidOf: (tx, ref, why) => voidGrants(deps, tx, { ref }, why),
    cancel: (tx, ref, by) => cancel(deps, tx, ref, by),
    sweepExpired: () => sweepExpired(deps),
    standing: (db, ref) => standing(deps, db, ref),
    consentTo: (db, ref) => consentTo(deps, db, ref),
  }
}

/** Counted when it is committed: what was rolled back was not decided. */
async function watchedAsk<A extends ActionName>(deps: GateDeps, tx: Tx, by: Authorized<A>, question: Question): Promise<Answer> {
  const work = (): Promise<Answer> => ask(deps, tx, by, question)
  const answer = await (deps.telemetry ? deps.telemetry.span('gate decision', { 'countersign.action': by.action }, work) : work())
  afterCommit(tx, () => deps.telemetry?.decided(by.action, answer.effect))
  return answer
}

async function standing(deps: GateDeps, db: Db | Tx, ref: string): Promise<Standing> {
  const now = deps.clock.now()
  const row = await db.selectFrom('gate_challenge').selectAll().where('ref', '=', ref).orderBy('created_at', 'desc').executeTakeFirst()
  const grant = await db.selectFrom('gate_grant').select(['id', 'expires_at', 'status']).where('ref', '=', ref).orderBy('created_at', 'desc').executeTakeFirst()
  return {
    challenge: row
      ? {
          code: row.code,
          status: statusOf(row, now),
          expiresAt: row.expires_at,
          subject: row.subject,
          digest: row.subject_digest,
          signed: await signedOf(db, row.id),
        }
      : null,
    grant: grant
      ? { id: grant.id, expiresAt: grant.expires_at, status: grant.status === 'open' && grant.expires_at <= now ? 'expired' : grant.status }
      : null,
  }
}

/** Who asked, whoever may read in the workspace it is about, and who is asked. To everybody else it is not there. */
async function visible(deps: GateDeps, db: Db | Tx, by: Authorized<ActionName>, row: ChallengeRow): Promise<boolean> {
  if (row.requester === by.actor.id || (await permitted(deps, db, by, row.reach))) return true
  return (await partOf(deps, db, row, by.actor.id, await signedOf(db, row.id))).may
}

/** The gate's own use cases: reading what waits and answering it. Only a browser session of a member can. */
export function gateUseCases(deps: GateDeps, effects: Effects) {
  const view = async (by: Authorized<ActionName>, code: string): Promise<ChallengeView> =>
    deps.store.read(async (db) => {
      const row = await findByCode(db, code)
      if (!(await visible(deps, db, by, row))) throw noSuchCode(code)
      return viewOf(deps, db, row, by.actor)
    })
  return {
    list: useCase(deps, 'list challenges', 'challenge.read', async (by, _: Record<string, never>): Promise<ChallengeView[]> =>
      deps.store.read(async (db) => {
        const views = []
        for (const row of await waitingFor(deps, db, by, (row) => visible(deps, db, by, row))) views.push(await viewOf(deps, db, row, by.actor))
        return views
      }),
    ),
    show: useCase(deps, 'show a challenge', 'challenge.read', async (by, input: { code: string }) => view(by, input.code)),
    begin: useCase(deps, 'begin a ceremony', 'challenge.answer', async (by, input: { code: string; typed: string; origin?: string }) => begin(deps, by, input)),
    finish: useCase(deps, 'countersign', 'challenge.answer', async (by, input: Sent) =>
      view(by, await countersign(deps, effects, by, input)),
    ),
    reports: useCase(deps, 'list reports', 'report.read', (by, _: Record<string, never>) => listReports(deps, by)),
    deny: useCase(deps, 'deny a challenge', 'challenge.answer', async (by, input: { code: string; report: boolean }) =>
      view(by, await deny(deps, by, input)),
    ),
  }
}
