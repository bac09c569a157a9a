/**
 * What the change means for some workspaces: an illustration beside the rules, never the proof. Each pattern is tried with a
 * readable name and with one that the author of the change cannot have known.
 */
import type { Decision, Policy } from '../decision.ts'
import type { PolicyDocument } from '../schema.ts'
import { sayDecision } from './words.ts'

const risks = ['none', 'low', 'medium', 'high', 'critical'] as const
const scopes = ['apply', 'destroy'] as const
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
  const asked = scopes.flatMap((scope) => compare(from, to, workspace, scope))
  const sentences = [...moves, ...asked.map((change) => `For example, ${workspace}, ${change}`)]
  return { sentences, meaning: [before, after, ...asked].join('\n') }
}

function compare(from: Policy, to: Policy, workspace: string, scope: 'apply' | 'destroy'): string[] {
  const differences = new Map<string, string[]>()
  for (const risk of risks) {
    const before = sayDecision(ask(from, workspace, scope, risk))
    const after = sayDecision(ask(to, workspace, scope, risk))
    if (before === after) continue
    const key = `${before} -> ${after}`
    differences.set(key, [...(differences.get(key) ?? []), risk])
  }
  return [...differences].map(([change, levels]) => `${scope}, risk ${levels.join(', ')}: ${change}.`)
}

function ask(policy: Policy, workspace: string, scope: 'apply' | 'destroy', risk: (typeof risks)[number]): Decision {
  const environment = policy.environmentOf(workspace).name
  return policy.evaluate({ action: 'run.apply', workspace, environment, risk, scope, mode: 'wrapped', requester: { id: '', roles: [] } })
}

function patternsOf({ environments, rules }: PolicyDocument): string[] {
  return [...environments.flatMap((environment) => environment.workspaces), ...rules.flatMap((rule) => rule.when.workspace ?? [])]
}
