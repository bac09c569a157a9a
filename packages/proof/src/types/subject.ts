/**
 * Subjects: what is countersigned. A subject is the same bytes for everybody who signs it; who signs, when and against
 * which directory stands in the envelope. These are shapes only: `parseSubject` is what makes one out of foreign text.
 *
 * Encodings: digests are 64 lower-case hex characters of SHA-256; keys, nonces and signatures are base64url without
 * padding; times are RFC 3339 UTC with milliseconds; numbers are safe integers.
 */

export type Assurance = 'aal1' | 'aal2' | 'aal3'

/** What the policy demands before the action may happen. `freshSeconds` is the greatest age of a touch at the effect. */
export type Requirement = {
  assurance: Assurance
  phishingResistant: boolean
  freshSeconds: number
  /** the requester's own touch */
  selfStepUp: boolean
  /** how many different people must approve */
  approvals: number
  /** the role each of them holds; "" when no approvals are needed */
  approverRole: string
  excludeRequester: boolean
}

/** The policy that decided: digest of its bytes, the rule by name, and what it demanded. */
export type PolicyRef = { digest: string; rule: string; requirement: Requirement }

export type NamedPerson = { id: string; name: string }

type Common = { v: 1; instance: string; org: string }

export type ChangeSummary = {
  create: number
  update: number
  replace: number
  delete: number
  import: number
  forget: number
  move: number
  read: number
  outputs: number
  /** at most 50, most critical first */
  critical: { address: string; action: string; reason: string }[]
  criticalOmitted: number
}

export type Risk = {
  level: 'none' | 'low' | 'medium' | 'high' | 'critical'
  /** at most 100 */
  reasons: { code: string; address: string; detail: string }[]
  reasonsOmitted: number
}

export type RunSubject = Common & {
  kind: 'run'
  action: 'run.apply'
  scope: 'apply' | 'destroy'
  mode: 'wrapped' | 'native' | 'agent'
  derivation: 'client-claimed' | 'agent-derived'
  run: string
  requester: string
  /** RFC 7638 SHA-256 thumbprint of the key that may apply, base64url */
  executor: string
  workspace: {
    /** project/name */
    name: string
    environment: string
    enforcement: 'advisory' | 'state-gated' | 'credential-gated'
    /** `location` is a digest */
    backend: { type: string; cliWorkspace: string; location: string }
  }
  /** `file`: digest of the plan file; `json`: digest of the redacted plan JSON; `redactor`: its version */
  plan: { file: string; json: string; redactor: string }
  /** `digest`: of `tfstate` as stored in the plan file; a first apply has lineage "" and serial 0 */
  state: { lineage: string; serial: number; digest: string }
  engine: { name: 'terraform' | 'tofu'; version: string; binary: string }
  /** sorted by address */
  providers: { address: string; version: string; digest: string }[]
  /** `digest` is "" when the tree is not bound */
  tree: { digest: string; files: number; bytes: number; bound: boolean }
  arguments: string[]
  /** sorted by name; digests, because a TF_VAR_ may be a secret */
  variables: { name: string; digest: string }[]
  /** "" when unknown */
  commit: string
  dirty: boolean
  summary: ChangeSummary
  risk: Risk
  /** what cannot be bound, by name */
  unbound: string[]
  policy: PolicyRef
}

export type PolicySubject = Common & {
  kind: 'policy'
  action: 'policy.change'
  change: string
  requester: string
  from: string
  to: string
  /** plain sentences: what the change loosens or tightens */
  effect: string[]
  policy: PolicyRef
}

/** What can be asked of a state that is kept by this installation. */
export type StateAction =
  | 'state.credential'
  | 'state.plan'
  | 'state.write'
  | 'state.read'
  | 'state.read-redacted'
  | 'state.read-outputs'
  | 'state.import'
  | 'state.rollback'
  | 'state.delete'
  | 'state.restore'
  | 'state.accept'
  | 'state.discard'
  | 'state.force-unlock'

/** One version of a state. `version` 0, `lineage` "", `serial` 0, `digest` "": none. `digest`: of the bytes of the state. */
export type StateVersionRef = { version: number; lineage: string; serial: number; digest: string }

/** What becoming current would change: counts of resources and outputs, and addresses with everything secret taken out. */
export type StateChanges = {
  added: number
  changed: number
  removed: number
  outputs: number
  /** at most 50, sorted by address */
  addresses: { address: string; change: 'added' | 'changed' | 'removed' }[]
  omitted: number
}

