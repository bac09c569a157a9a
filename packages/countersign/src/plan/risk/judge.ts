/**
 * All rules over one plan, once: summary and risk ask for the same list of reasons. The rules of one resource stand in a list, in the
 * order in which their reasons are shown within a level.
 */
import type { Change, Reason, RedactedPlan } from '../shape.ts'
import { levelOf, levelRank } from './codes.ts'
import { Collector } from './collector.ts'
import { relevance, relevant } from './relevance.ts'
import { attributeRule } from './rules/attribute-rule.ts'
import { grantRule } from './rules/grants.ts'
import { lifecycleRule } from './rules/lifecycle.ts'
import { networkRule } from './rules/network.ts'
import { policyRule } from './rules/policies.ts'
import { programsRule } from './rules/programs.ts'
import { wholePlanRule } from './rules/whole-plan.ts'

/** `when`: the bits of which one must be relevant; 0 for rules that look at every change. */
const resourceRules: readonly { readonly when: number; readonly rule: (change: Change, out: Collector) => void }[] = [
  { when: 0, rule: lifecycleRule },
  { when: relevance.policies, rule: policyRule },
  { when: 0, rule: grantRule },
  { when: relevance.network, rule: networkRule },
  { when: relevance.attributes, rule: attributeRule },
]

export function judgeChange(change: Change, out: Collector): void {
  const bits = change.class === 'delete' ? relevance.attributes | relevant(change.resource.change) : relevant(change.resource.change)
  for (const { when, rule } of resourceRules) if (when === 0 || (when & bits) !== 0) rule(change, out)
}

const judged = new WeakMap<readonly Change[], { plan: RedactedPlan; reasons: Reason[] }>()

/** Highest level first; within a level in the order in which they were found, which follows the rank of the changes. */
export function byLevel<T extends { code: string }>(reasons: readonly T[]): T[] {
  return [...reasons].sort((a, b) => levelRank(levelOf(b.code)) - levelRank(levelOf(a.code)))
}

export function judge(changes: readonly Change[], plan: RedactedPlan): Reason[] {
  const known = judged.get(changes)
  if (known?.plan === plan) return known.reasons
  const out = new Collector()
  for (const change of changes) judgeChange(change, out)
  programsRule(changes, plan, out)
  wholePlanRule(changes, plan, out)
  const reasons = byLevel(out.reasons)
  judged.set(changes, { plan, reasons })
  return reasons
}
