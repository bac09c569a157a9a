/** The plan as it may be shown and sent: redacted, classified and judged on this machine. The raw JSON goes no further than this file. */
import type { RunSubject } from '@countersign/proof'
import {
  assessRisk, classifyChanges, clientFindings, decodePlanText, mergeRisk, parsePlan, redactPlan, summarise, type Change, type Finding,
} from '../../plan/index.ts'

export type ReadPlan = {
  /** What is sent and hashed. */
  readonly redacted: string
  readonly findings: readonly Finding[]
  readonly changes: readonly Change[]
  readonly summary: RunSubject['summary']
  readonly risk: RunSubject['risk']
}

/** Throws PlanError. */
export function readPlan(json: Uint8Array): ReadPlan {
  const raw = parsePlan(decodePlanText(json))
  const redaction = redactPlan(raw)
  const findings = clientFindings(raw, redaction)
  const changes = classifyChanges(redaction.plan)
  return {
    redacted: redaction.text,
    findings,
    changes,
    summary: summarise(changes, redaction.plan),
    risk: mergeRisk(assessRisk(changes, redaction.plan), findings),
  }
}
