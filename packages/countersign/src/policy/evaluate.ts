/**
 * First matching rule decides; no match is a denial. Every condition of a rule must hold, an absent condition holds.
 *
 * The floor is coded, not configured: where the policy asks for a countersignature of a change of high or critical risk, a
 * factor that can be phished never satisfies it. What passes without one is the policy's to say, and changing the policy is
 * itself countersigned.
 */
import type { Requirement } from '@countersign/proof'
import type { Decision, PolicyInput, RiskLevel } from './decision.ts'
import { defaultRequire } from './schema.ts'
import type { PolicyDocument, PolicyRule } from './schema.ts'

/** The name of what decides where no rule does. */
export const noRule = '(no rule)'

const writeStateRules =
  'The policy in force says nothing about states. Add rules for the actions of state (docs/guide/policy.md shows those of a new installation), and countersign it: countersign policy apply policy.yaml.'

const isOfState = ({ action }: PolicyInput): boolean => action.startsWith('state.')

function speaksOfState({ rules }: PolicyDocument): boolean {
  return rules.some(({ when }) => when.action?.some((action) => action.startsWith('state.')) === true)
}

/** A workspace nobody mapped is treated as production: who may name a workspace "dev" must not be the requester. */
export function environmentOf(document: PolicyDocument, workspace: string): { name: string; mapped: boolean } {
  for (const environment of document.environments) {
    if (environment.workspaces.some((pattern) => matches(pattern, workspace))) return { name: environment.name, mapped: true }
  }
  return { name: 'prod', mapped: false }
}

export function evaluate(document: PolicyDocument, input: PolicyInput): Decision {
  const rule = document.rules.find((candidate) => holds(candidate.when, input))
  if (!rule) {
    const message = `No rule of the policy speaks of ${input.action} in ${input.environment}: what no rule allows is denied.`
    return { effect: 'deny', rule: noRule, reasons: [{ code: 'no_rule', message, ...(speaksOfState(document) || !isOfState(input) ? {} : { next: writeStateRules }) }] }
  }
  switch (rule.then) {
    case 'allow':
      return { effect: 'allow', rule: rule.name, reasons: [] }
    case 'deny':
      return { effect: 'deny', rule: rule.name, reasons: [{ code: 'denied_by_policy', message: rule.reason }] }
    case 'countersign':
      return { effect: 'step-up', rule: rule.name, requirement: floor(requirementOf(rule), input.risk), expiresSeconds: rule.expires, reasons: [] }
  }
}

function requirementOf(rule: Extract<PolicyRule, { then: 'countersign' }>): Requirement {
  const asked = rule.require ?? defaultRequire
  return {
    assurance: asked.assurance,
    phishingResistant: asked['phishing-resistant'],
    freshSeconds: asked.fresh,
    selfStepUp: asked['self-step-up'],
    approvals: asked.approvals,
    approverRole: asked['approver-role'],
    excludeRequester: asked['exclude-requester'],
  }
}

function floor(requirement: Requirement, risk: RiskLevel): Requirement {
  if (risk !== 'high' && risk !== 'critical') return requirement
  return { ...requirement, phishingResistant: true, assurance: requirement.assurance === 'aal1' ? 'aal2' : requirement.assurance }
}

function holds(when: PolicyRule['when'], input: PolicyInput): boolean {
  return (
    among(when.action, input.action) &&
    among(when.environment, input.environment) &&
    among(when.risk, input.risk) &&
    among(when.scope, input.scope) &&
    among(when.mode, input.mode) &&
    (when.workspace === undefined || when.workspace.some((pattern) => matches(pattern, input.workspace)))
  )
}

function among(allowed: readonly string[] | undefined, value: string): boolean {
  return allowed === undefined || allowed.includes(value)
}

/** `*` stands for any run of characters but a slash. Linear: greedy with one point of return per star. */
export function matches(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (pattern[p] === text[t]) {
      p++
      t++
    } else if (star >= 0 && text[resume] !== '/') {
      p = star + 1
      t = ++resume
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