/** One thing asked of the state of one workspace. */
export type StateSubject = Common & {
  kind: 'state'
  action: StateAction
  /** one question, one statement */
  request: string
  requester: string
  /** thumbprint of a terminal's key, or the id of a state credential, or "" from a browser */
  executor: string
  workspace: {
    /** project/workspace; the workspace may hold slashes */
    name: string
    environment: string
    enforcement: 'state-gated'
  }
  /** network address that asks, as the server saw it */
  source: string
  /** of a credential; "" otherwise */
  phase: '' | 'plan' | 'apply'
  /** how much of the state can be read with what is granted; "" where nothing is read */
  tier: '' | 'outputs' | 'redacted' | 'full'
  /** seconds: how long what is granted lives at most; of what is deleted or discarded, how long it can be brought back; otherwise 0 */
  lasts: number
  /** `digest`: of LockInfo.ID; the rest is the client's word about itself. All "" without a lock */
  lock: { digest: string; operation: string; who: string; info: string }
  /** what is current */
  state: StateVersionRef
  /** what it is about: the version to go back to, to delete, in quarantine, to import; none where it is the state as a whole */
  target: StateVersionRef
  /** it is about every version of the state */
  whole: boolean
  changes: StateChanges
  policy: PolicyRef
}

/** COSE algorithm identifiers: ES256, RS256, EdDSA (Ed25519). */
export type Algorithm = -7 | -257 | -8

/** A WebAuthn credential as it was registered. Everything but `id`, `alg` and `publicKey` is the authenticator's claim. */
export type Credential = {
  id: string
  alg: Algorithm
  /** SubjectPublicKeyInfo, DER, base64url */
  publicKey: string
  aaguid: string
  backupEligible: boolean
  backedUp: boolean
  transports: string[]
}

/**
 * What the authenticator said of itself at `create()`: `digest` is of the whole attestation object, which is kept.
 * `root`: SHA-256 of the DER of the root to which the server verified it, hex; "" where it did not, and all of it is a claim.
 */
export type Attestation = { format: string; digest: string; root: string }

type Enrolment = Common & {
  person: NamedPerson
  authenticator: string
  label: string
  credential: Credential
  attestation: Attestation
  /** digest of the intent that was the challenge of create() */
  intent: string
  rpId: string
  origins: string[]
  demonstration: boolean
}

export type GenesisSubject = Enrolment & { kind: 'genesis'; ledgerKey: string; policy: string }

/** Who vouches, and with which key. `credential` is "" where the host does, for the person themself. */
export type Voucher = { person: string; credential: string }

export type RegistrationSubject = Enrolment & { kind: 'registration'; voucher: Voucher }

/** An authenticator app. Its secret is the server's and never stands here; what stands here is who let it in. */
export type TotpSubject = Common & {
  kind: 'totp'
  action: 'authenticator.change'
  /** one question, one statement: the same change asked for again is another one */
  request: string
  person: NamedPerson
  authenticator: string
  label: string
  voucher: Voucher
}

export type RevocationSubject = Common & {
  kind: 'revocation'
  action: 'authenticator.change'
  /** one question, one statement: the same change asked for again is another one */
  request: string
  person: string
  authenticator: string
  /** "" for an authenticator app, which has none */
  credential: string
  reason: 'removed' | 'lost' | 'compromised' | 'vetoed'
  requester: string
  policy: PolicyRef
}

export type RoleSubject = Common & {
  kind: 'role'
  action: 'member.change'
  /** one question, one statement: the same change asked for again is another one */
  request: string
  person: NamedPerson
  role: string
  /** "" the organisation, "project", or "project/name" */
  scope: string
  change: 'grant' | 'remove'
  requester: string
  policy: PolicyRef
}

/** A person leaves: every key, authenticator app and role of theirs ends, and their id is never used again. */
export type RemovalSubject = Common & {
  kind: 'removal'
  action: 'member.remove'
  /** one question, one statement: the same change asked for again is another one */
  request: string
  person: string
  requester: string
  policy: PolicyRef
}

/** Somebody has lost their keys, others say: 48 hours in which the person can say no, then new ones. */
export type RecoverySubject = Common & {
  kind: 'recovery'
  action: 'member.recover'
  /** one question, one statement: the same change asked for again is another one */
  request: string
  person: string
  change: 'start' | 'veto'
  requester: string
  policy: PolicyRef
}

/** Two ids are one human, and count as one. */
export type LinkSubject = Common & {
  kind: 'link'
  action: 'member.link'
  /** one question, one statement: the same change asked for again is another one */
  request: string
  person: string
  same: string
  requester: string
  policy: PolicyRef
}

export type LedgerKeySubject = Common & {
  kind: 'ledger-key'
  action: 'ledger.change'
  /** one question, one statement: the same change asked for again is another one */
  request: string
  /** C2SP vkeys */
  key: string
  previous: string
  requester: string
  policy: PolicyRef
}

export type RelyingPartySubject = Common & {
  kind: 'relying-party'
  action: 'relying-party.change'
  /** one question, one statement: the same change asked for again is another one */
  request: string
  /** several sites may hold at once; adding one whose rpId holds gives it other origins */
  change: 'add' | 'retire'
  rpId: string
  origins: string[]
  requester: string
  policy: PolicyRef
}

export type DirectorySubject =
  | GenesisSubject
  | RegistrationSubject
  | TotpSubject
  | RevocationSubject
  | RoleSubject
  | RemovalSubject
  | RecoverySubject
  | LinkSubject
  | LedgerKeySubject
  | RelyingPartySubject

export type Subject = RunSubject | StateSubject | PolicySubject | DirectorySubject

export type SubjectKind = Subject['kind']
