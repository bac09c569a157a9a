/**
 * The tables of this room. Secrets (set-up token, session, tokens, proof ids) are stored as SHA-256 only: reading the database signs nobody in.
 *
 * The directory chain is the authority on people, keys and roles; `authenticator` repeats what a ceremony needs quickly, and adds
 * what is the server's own knowledge (sign counter, last use, attestation object).
 */
export interface DirectoryEntryTable {
  seq: number
  /** Canonical text of the entry. */
  entry: string
  /** Head of the chain after this entry, hex. */
  head: string
  time: number
}

export interface AuthenticatorTable {
  id: string
  person: string
  label: string
  credential_id: string
  alg: number
  /** SPKI DER, base64url. */
  public_key: string
  aaguid: string
  backup_eligible: number
  backed_up: number
  /** JSON array. */
  transports: string
  attestation_format: string
  attestation_digest: string
  /** base64url: text is the same in SQLite and PostgreSQL. */
  attestation_object: string
  demonstration: number
  sign_count: number
  /** 'genesis' or 'registration': the rule for newly added keys reads this with created_at. */
  via: string
  /** Credential id that vouched; "" for genesis. */
  vouched_by: string
  created_at: number
  last_used_at: number | null
  revoked_at: number | null
}

export interface SetupTokenTable {
  hash: string
  created_at: number
  expires_at: number
}

export interface CeremonyTable {
  /** SHA-256 of the ceremony's secret. */
  hash: string
  purpose: string
  stage: string
  /** Person and session it belongs to; "" before sign-in. */
  person: string
  session: string
  /** JSON. */
  data: string
  created_at: number
  expires_at: number
  consumed_at: number | null
}

export interface SessionTable {
  id: string
  secret_hash: string
  person: string
  authenticator: string
  client: string
  address: string
  auth_time: number
  last_seen_at: number
  expires_at: number
  ended_at: number | null
  ended_why: string | null
  /** 'aal1', 'aal2' */
  acr: string
  /** RFC 8176 names, with spaces between: 'hwk user', 'swk user', 'pwd otp', 'otp'. */
  amr: string
  /** "" or 'enrolment': opened with a recovery code, and good for adding an authenticator only. */
  limited_to: string
}

export interface TerminalTokenTable {
  id: string
  secret_hash: string
  person: string
  /** Session it was granted from, and that session's authenticator: revoking the key ends the token. */
  session: string
  authenticator: string
  /** Thumbprint of the DPoP key; "" for a bearer token (`terraform login`). */
  thumbprint: string
  client: string
  auth_time: number
  created_at: number
  expires_at: number
  ended_at: number | null
  ended_why: string | null
  grant_hash: string
  /** The provider's own record of it (JSON, without the token). */
  payload: string
  /** Id of the first token of this sign-in: a renewed one belongs to the same terminal, and ends with it. */
  family: string
  /** After this nothing is renewed: the person signs in again. */
  family_expires_at: number
  /** With spaces between. */
  scope: string
  /** The resource server that the token is for; "" for our own interface. */
  audience: string
  /** What the person had proven, as in `session`. */
  acr: string
  amr: string
}

export interface OidcRecordTable {
  model: string
  id_hash: string
  uid_hash: string | null
  grant_hash: string | null
  payload: string
  consumed_at: number | null
  expires_at: number
}

export interface DpopProofTable {
  /** SHA-256 over the key's thumbprint and the proof's jti. */
  hash: string
  expires_at: number
}

/** What the server knows of a person beside the directory; never a reason to believe who they are. */
export interface PersonProfileTable {
  person: string
  /** As canonicalised by profiles.ts: what the person types to sign in without a key. */
  login: string
  /** For notices; "" when there is none. */
  email: string
}

export interface PasswordTable {
  person: string
  /** PHC string, argon2id. */
  hash: string
  changed_at: number
}

export interface TotpAuthenticatorTable {
  id: string
  person: string
  label: string
  /** Envelope-encrypted, bound to this row (platform/sealing.ts). */
  sealed_seed: string
  /** Of the pending enrolment: what its person tells the one who vouches. */
  fingerprint: string
  /** null: the person has shown two codes, and nobody has vouched yet. */
  vouched_at: number | null
  created_at: number
  last_used_at: number | null
  revoked_at: number | null
  /** Client and address of the terminal it was set up from, for show; "" in a browser. */
  from_terminal: string
}

/** The last step of 30 s that a person used, whichever of their authenticators it was, on whichever server. */
export interface TotpStepTable {
  person: string
  last_step: number
}

/** Attempts in a row that did not succeed, over all endpoints and servers. */
export interface CodeAttemptTable {
  /** What is guessed at and whose: `totp:usr_...`, `password:<hash of the login>`, `recovery:<hash of the login>`. */
  subject: string
  failures: number
  last_at: number
  blocked_until: number
}

export interface RecoveryCodeTable {
  /** Keyed hash over person and code. */
  hash: string
  person: string
  created_at: number
  used_at: number | null
}

export { identityMigrations } from './migrations.ts'

declare module '../platform/store/tables.ts' {
  interface Tables {
    directory_entry: DirectoryEntryTable
    authenticator: AuthenticatorTable
    setup_token: SetupTokenTable
    ceremony: CeremonyTable
    session: SessionTable
    terminal_token: TerminalTokenTable
    oidc_record: OidcRecordTable
    dpop_proof: DpopProofTable
    person_profile: PersonProfileTable
    password: PasswordTable
    totp_authenticator: TotpAuthenticatorTable
    totp_step: TotpStepTable
    code_attempt: CodeAttemptTable
    recovery_code: RecoveryCodeTable
  }
}
