/**
 * Rules and outcomes in plain words. Names and reasons are the author's own and are written so that they cannot pass for ours: in
 * quotation marks, with everything invisible, and every quotation mark, escaped.
 */
import type { Requirement } from '@countersign/proof'
import type { Decision } from '../decision.ts'
import { defaultRequire } from '../schema.ts'
import type { PolicyRule } from '../schema.ts'
import { conditions, type When } from './strength.ts'

/** Of a sentence in a statement: 4,096 bytes, with room for dots. */
const longestOf = (sentence: string): number => (/^[\x20-\x7e]*$/.test(sentence) ? 4000 : 1300)

export const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[^\P{C}\n]|[^\P{Z} ]/gu, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`)

const plain = (value: string): string => (/^[A-Za-z0-9._*/-]+$/.test(value) ? value : quoted(value))

export function sayWhen(when: When): string {
  const said = conditions.flatMap((name) => {
    const values: readonly string[] | undefined = when[name]
    return values === undefined ? [] : [`${name} is ${[...new Set(values)].map(plain).join(' or ')}`]
  })
  return said.length === 0 ? 'always' : `when ${said.join(', and ')}`
}

export function sayThen(rule: PolicyRule): string {
  if (rule.then === 'allow') return 'allowed without a countersignature'
  if (rule.then === 'deny') return `denied, because ${quoted(rule.reason)}`
  const asked = rule.require ?? defaultRequire
  return sayStepUp({
    assurance: asked.assurance, phishingResistant: asked['phishing-resistant'], freshSeconds: asked.fresh, selfStepUp: asked['self-step-up'],
    approvals: asked.approvals, approverRole: asked['approver-role'], excludeRequester: asked['exclude-requester'],
  }, rule.expires)
}

export function sayDecision(decision: Decision): string {
  if (decision.effect !== 'step-up') return decision.effect === 'allow' ? 'allowed' : 'denied'
  return sayStepUp(decision.requirement, decision.expiresSeconds)
}

function sayStepUp(r: Requirement, expiresSeconds: number): string {
  const others = `${r.approvals} of ${r.approverRole}${r.excludeRequester ? ', the requester not among them' : ''}`
  const who = r.approvals > 0 ? `${others}${r.selfStepUp ? ' and the requester' : ''}` : 'the requester'
  return `countersigned by ${who} (${r.assurance}${r.phishingResistant ? ', phishing-resistant' : ''}, fresh ${r.freshSeconds} s, waits ${expiresSeconds} s)`
}

/** A sentence that is too long for a statement becomes several; nothing of it is left out. */
export function inParts(sentence: string): string[] {
  const longest = longestOf(sentence)
  if (sentence.length <= longest) return [sentence]
  const parts: string[] = []
  for (let rest = sentence; rest !== '';) {
    const space = rest.length <= longest ? rest.length : rest.lastIndexOf(' ', longest) + 1
    const forced = /[\uD800-\uDBFF]/.test(rest.charAt(longest - 1)) ? longest - 1 : longest
    const at = space > longest / 2 || space === rest.length ? space : forced
    parts.push(rest.slice(0, at).trimEnd())
    rest = rest.slice(at)
  }
  return parts.map((part, i) => (i === 0 ? `${part} ...` : `... ${part}${i < parts.length - 1 ? ' ...' : ''}`))
}

/** The same text for the same meaning: a parsed policy has its members in the order of its form, whatever the order in the file. */
export const written = (parsed: object): string => JSON.stringify(parsed)
