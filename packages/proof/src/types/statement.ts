/** Who signs a subject, and their proof of it. Shapes only; `parseEnvelope` and `verifyAssertion` give them meaning. */

export type SignerRole = 'self' | 'approver' | 'genesis' | 'possession' | 'voucher'

/** A Merkle tree head: `root` in hex. */
export type TreeHead = { size: number; root: string }

/** A directory head: the number of entries and the hash that chains them. */
export type DirectoryHead = { size: number; head: string }

export type Envelope = {
  v: 1
  instance: string
  person: string
  role: SignerRole
  /** position among the countersignatures asked for; informative, no rule rests on it */
  slot: number
  /** 32 bytes, base64url, never used twice */
  nonce: string
  notBefore: string
  expires: string
  origin: string
  checkpoint: TreeHead
  directory: DirectoryHead
}

/** The three outputs of navigator.credentials.get(), base64url, and the credential they are said to come from. */
export type Assertion = {
  credential: string
  authenticatorData: string
  clientDataJSON: string
  signature: string
}

/** A touch on a person's registered key. `envelope` is canonical JSON text, here and below. */
export type KeyCountersignature = Assertion & { type: 'webauthn'; envelope: string }

/**
 * The server's word that this person's authenticator app gave the right code: an Ed25519 signature by the ledger key. Who
 * holds a shared secret can be anybody who has seen it, the server first, so it never counts where a key is demanded.
 */
export type TotpCountersignature = { type: 'totp'; envelope: string; authenticator: string; signature: string }

/** The host's word that a sole owner has lost every key: an Ed25519 signature by the ledger key. Loud: see `TrustFile.recoveries`. */
export type HostCountersignature = { type: 'host'; envelope: string; signature: string }

/** One person's proof over one statement, or the server's word in its place, which is never called a proof. */
export type Countersignature = KeyCountersignature | TotpCountersignature | HostCountersignature

export type CountersignatureType = Countersignature['type']
