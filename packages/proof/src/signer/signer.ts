/** Who signed, with what, and where: the answer of `verifyCountersigned`, and what it is asked. */
import type { Directory, DirectoryKey, LedgerKeySpan, TotpAuthenticator } from '../types/directory.ts'
import type { Countersignature, CountersignatureType, Envelope, SignerRole } from '../types/statement.ts'

export type Asked<C extends Countersignature = Countersignature> = {
  countersignature: C
  subjectDigest: string
  directory: Directory
  until: number
  roles: readonly SignerRole[]
  /** what may stand here: a touch on a key, unless something else is named */
  types?: readonly CountersignatureType[]
  /** a key that is only about to enter the directory, and where it is to be used */
  entering?: { key: DirectoryKey; rpId: string; origins: readonly string[] }
}

/** What was signed with. A word is the ledger key's, whoever it speaks of. */
export type Means =
  | { type: 'webauthn'; key: DirectoryKey }
  | { type: 'totp'; authenticator: TotpAuthenticator; ledgerKey: LedgerKeySpan }
  | { type: 'host'; ledgerKey: LedgerKeySpan }

export type Signer = { envelope: Envelope; by: Means; demonstration: boolean }
