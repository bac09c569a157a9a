/**
 * What a policy answers, and what it is asked.
 *
 * The input document is the whole of what a policy may look at: it is recorded by digest with every decision, so that
 * a decision can be replayed. Undefined, a conflict or a broken policy is a denial; nothing here turns an error into an
 * allow. This interface is the seam behind which Rego bundles will answer as well.
 */
import type { Requirement, RunSubject } from '@countersign/proof'
import type { PolicyDocument } from './schema.ts'

export type RiskLevel = RunSubject['risk']['level']

export type PolicyInput = {
  readonly action: string
  readonly workspace: string
  readonly environment: string
  readonly risk: RiskLevel
  readonly scope: 'apply' | 'destroy' | ''
  readonly mode: 'wrapped' | 'native' | 'agent' | ''
  readonly requester: { readonly id: string; readonly roles: readonly string[] }
}

/** `next`: what can be done about it, where that is not plain. */
export type Reason = { readonly code: string; readonly message: string; readonly next?: string }

export type Decision =
  | { readonly effect: 'allow'; readonly rule: string; readonly reasons: readonly Reason[] }
  | {
      readonly effect: 'step-up'
      readonly rule: string
      readonly requirement: Requirement
      /** How long the challenge may wait for a person, in seconds. */
      readonly expiresSeconds: number
      readonly reasons: readonly Reason[]
    }
  | { readonly effect: 'deny'; readonly rule: string; readonly reasons: readonly Reason[] }

export interface Policy {
  /** SHA-256 of the policy's bytes, hex: what statements and decisions name. */
  readonly digest: string
  /** The bytes as text, exactly as they were countersigned. */
  readonly text: string
  /** What the text means: what a change is judged by. */
  readonly document: PolicyDocument
  /** True for the policy of a demonstration, which only a server started for one may load. */
  readonly demonstration: boolean
  /** The environment of a workspace; one that is not mapped is treated as "prod". */
  environmentOf(workspace: string): { readonly name: string; readonly mapped: boolean }
  evaluate(input: PolicyInput): Decision
}
