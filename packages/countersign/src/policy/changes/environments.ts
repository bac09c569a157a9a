/**
 * Every pattern that is mapped to another environment than before, and every change of their order.
 *
 * What is in prod because nobody mapped it is the default: taking it out of there loosens, unless prod asks for no more anywhere. The
 * rules of both sides are compared for every risk, scope and mode; where rules look at workspaces too, that cannot be seen from
 * the environment alone, and the answer is that it may loosen.
 */
import { evaluate } from '../evaluate.ts'
import type { Decision } from '../decision.ts'
import type { PolicyDocument } from '../schema.ts'
import type { Told } from './rules.ts'
import { asStrict, type Outcome } from './strength.ts'

type Mapping = { pattern: string; environment: string }

const unmapped = 'prod'
const risks = ['none', 'low', 'medium', 'high', 'critical'] as const
const scopes = ['apply', 'destroy', ''] as const
const modes = ['wrapped', 'native', 'agent', ''] as const

export function compareEnvironments(from: PolicyDocument, to: PolicyDocument): Told[] {
  const [before, after] = [mappings(from), mappings(to)]
  const [gone, come] = [without(before, after), without(after, before)]
  const environments = [...new Set([...to.environments.map((one) => one.name), unmapped])]
  const strict = strictness(to)
  const others = (name: string) => environments.filter((one) => one !== name)
  const told: Told[] = []
  for (const [name, patterns] of grouped(come)) {
    const sentence = `workspaces that match ${patterns.join(' or ')} are now ${name}; before, they were ${unmapped}, or what another pattern says.`
    const kind = others(name).every((other) => strict(name, other)) ? 'Tightens' : strict(name, unmapped) ? 'May loosen' : 'Loosens'
    told.push({ kind, sentence })
  }
  for (const [name, patterns] of grouped(gone)) {
    const sentence = `workspaces that match ${patterns.join(' or ')} are no longer ${name}; now they are ${unmapped}, or what another pattern says.`
    told.push({ kind: others(name).every((other) => strict(other, name)) ? 'Tightens' : 'May loosen', sentence })
  }
  if (written(without(before, gone)) !== written(without(after, come))) {
    told.push({ kind: 'May loosen', sentence: 'the order of the environments changes, and of two that match a workspace the first one decides.' })
  }
  const sentence = 'the environments are written in another way, and mean the same.'
  if (told.length === 0 && JSON.stringify(from.environments) !== JSON.stringify(to.environments)) told.push({ kind: 'Changes', sentence })
  return told
}

/** In the order in which they decide. Within one environment the order of patterns means nothing. */
function mappings({ environments }: PolicyDocument): Mapping[] {
  const all = environments.flatMap(({ name, workspaces }) => workspaces.toSorted().map((pattern) => ({ pattern, environment: name })))
  return [...new Map(all.toReversed().map((one) => [keyOf(one), one])).values()].toReversed()
}

const keyOf = ({ pattern, environment }: Mapping): string => `${pattern} ${environment}`
const written = (some: readonly Mapping[]): string => some.map(keyOf).join('\n')

function without(some: readonly Mapping[], others: readonly Mapping[]): Mapping[] {
  const known = new Set(others.map(keyOf))
  return some.filter((one) => !known.has(keyOf(one)))
}

function grouped(some: readonly Mapping[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { pattern, environment } of some) groups.set(environment, [...(groups.get(environment) ?? []), pattern])
  return groups
}

/** Is as much asked in `one` as in `other`, of every run? False when that cannot be seen. */
function strictness(document: PolicyDocument): (one: string, other: string) => boolean {
  if (document.rules.some((rule) => rule.when.workspace !== undefined)) return (one, other) => one === other
  const actions = [...new Set(['', ...document.rules.flatMap((rule) => rule.when.action ?? [])])]
  const known = new Map<string, Outcome[]>()
  const outcomes = (environment: string): Outcome[] => {
    const all = known.get(environment) ?? actions.flatMap((action) => risks.flatMap((risk) => scopes.flatMap((scope) => modes.map((mode) =>
      outcomeOf(evaluate(document, { action, workspace: '', environment, risk, scope, mode, requester: { id: '', roles: [] } }))))))
    known.set(environment, all)
    return all
  }
  return (one, other) => {
    const [a, b] = [outcomes(one), outcomes(other)]
    return a.every((outcome, at) => asStrict(outcome, b[at] ?? outcome))
  }
}

function outcomeOf(decision: Decision): Outcome {
  if (decision.effect !== 'step-up') return { then: decision.effect }
  const r = decision.requirement
  return {
    then: 'countersign', expires: decision.expiresSeconds,
    require: {
      assurance: r.assurance, 'phishing-resistant': r.phishingResistant, fresh: r.freshSeconds, 'self-step-up': r.selfStepUp,
      approvals: r.approvals, 'approver-role': r.approverRole, 'exclude-requester': r.excludeRequester,
    },
  }
}
