/**
 * Keys by name. The programs ask for what a key does, never for its bytes where that can be avoided:
 * a KMS can answer `signer` without the key ever being here.
 *
 * Guaranteed of files (key-files.ts): 0600 in a 0700 folder, complete or absent after a crash, never
 * replaced by this program, not read through links or when other users could read them.
 * Not guaranteed: secrecy from root or from whoever has this user's account.
 */
export type SignerName = 'ledger'
export type SecretName = 'cookie' | 'setup' | 'sealing'
export type KeySetName = 'oidc-jwks'

export interface Signer {
  readonly algorithm: 'Ed25519'
  /** 32 raw bytes. */
  readonly publicKey: Uint8Array
  /** 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** A private JSON Web Key for ES256, as oidc-provider takes it. `kid` is the RFC 7638 thumbprint. */
export type PrivateJwk = { kty: 'EC'; crv: 'P-256'; x: string; y: string; d: string; use: 'sig'; alg: 'ES256'; kid: string }

export interface Keyring {
  /** null: there is none. The ledger decides whether a missing key is a fresh start or a loss; it is never made quietly. */
  signer(name: SignerName): Promise<Signer | null>
  /** Refuses (`key_exists`) when there is one. */
  createSigner(name: SignerName): Promise<Signer>
  /**
   * 32 random bytes, made at the first call. Losing `cookie` signs people out. Losing `sealing` loses what was sealed with it: seeds of
   * authenticator apps, passwords and recovery codes, never a key; and every row that is sealed with it (row-mac.ts) is believed no more: what
   * was granted is asked anew, and no state is served. It belongs into the backup beside the ledger's.
   */
  secret(name: SecretName): Promise<Uint8Array>
  /** Made at the first call. */
  keySet(name: KeySetName): Promise<{ keys: PrivateJwk[] }>
}

export type KeyErrorCode = 'key_exists' | 'key_unsafe' | 'key_damaged' | 'key_unavailable'

export class KeyError extends Error {
  override readonly name = 'KeyError'
  readonly code: KeyErrorCode

  constructor(code: KeyErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options)
    this.code = code
  }
}
