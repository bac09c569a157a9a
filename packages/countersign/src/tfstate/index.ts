/**
 * Terraform's state, read without trusting it: facts for ledger and reconciliation, secrets by address, redaction, outputs. Pure: no I/O.
 * `apart.ts` does the same on threads apart; whatever is larger than a megabyte belongs there.
 *
 * The adversary wrote the bytes. They are walked strictly (RFC 8259, UTF-8, no duplicate keys, bounded nesting), before anything
 * of them is believed, and never parsed as a whole: memory beyond the body grows with the number of instances, not with its size.
 * It does not guarantee that a secret which nobody marked, and which looks like any other word, is found.
 */
export { TfstateError } from './error.ts'
export type { TfstateErrorCode } from './error.ts'
export type {
  AddressDiff,
  InstanceFact,
  NameDiff,
  OutputFact,
  Planned,
  PlannedAction,
  ReadOptions,
  Reconciliation,
  SecretFinding,
  SecretWhy,
  StateFacts,
  StateHead,
} from './shape.ts'
export { factsOf, readState, surveyState } from './read/read.ts'
export { compareStates } from './compare/compare.ts'
export { reconcile } from './compare/reconcile.ts'
export type { ReconcileOptions } from './compare/reconcile.ts'
export { redactState } from './redact/redact.ts'
export { outputsOnly } from './redact/outputs-only.ts'
export { redactedAddresses } from './redact/addresses.ts'
