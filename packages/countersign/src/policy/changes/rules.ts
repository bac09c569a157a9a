/**
 * Every rule that is added, removed, changed or moved, each with what it means: whoever wrote the change chose the rules, so they are
 * judged by what they say and not by trying them on examples.
 *
 * Guaranteed: if anything would be asked for less than before, at least one of the rules answered here loosens or may loosen. A rule
 * that takes over is compared with what stands behind it, and one that lets go with what may now catch what it caught; the adversary
 * mixes both, so that what changed at all is never believed to stand in front. Not guaranteed: that what may loosen does.
 */
import type { PolicyDocument, PolicyRule } from '../schema.ts'
import { apart, asStrict, byDefault, covers, outcomeOf, type Outcome, type When } from './strength.ts'
import { quoted, sayThen, sayWhen, written } from './words.ts'

/** In the order in which they are told. */
export const kinds = ['Loosens', 'May loosen', 'Changes', 'Tightens'] as const
type Kind = (typeof kinds)[number]
export type Told = { kind: Kind; sentence: string }

type Pair = { from: number; to: number; before: PolicyRule; after: PolicyRule; stable: boolean }

/** More changes than a statement takes are not judged one by one: such a change is refused as it is. */
const mostJudged = 1000

export function compareRules(from: PolicyDocument, to: PolicyDocument): Told[] {
  const pairs = pair(from.rules, to.rules)
  const kept = { from: new Set(pairs.map((one) => one.from)), to: new Set(pairs.map((one) => one.to)) }
  const removed = from.rules.flatMap((rule, at) => (kept.from.has(at) ? [] : [{ rule, at }]))
  const added = to.rules.flatMap((rule, at) => (kept.to.has(at) ? [] : [{ rule, at }]))
  const changed = pairs.filter((one) => !one.stable || written(one.before) !== written(one.after))
  const judged = removed.length + added.length + changed.length <= mostJudged
  const kindOr = (kind: () => Kind): Kind => (judged ? kind() : 'May loosen')
  return [
    ...added.map(({ rule, at }) => told(kindOr(() => takesOver(rule, at, to.rules)), `a new rule, number ${at + 1}`, rule)),
    ...removed.map(({ rule, at }) => told(kindOr(() => letsGo(rule, at, pairs, to.rules)), 'a rule is gone', rule)),
    ...changed.map((one) => ({ kind: kindOr(() => kindOf(one, pairs, to.rules)), sentence: sayChange(one) })),
  ]
}

function told(kind: Kind, what: string, rule: PolicyRule): Told {
  return { kind, sentence: `${what}: ${quoted(rule.name)}: ${sayWhen(rule.when)}, it is ${sayThen(rule)}.` }
}

function sayChange({ before, after, from, to, stable }: Pair): string {
  const name = before.name === after.name ? quoted(after.name) : `${quoted(before.name)}, now called ${quoted(after.name)},`
  const place = stable ? '' : ` It moves from place ${from + 1} to ${to + 1} of the rules.`
  const [was, is] = [`${sayWhen(before.when)}, it is ${sayThen(before)}`, `${sayWhen(after.when)}, it is ${sayThen(after)}`]
  if (was !== is) return `the rule ${name} changes. Before: ${was}. Now: ${is}.${place}`
  return stable ? `the rule ${name} asks for the same as before: ${is}.` : `the rule ${name} stays as it is: ${is}.${place}`
}

function kindOf(one: Pair, pairs: readonly Pair[], rules: readonly PolicyRule[]): Kind {
  const { before, after } = one
  const [old, now] = [outcomeOf(before), outcomeOf(after)]
  const found: Kind[] = []
  if (!asStrict(now, old)) found.push('Loosens')
  else if (!asStrict(old, now)) found.push('Tightens')
  if (!covers(before.when, after.when)) found.push(takesOver(after, one.to, rules))
  if (!covers(after.when, before.when)) found.push(letsGo(before, one.from, pairs, rules, one))
  if (!one.stable) found.push(moved(one, pairs, now))
  return kinds.find((kind) => found.includes(kind) && kind !== 'Changes') ?? 'Changes'
}

/** Against what would decide if it were not there: the rules behind it, up to one that always decides. */
function takesOver(rule: PolicyRule, at: number, rules: readonly PolicyRule[]): Kind {
  const own = outcomeOf(rule)
  const behind = reached(rule.when, rules.slice(at + 1))
  if (behind.every((other) => asStrict(own, other))) return 'Tightens'
  return own.then === 'allow' ? 'Loosens' : 'May loosen'
}

/** Against what may decide now. Only rules that are in front of it as they were caught nothing that was its own. */
function letsGo(rule: PolicyRule, at: number, pairs: readonly Pair[], rules: readonly PolicyRule[], self?: Pair): Kind {
  const before = new Set<number>()
  for (const one of pairs) if (one.stable && one.from < at && written(one.before.when) === written(one.after.when)) before.add(one.to)
  const candidates = rules.filter((_, place) => !before.has(place) && place !== self?.to)
  const weaker = reached(rule.when, candidates).filter((other) => !asStrict(other, outcomeOf(rule)))
  if (weaker.length === 0) return 'Tightens'
  return weaker.some((other) => other.then === 'allow') ? 'Loosens' : 'May loosen'
}

function reached(when: When, rules: readonly PolicyRule[]): Outcome[] {
  const outcomes: Outcome[] = []
  for (const rule of rules) {
    if (apart(rule.when, when)) continue
    outcomes.push(outcomeOf(rule))
    if (covers(rule.when, when)) return outcomes
  }
  return [...outcomes, byDefault]
}

function moved({ from, to }: Pair, pairs: readonly Pair[], { then }: Outcome): Kind {
  const stable = pairs.filter((one) => one.stable)
  const by = stable.filter((one) => one.to < to).length - stable.filter((one) => one.from < from).length
  if (by === 0 || then === 'countersign') return 'May loosen'
  return (then === 'allow') === by < 0 ? 'Loosens' : 'Tightens'
}

/** The same name, or else the same body under another. Stable: in the longest sequence that keeps its order. */
function pair(before: readonly PolicyRule[], after: readonly PolicyRule[]): Pair[] {
  const named = new Map(after.map((rule, at) => [rule.name, at]))
  const names = new Set(before.map((rule) => rule.name))
  const bodies = new Map(after.flatMap((rule, at): [string, number][] => (names.has(rule.name) ? [] : [[bodyOf(rule), at]])))
  const taken = new Set<number>()
  const pairs = before.flatMap((rule, at): Pair[] => {
    const to = named.get(rule.name) ?? bodies.get(bodyOf(rule))
    const other = to === undefined ? undefined : after[to]
    if (to === undefined || other === undefined || taken.has(to)) return []
    taken.add(to)
    return [{ from: at, to, before: rule, after: other, stable: false }]
  })
  for (const one of longestRising(pairs)) one.stable = true
  return pairs
}

const bodyOf = (rule: PolicyRule): string => written({ ...rule, name: '' })

function longestRising(pairs: readonly Pair[]): Pair[] {
  const ends: Pair[] = []
  const previous = new Map<Pair, Pair | undefined>()
  for (const one of pairs) {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle]?.to ?? 0) < one.to) low = middle + 1
      else high = middle
    }
    previous.set(one, ends[low - 1])
    ends[low] = one
  }
  const rising: Pair[] = []
  for (let one = ends.at(-1); one !== undefined; one = previous.get(one)) rising.push(one)
  return rising
}
