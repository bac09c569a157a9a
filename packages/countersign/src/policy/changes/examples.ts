/**
 * What the change means for some workspaces: an illustration beside the rules, never the proof. Each pattern is tried with a
 * readable name and with one that the author of the change cannot have known.
 */
import type { StateAction } from '@countersign/proof'
import type { Decision, Policy } from '../decision.ts'
import type { PolicyDocument } from '../schema.ts'
import { stateInput } from '../state.ts'
import { sayDecision } from './words.ts'

const risks = ['none', 'low', 'medium', 'high', 'critical'] as const
const scopes = ['apply', 'destroy'] as const
/** Those that the policy alone decides. */
const stateActions: readonly StateAction[] = ['state.credential', 'state.plan', 'state.write', 'state.read', 'state.read-outputs', 'state.read-redacted']
const nobody = { id: '', roles: [] }
/** Of a long policy the first patterns are enough to illustrate with. */
const mostPatterns = 60

/** Letters of a name that nobody could have foreseen. */
export function unforeseen(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => String.fromCharCode(97 + (byte % 26))).join('')
}

export function examplesOf(from: Policy, to: Policy, name: () => string): string[] {
  const patterns = [...new Set([...patternsOf(to.document), ...patternsOf(from.document)])].slice(0, mostPatterns)
  const sentences = patterns.toSorted().flatMap((pattern) => {
    const readable = exampleOf(from, to, pattern.replaceAll('*', 'x'))
    const other = pattern.includes('*') ? exampleOf(from, to, pattern.replaceAll('*', name)) : readable
    return other.meaning === readable.meaning ? readable.sentences : [...readable.sentences, ...other.sentences]
  })
  return [...new Set([...sentences, ...exampleOf(from, to, 'project/unmapped').sentences, ...exampleOf(from, to, `${name()}/${name()}`).sentences])]
}

function exampleOf(from: Policy, to: Policy, workspace: string): { sentences: string[]; meaning: string } {
  const [before, after] = [from.environmentOf(workspace).name, to.environmentOf(workspace).name]
  const moves = before === after ? [] : [`For example, workspaces such as ${workspace} move from ${before} to ${after}.`]
  const asked = [...scopes.flatMap((scope) => compareRuns(from, to, workspace, scope)), ...compareStates(from, to, workspace)]
  const sentences = [...moves, ...asked.map((change) => `For example, ${workspace}, ${change}`)]
  return { sentences, meaning: [before, after, ...asked].join('\n') }
}

function compareRuns(from: Policy, to: Policy, workspace: string, scope: 'apply' | 'destroy'): string[] {
  const ask = (policy: Policy, risk: (typeof risks)[number]): Decision =>
    policy.evaluate({ action: 'run.apply', workspace, environment: policy.environmentOf(workspace).name, risk, scope, mode: 'wrapped', requester: nobody })
  return differences(risks, (risk) => [ask(from, risk), ask(to, risk)]).map(({ of, change }) => `${scope}, risk ${of.join(', ')}: ${change}.`)
}

function compareStates(from: Policy, to: Policy, workspace: string): string[] {
  const ask = (policy: Policy, action: StateAction): Decision =>
    policy.evaluate(stateInput(action, { workspace, environment: policy.environmentOf(workspace).name, requester: nobody }))
  return differences(stateActions, (action) => [ask(from, action), ask(to, action)]).map(({ of, change }) => `${of.join(', ')}: ${change}.`)
}

/** What of the list is decided otherwise than before, those with the same change together. */
function differences<T extends string>(list: readonly T[], decided: (one: T) => [before: Decision, after: Decision]): { of: T[]; change: string }[] {
  const found = new Map<string, T[]>()
  for (const one of list) {
    const [before, after] = decided(one).map(sayDecision)
    if (before === after) continue
    const change = `${before} -> ${after}`
    found.set(change, [...(found.get(change) ?? []), one])
  }
  return [...found].map(([change, of]) => ({ of, change }))
}

function patternsOf({ environments, rules }: PolicyDocument): string[] {
  return [...environments.flatMap((environment) => environment.workspaces), ...rules.flatMap((rule) => rule.when.workspace ?? [])]
}
