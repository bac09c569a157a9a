/** What a person is told about themself, over every channel there is (their pages, e-mail): declared here, sent elsewhere. */
import type { JsonObject } from '../../platform/json.ts'
import type { Tx } from '../../platform/store/store.ts'

export type NoticeKind =
  | 'authenticator-added'
  | 'authenticator-removed'
  /** A terminal of theirs has set up an authenticator app, which waits for their key. */
  | 'authenticator-waits'
  | 'password-changed'
  | 'recovery-codes-made'
  | 'recovery-code-used'
  | 'recovery-started'
  | 'recovery-vetoed'
  /** The server was started so that its one owner can come back without a key. */
  | 'host-recovery'
  | 'role-changed'
  /** What they sign in with, or where they are told things, was set by somebody who looks after them. */
  | 'profile-changed'
  /** Somebody has typed wrong codes, passwords or recovery codes for this person, and has to wait now. */
  | 'too-many-attempts'

export type Notice = { person: string; kind: NoticeKind; details: JsonObject }

export interface Notices {
  /** In the transaction of what happened: it is told if and only if that lasts. Must only write to the database. */
  tell(tx: Tx, notice: Notice): Promise<void>
}
