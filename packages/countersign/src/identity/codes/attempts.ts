/**
 * Attempts at something that can be guessed: a code of six digits, a password, a recovery code.
 *
 * The adversary guesses in parallel, at every endpoint and server, and sends what makes the effect fail. So an attempt is counted
 * as a failure *before* anything that was sent is looked at, in a unit of work of its own: no rollback of the effect takes it back. Only
 * a success clears the count, in the transaction of its effect. After a few failures in a row the next attempt has to wait, longer
 * each time. Keys are not counted here, and nothing here is asked when a key is used: this can never lock one out.
 *
 * SP 800-63B-4 section 3.2.2: never more than 100 failures in a row. For codes that is an end (`most`): the app has to be replaced.
 * Passwords wait for at most a quarter of an hour, since any stranger can make somebody else's fail; they open nothing alone.
 */
import { createHash } from 'node:crypto'
import type { Ledger } from '../../ledger/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/store/store.ts'
import { IdentityError } from '../errors.ts'
import type { Notice } from '../notices/notices.ts'
import { findByLogin } from '../profiles/profiles.ts'

export type AttemptRoom = { ports: { store: Store; clock: Clock; ledger: Pick<Ledger, 'append'> }; tell(tx: Tx, notice: Notice): Promise<void> }
type Rule = { free: number; first: number; longest: number; most: number }

const minute = 60_000
const rules = {
  totp: { free: 5, first: minute / 2, longest: 60 * minute, most: 100 },
  password: { free: 5, first: minute / 2, longest: 15 * minute, most: Infinity },
  recovery: { free: 5, first: minute / 2, longest: 15 * minute, most: Infinity },
} as const satisfies Record<string, Rule>

export type GuessedAt = keyof typeof rules
/** The end of time for whoever has used up `most`. */
export const never = 8_640_000_000_000_000

/** The right to look at one thing that was sent. Made by `take` alone. */
export class Attempt {
  readonly subject: string
  /** How many failures in a row there are, with this one. */
  readonly failures: number
  readonly #sent: string

  private constructor(subject: string, failures: number, sent: string) {
    this.subject = subject
    this.failures = failures
    this.#sent = sent
  }

  /** `whose`: a person's id for `totp`; else the sign-in name as typed, in its canonical form, whether or not it is anybody's. */
  static async take(room: AttemptRoom, kind: GuessedAt, whose: string, sent: string): Promise<Attempt> {
    const { store, clock } = room.ports
    const subject = subjectOf[kind](whose)
    const now = clock.now()
    return await store.write(async (tx) => {
      const failures = await count(tx, subject, now)
      if (failures === null) throw await tooMany(tx, subject, now)
      const wait = waitAfter(rules[kind], failures)
      if (wait > 0) {
        const until = wait === Infinity ? never : now + wait
        await tx.updateTable('code_attempt').set({ blocked_until: until }).where('subject', '=', subject).execute()
        await record(room, tx, { kind, whose, failures, until })
      }
      return new Attempt(subject, failures, sent)
    })
  }

  /** Before the comparison. The same code may be compared again, as when a unit of work is run anew: that tells nobody anything more. */
  mustBeFor(subject: string, sent: string): void {
    if (this.subject !== subject || this.#sent !== sent) throw new TypeError('an attempt is for one code, and for whom it was taken')
  }

  /** Takes the time that taking another attempt would: whoever measures does not see which of two ways was gone. */
  async linger({ ports: { store, clock } }: AttemptRoom): Promise<void> {
    await store.write((tx) => tx.updateTable('code_attempt').set({ last_at: clock.now() }).where('subject', '=', this.subject).execute())
  }

  /** In the transaction of what succeeded. */
  async succeeded(tx: Tx): Promise<void> {
    await tx.deleteFrom('code_attempt').where('subject', '=', this.subject).execute()
  }
}

export const subjectOf = {
  totp: (person: string) => `totp:${person}`,
  /** By what was typed, whether or not there is such a person: who waits learns nothing from it. */
  password: (login: string) => `password:${hashOf(login)}`,
  recovery: (login: string) => `recovery:${hashOf(login)}`,
} as const

/** A new authenticator starts without the failures of the old one. */
export async function forgetAttempts(tx: Tx, subject: string): Promise<void> {
  await tx.deleteFrom('code_attempt').where('subject', '=', subject).execute()
}

/** One statement, so that of two at once on two servers the second counts on from the first. null: has to wait. */
async function count(tx: Tx, subject: string, now: number): Promise<number | null> {
  const counted = await tx.insertInto('code_attempt').values({ subject, failures: 1, last_at: now, blocked_until: 0 })
    .onConflict((conflict) => conflict.column('subject')
      .doUpdateSet((row) => ({ failures: row('code_attempt.failures', '+', 1), last_at: now }))
      .where('code_attempt.blocked_until', '<=', now))
    .returning('failures').executeTakeFirst()
  return counted?.failures ?? null
}

/** Only for people there are: a stranger's invented names fill neither the ledger nor anybody's post. */
async function record(room: AttemptRoom, tx: Tx, { kind, whose, failures, until }: { kind: GuessedAt; whose: string; failures: number; until: number }): Promise<void> {
  const person = kind === 'totp' ? whose : (await findByLogin(tx, whose))?.person
  if (person === undefined) return
  const details = { kind, failures, until }
  await room.ports.ledger.append(tx, { type: 'sign-in.slowed', ids: { person }, details })
  await room.tell(tx, { person, kind: 'too-many-attempts', details })
}

/** 30 s after the fifth failure, twice as long after each further one. */
export function waitAfter({ free, first, longest, most }: Rule, failures: number): number {
  if (failures < free) return 0
  if (failures >= most) return Infinity
  return Math.min(longest, first * 2 ** (failures - free))
}

export function ruleOf(kind: GuessedAt): Rule {
  return rules[kind]
}

async function tooMany(tx: Tx, subject: string, now: number): Promise<IdentityError> {
  const row = await tx.selectFrom('code_attempt').select('blocked_until').where('subject', '=', subject).executeTakeFirst()
  const until = row?.blocked_until ?? now
  if (until >= never) {
    const next = 'Sign in with a key, or with a recovery code, and replace the authenticator app.'
    return new IdentityError('too_many_attempts', 'There were too many wrong codes in a row: this authenticator app is not asked any more.', next)
  }
  const seconds = Math.max(1, Math.ceil((until - now) / 1000))
  const next = `Wait ${seconds} seconds. A key works all the same.`
  return new IdentityError('too_many_attempts', 'There were too many wrong attempts in a row.', next, { headers: { 'Retry-After': String(seconds) } })
}

function hashOf(login: string): string {
  return createHash('sha256').update('countersign.attempt.v1\n').update(login, 'utf8').digest('hex')
}
