/**
 * Codes, passwords, recovery codes and profiles put together, from one secret of the keyring: what is derived from it for one use is
 * of no use to another.
 */
import { hkdfSync } from 'node:crypto'
import type { Countersignature, TotpCountersignature } from '@countersign/proof'
import { createSealing } from '../../platform/sealing.ts'
import type { Db, Tx } from '../../platform/store/store.ts'
import { beginFresh } from '../fresh/fresh.ts'
import type { Notice } from '../notices/notices.ts'
import { createHashing } from '../passwords/hashing.ts'
import { keepFirstPassword, passwordChangedAt, preparePassword, setPassword, type PasswordRoom, type PreparedPassword } from '../passwords/passwords.ts'
import type { Room } from '../ports.ts'
import { forgetPerson } from '../profiles/forget.ts'
import { profileOf, setProfile, type Profile } from '../profiles/profiles.ts'
import { makeRecoveryCodes, remaining, useRecoveryCode, type RecoveryRoom } from '../recovery-codes/codes.ts'
import { signInWithPassword } from '../sign-in/with-password.ts'
import type { App, PendingApp } from './apps.ts'
import { Attempt } from './attempts.ts'
import { attestCode } from './attest.ts'
import { beginApp, confirmApp, dropPending } from './enrol.ts'
import { beginInvitedApp, confirmInvitedApp } from './invited.ts'
import { removableApp, revokeApp } from './revoke.ts'
import { createSeeds } from './seeds.ts'
import { parseTyped } from './typed.ts'
import { verifyCode, type VerifiedCode } from './verify.ts'
import { beginVouching, finishVouching } from './vouch.ts'

/** A use case of these rooms, without the room. */
type UseCase<F> = F extends (room: never, ...given: infer Given) => infer Answer ? (...given: Given) => Answer : never

/** An attempt at a code, counted already, and what was typed. */
export type TypedAttempt = { readonly person: string; readonly typed: Parameters<typeof verifyCode>[2] }

export interface Codes {
  /** Apps that count, without their seeds. */
  of(db: Db | Tx, person: string): Promise<App[]>
  /** A person's own apps that wait for a voucher. */
  pending(db: Db | Tx, person: string): Promise<PendingApp[]>
  /** Everybody's, for those who may vouch: without the fingerprint, which they have to be told. */
  waiting(db: Db | Tx): Promise<Omit<PendingApp, 'fingerprint' | 'fromTerminal'>[]>
  begin: UseCase<typeof beginApp>
  confirm: UseCase<typeof confirmApp>
  drop: UseCase<typeof dropPending>
  /** The same for whoever holds an enrolment link, together with their first password. */
  beginInvited: UseCase<typeof beginInvitedApp>
  confirmInvited: UseCase<typeof confirmInvitedApp>
  beginVouching: UseCase<typeof beginVouching>
  finishVouching: UseCase<typeof finishVouching>
  /**
   * First, outside of any transaction: refuses what is no code (`code_malformed`), and counts the attempt as a failure until
   * `verify` has succeeded (`too_many_attempts` when there were too many). No rollback takes that back.
   */
  attempt(given: { person: string; code: string }): Promise<TypedAttempt>
  /** Then, in the transaction of the effect: consumes the step. Throws `code_wrong`, `code_used`, `no_code_authenticator`. */
  verify(tx: Tx, attempt: TypedAttempt): Promise<VerifiedCode>
  /** The server's word over the challenge of a statement and its envelope: the countersignature to store. */
  attest(given: { verified: VerifiedCode; envelope: string; challenge: Uint8Array }): Promise<TotpCountersignature>
  /** For the door, before it asks for a removal. */
  removable(tx: Tx, given: { person: string; authenticator: string }): Promise<App>
  /** The effect of a completed `revocation` whose credential is "". */
  revoke(tx: Tx, subject: string, countersignatures: Countersignature[]): Promise<void>
}

export interface Passwords {
  /** null: there is none. Milliseconds. */
  changedAt(db: Db | Tx, person: string): Promise<number | null>
  set: UseCase<typeof setPassword>
  /** For somebody who enrols: hash first, then keep in the transaction; refused when there is one already. */
  prepareFirst: UseCase<typeof preparePassword>
  keepFirst(tx: Tx, prepared: PreparedPassword): Promise<void>
  signIn: UseCase<typeof signInWithPassword>
}

