/**
 * Which rules can have anything to say about a change, found in one walk over its values: most resources hold no address range, no
 * policy and no switch, and a plan of thousands is judged in the time of one walk. It may say yes too often, never no too often: each
 * name that a rule looks for is in `interests`, and a test compares them.
 */
import { whyMasked } from '../redact/marks.ts'
import type { Json } from '../shape.ts'
import { attributeRules } from './rules/attributes.ts'
import { rangeNames } from './rules/network.ts'
import { documentNames } from './rules/policies.ts'

export const relevance = { attributes: 1, network: 2, policies: 4 } as const
const all = relevance.attributes | relevance.network | relevance.policies

const interests = new Map<string, number>()
for (const name of attributeRules.keys()) interests.set(name, relevance.attributes)
for (const name of rangeNames) interests.set(name, (interests.get(name) ?? 0) | relevance.network)
for (const name of ['ingress', 'security_rule', 'inbound_rule']) interests.set(name, (interests.get(name) ?? 0) | relevance.network)
for (const name of documentNames) interests.set(name, (interests.get(name) ?? 0) | relevance.policies)
interests.set('Statement', (interests.get('Statement') ?? 0) | relevance.policies)

/** Depth is bounded where the plan was read; marks and values alike are walked. */
function walk(value: Json | undefined, found: number): number {
  if (found === all) return found
  if (typeof value === 'string') return value.length > 12 && value.includes('"Statement"') ? found | relevance.policies : found
  if (typeof value !== 'object' || value === null) return found
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item !== 'boolean') found = walk(item, found)
    return found
  }
  for (const key in value) {
    const interest = interests.get(key)
    if (interest !== undefined) found |= interest
    const item = value[key]
    if (typeof item === 'object' ? item !== null : typeof item === 'string' && item.length > 12) found = walk(item, found)
  }
  return found
}

/** The rules that may apply, as bits. A value hidden as a whole can be anything: all. */
export function relevant(change: { before: Json; after: Json; after_unknown: Json }): number {
  if (whyMasked(change.before) !== undefined || whyMasked(change.after) !== undefined) return all
  return walk(change.after_unknown, walk(change.after, walk(change.before, 0)))
}
