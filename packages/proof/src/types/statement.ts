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

/** One person's proof over one statement. `envelope` is canonical JSON text. */
export type Countersignature = Assertion & { type: 'webauthn'; envelope: string }
