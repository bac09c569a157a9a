/**
 * Which of two outcomes asks for at least as much, and which of two conditions holds at least as often. Both answers err on one
 * side: what cannot be seen from the rules alone is "no", so that a loosening is never taken for its opposite.
 */
import { defaultRequire } from '../schema.ts'
import type { PolicyRule } from '../schema.ts'

export type Outcome =
  | { then: 'allow' }
  | { then: 'deny' }
  | { then: 'countersign'; require: typeof defaultRequire; expires: number }

/** What happens where no rule speaks. */
export const byDefault: Outcome = { then: 'deny' }

const ranks = { allow: 0, countersign: 1, deny: 2 } as const
const assurances = ['aal1', 'aal2', 'aal3']

export function outcomeOf(rule: PolicyRule): Outcome {
  return rule.then === 'countersign' ? { then: rule.then, require: rule.require ?? defaultRequire, expires: rule.expires } : { then: rule.then }
}

/** Does `one` ask for at least as much as `other`, in everything? */
export function asStrict(one: Outcome, other: Outcome): boolean {
  if (one.then !== 'countersign' || other.then !== 'countersign') return ranks[one.then] >= ranks[other.then]
  const [a, b] = [one.require, other.require]
  return assurances.indexOf(a.assurance) >= assurances.indexOf(b.assurance)
    && (a['phishing-resistant'] || !b['phishing-resistant'])
    && a.fresh <= b.fresh
    && one.expires <= other.expires
    && (a['self-step-up'] || !b['self-step-up'])
    && a.approvals >= b.approvals
    && (b.approvals === 0 || a['approver-role'] === b['approver-role'])
    && (a['exclude-requester'] || !b['exclude-requester'])
}

export type When = PolicyRule['when']
export const conditions = ['action', 'environment', 'workspace', 'risk', 'scope', 'mode'] as const

/** Does `one` hold wherever `other` does? Patterns are compared as they are written. */
export function covers(one: When, other: When): boolean {
  return conditions.every((name) => {
    const [wide, narrow] = [one[name] as readonly string[] | undefined, other[name] as readonly string[] | undefined]
    if (wide === undefined) return true
    // Every pattern has one slash, and so has whatever it matches. Where no pattern is asked for, names may have more.
    return narrow !== undefined && ((name === 'workspace' && wide.includes('*/*')) || narrow.every((value) => wide.includes(value)))
  })
}

/** Can both never hold at once? Patterns may always meet. */
export function apart(one: When, other: When): boolean {
  return conditions.some((name) => {
    const [a, b] = [one[name] as readonly string[] | undefined, other[name] as readonly string[] | undefined]
    return name !== 'workspace' && a !== undefined && b !== undefined && !a.some((value) => b.includes(value))
  })
}
