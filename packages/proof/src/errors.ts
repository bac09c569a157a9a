/**
 * The vocabulary of refusals: a closed set of codes in two families.
 *
 *   evidence   the evidence is bad: malformed, not signed, not bound together
 *   policy     the evidence is sound, and the requirement it names is not met
 *
 * The codes are part of the specification (docs/spec/statement-and-evidence.md, section 12): a second implementation gives
 * the same code for the same bytes, so the order of checks is part of it too.
 */

export type ProofFamily = 'evidence' | 'policy'

export const families = {
  // statements
  statement_not_canonical: 'evidence',
  subject_invalid: 'evidence',
  envelope_invalid: 'evidence',
  countersignature_invalid: 'evidence',
  code_invalid: 'evidence',
  key_invalid: 'evidence',
  // assertions, in the order in which they are checked
  assertion_owner: 'evidence',
  assertion_algorithm: 'evidence',
  assertion_client_data: 'evidence',
  assertion_authenticator_data: 'evidence',
  assertion_type: 'evidence',
  assertion_challenge: 'evidence',
  assertion_origin: 'evidence',
  assertion_cross_origin: 'evidence',
  assertion_rp_id: 'evidence',
  assertion_user_presence: 'evidence',
  assertion_user_verification: 'evidence',
  assertion_backup_state: 'evidence',
  assertion_backup_eligibility: 'evidence',
  assertion_signature: 'evidence',
  // the server's word
  countersignature_type: 'evidence',
  word_signature: 'evidence',
  // envelopes against the directory
  envelope_instance: 'evidence',
  envelope_role: 'evidence',
  envelope_origin: 'evidence',
  envelope_directory: 'evidence',
  envelope_window: 'evidence',
  envelope_checkpoint: 'evidence',
  nonce_reused: 'evidence',
  signer_unknown: 'evidence',
  signer_revoked: 'evidence',
  // the directory
  directory_entry_invalid: 'evidence',
  directory_chain: 'evidence',
  directory_time: 'evidence',
  directory_genesis: 'evidence',
  directory_instance: 'evidence',
  directory_signers: 'evidence',
  directory_duplicate: 'evidence',
  directory_person: 'evidence',
  directory_voucher: 'evidence',
  directory_relying_party: 'evidence',
  directory_target: 'evidence',
  directory_recovery: 'policy',
  directory_authority: 'policy',
  // the requirement of the subject
  countersignature_missing: 'policy',
  requirement_assurance: 'policy',
  requirement_phishing_resistant: 'policy',
  signer_on_probation: 'policy',
  requirement_self_step_up: 'policy',
  requirement_requester_excluded: 'policy',
  requirement_role: 'policy',
  requirement_distinct: 'policy',
  requirement_approvals: 'policy',
  requirement_freshness: 'policy',
  // the ledger
  inclusion_invalid: 'evidence',
  consistency_invalid: 'evidence',
  consistency_missing: 'evidence',
  checkpoint_malformed: 'evidence',
  checkpoint_origin: 'evidence',
  checkpoint_key: 'evidence',
  checkpoint_signature: 'evidence',
  leaf_invalid: 'evidence',
  leaf_commitment: 'evidence',
  leaf_details: 'evidence',
  leaf_missing: 'evidence',
  leaf_repeated: 'evidence',
  leaf_order: 'evidence',
  leaf_mismatch: 'evidence',
  grant_expired: 'policy',
  // the bundle and the trust file
  evidence_invalid: 'evidence',
  evidence_instance: 'evidence',
  evidence_kind: 'evidence',
  evidence_outcome: 'evidence',
  trust_invalid: 'evidence',
  trust_instance: 'evidence',
  trust_genesis: 'evidence',
  trust_relying_party: 'evidence',
  trust_ledger_key: 'evidence',
  trust_recovery: 'evidence',
} as const satisfies Record<string, ProofFamily>

export type ProofCode = keyof typeof families

export class ProofError extends Error {
  readonly code: ProofCode
  readonly family: ProofFamily

  constructor(code: ProofCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'ProofError'
    this.code = code
    this.family = families[code]
  }
}