export interface RecoveryCodes {
  make: UseCase<typeof makeRecoveryCodes>
  use: UseCase<typeof useRecoveryCode>
  remaining(db: Db | Tx, person: string): Promise<number>
}

export interface Profiles {
  of(db: Db | Tx, person: string): Promise<Profile | undefined>
  /** Refuses `login_unfit`, `login_taken`, and an e-mail address that is none. */
  set(tx: Tx, given: Profile): Promise<Profile>
  /** When somebody is removed: profile, password, recovery codes and seeds go. */
  forget(tx: Tx, person: string): Promise<void>
}

export type Secrets = { codes: Codes; passwords: Passwords; recoveryCodes: RecoveryCodes; profiles: Profiles; beginFresh: UseCase<typeof beginFresh> }

/** `failed` is told at the start when the key is not the one that seeds were sealed with: a key file that was lost is made anew. */
export async function createSecrets(base: Room, failed: (error: unknown) => void): Promise<Secrets> {
  const { ports, settings } = base
  const root = await ports.keyring.secret('sealing')
  const key = (use: string): Uint8Array => new Uint8Array(hkdfSync('sha256', root, new Uint8Array(), `countersign.${use}.v1`, 32))
  const seeds = createSeeds({ sealing: createSealing(key('sealing'), ports.random), random: ports.random, instance: settings.instance })
  const tell = async (tx: Tx, notice: Notice): Promise<void> => await ports.notices?.tell(tx, notice)
  const hashing = createHashing(key('password'))
  const room: PasswordRoom & RecoveryRoom = { ...base, seeds, tell, hashing, recoveryKey: key('recovery-codes') }
  await tryOne(room).catch(failed)
  return {
    codes: codesOf(room),
    passwords: {
      changedAt: passwordChangedAt,
      set: (by, given) => setPassword(room, by, given),
      prepareFirst: (given) => preparePassword(room, given),
      keepFirst: (tx, prepared) => keepFirstPassword(room, tx, prepared),
      signIn: (given) => signInWithPassword(room, given),
    },
    recoveryCodes: { make: (by, given) => makeRecoveryCodes(room, by, given), use: (given) => useRecoveryCode(room, given), remaining },
    profiles: { of: profileOf, set: setProfile, forget: (tx, person) => forgetPerson(tx, person, ports.clock.now()) },
    beginFresh: (by, what) => beginFresh(room, by, what),
  }
}

async function tryOne({ ports, seeds }: PasswordRoom): Promise<void> {
  const row = await ports.store.read((db) =>
    db.selectFrom('totp_authenticator').selectAll().where('sealed_seed', '!=', '').where('revoked_at', 'is', null).orderBy('id').limit(1).executeTakeFirst())
  if (row) seeds.open({ id: row.id, person: row.person, sealedSeed: row.sealed_seed })
}

function codesOf(room: PasswordRoom): Codes {
  const shown = ({ id, person, label, kind, createdAt, lastUsedAt }: App): App => ({ id, person, label, kind, createdAt, lastUsedAt })
  return {
    of: async (db, person) => (await room.apps.of(db, person)).map(shown),
    pending: (db, person) => room.apps.pending(db, person),
    waiting: async (db) => (await room.apps.pending(db)).map(({ id, person, label, kind, createdAt }) => ({ id, person, label, kind, createdAt })),
    begin: (who, given) => beginApp(room, who, given),
    confirm: (who, given) => confirmApp(room, who, given),
    drop: (who, given) => dropPending(room, who, given),
    beginInvited: (given) => beginInvitedApp(room, given),
    confirmInvited: (given) => confirmInvitedApp(room, given),
    beginVouching: (by, given) => beginVouching(room, by, given),
    finishVouching: (by, given) => finishVouching(room, by, given),
    async attempt({ person, code }) {
      const typed = parseTyped(code)
      return { person, typed: { person, code: typed, attempt: await Attempt.take(room, 'totp', person, typed) } }
    },
    verify: (tx, { typed }) => verifyCode(room, tx, typed),
    attest: (given) => attestCode(() => room.ports.keyring.signer('ledger'), given),
    removable: async (tx, given) => shown(await removableApp(room, tx, given)),
    revoke: (tx, subject, countersignatures) => revokeApp(room, tx, subject, countersignatures),
  }
}
