/**
 * Terraform and OpenTofu plans: decoding, redaction, change classes, risk. Pure: no I/O and nothing of Node, so that the console
 * shows what the server and the command line computed, from the same code.
 *
 * Order on the client:  decodePlanText -> parsePlan -> redactPlan -> clientFindings          (the raw plan stays on the machine)
 * Order on the server:  readRedacted -> classifyChanges -> assessRisk -> mergeRisk -> summarise
 * Both hash `planDigestInput(text)` with SHA-256: the digest `subject.plan.json`.
 *
 * It guarantees that nothing outside the allow-list of docs/spec/plan.md is in the redacted text. It does not guarantee that a
 * secret which nobody marked, and which looks like any other word, is found.
 */
export { PlanError, planErrorCodes } from './error.ts'
export type { PlanErrorCode } from './error.ts'
export { REDACTOR } from './shape.ts'
export type {
  Change,
  ChangeClass,
  Difference,
  Finding,
  Json,
  JsonObject,
  PlanAction,
  RawPlan,
  Reason,
  RedactedChange,
  RedactedPlan,
  RedactedResource,
  RiskLevel,
  Side,
} from './shape.ts'
export { decodePlanText } from './text/decode.ts'
export { parsePlan } from './text/parse.ts'
export { escapeText } from './text/escape-text.ts'
export { planDigestInput, redactPlan } from './redact/redact.ts'
export type { Redaction } from './redact/redact.ts'
export { readRedacted } from './redact/read-redacted.ts'
export { classifyChanges } from './changes/classify.ts'
export { differences } from './changes/differences.ts'
export { changeSentence, summarise } from './changes/summary.ts'
export { assessRisk } from './risk/assess.ts'
export { clientFindings, readFindings } from './risk/client-findings.ts'
export { mergeRisk } from './risk/merge.ts'
export { riskCodes } from './risk/codes.ts'
