/**
 * A place in `data` where rules and base documents meet: under one name there may be rules, packages, keys that rules compute, and
 * data that was handed in. References with variables walk over all of them at once.
 */
import type { RuleNode } from '../compile/program.ts'
import { EvaluationError } from '../error.ts'
import { equal, get, isObject, isPlain, keys, ObjectBuilder, sortValues, RegoSet, type Value } from '../value/index.ts'
import type { Context } from './context.ts'
import type { Rules } from './generator.ts'
import { lookup, lookupBase } from './lookup.ts'

export type Position = {
  readonly node: RuleNode | undefined
  readonly base: Value | undefined
  /** What rules with computed keys, here or above, have at this place. */
  readonly computed: Value | undefined
}

const isLeaf = (node: RuleNode): boolean => node.kind === 'complete' || node.kind === 'set' || node.kind === 'function'

export const conflict = (): EvaluationError => new EvaluationError('eval_conflict_error', 'object keys must be unique')

/** Merges what two sources have at one place: objects member by member; anything else must be equal. */
function merge(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a === undefined) return b
  if (b === undefined) return a
  if (isObject(a) && isObject(b)) {
    const builder = new ObjectBuilder()
    for (const key of keys(a)) builder.set(key, merge(get(a, key), get(b, key)) as Value)
    for (const key of keys(b)) if (get(a, key) === undefined) builder.set(key, get(b, key) as Value)
    return builder.build()
  }
  if (!equal(a, b)) throw conflict()
  return a
}

/** The computed part of a position, its own rules' included. */
function computedAt(rules: Rules, c: Context, at: Position): Value | undefined {
  if (at.node?.kind !== 'object') return at.computed
  return merge(rules.value(at.node, c), at.computed)
}

export function rootPosition(c: Context, node: RuleNode): Position {
  return { node, base: c.data, computed: undefined }
}

/** The place under a key; undefined where nothing is. */
export function enter(rules: Rules, c: Context, at: Position, key: Value): Position | undefined {
  if (at.node === undefined || isLeaf(at.node)) {
    const value = materialize(rules, c, at)
    const found = value === undefined ? undefined : lookup(value, key)
    return found === undefined ? undefined : { node: undefined, base: found, computed: undefined }
  }
  let node = typeof key === 'string' ? at.node.children.get(key) : undefined
  if (node !== undefined && c.masked?.has(node) === true) node = undefined
  const base = at.base === undefined ? undefined : lookupBase(at.base, key)
  const whole = computedAt(rules, c, at)
  const computed = whole === undefined ? undefined : lookup(whole, key)
  return node === undefined && base === undefined && computed === undefined ? undefined : { node, base, computed }
}

/** The document at a place. Undefined where rules are undefined and nothing else is. */
export function materialize(rules: Rules, c: Context, at: Position): Value | undefined {
  const { node } = at
  if (node === undefined) return merge(at.base, at.computed)
  if (node.kind === 'function') return undefined
  if (isLeaf(node)) return merge(rules.value(node, c), at.computed)
  const builder = new ObjectBuilder()
  for (const key of positionKeys(rules, c, at)) {
    const inner = enter(rules, c, at, key)
    const value = inner === undefined ? undefined : materialize(rules, c, inner)
    if (value !== undefined) builder.set(key, value)
  }
  if (builder.size === 0 && at.base !== undefined && !isObject(at.base)) return at.base
  return builder.build()
}

/** The keys of everything at a place, in OPA's order. */
export function positionKeys(rules: Rules, c: Context, at: Position): readonly Value[] {
  const { node } = at
  if (node === undefined || isLeaf(node)) {
    const value = materialize(rules, c, at)
    if (value instanceof RegoSet || Array.isArray(value)) return []
    return value !== undefined && isObject(value) ? keys(value) : []
  }
  const all = new RegoSet()
  if (at.base !== undefined && isObject(at.base)) for (const key of keys(at.base)) all.add(key)
  const computed = computedAt(rules, c, at)
  if (computed !== undefined && isObject(computed)) for (const key of keys(computed)) all.add(key)
  for (const [name, child] of node.children) if (child.kind !== 'function') all.add(name)
  return isPlain(at.base) || all.size > 1 ? sortValues(all.toArray()) : all.toArray()
}

/** Whether a place is a plain value that the usual walk can go on from. */
export const isValuePosition = (at: Position): boolean => at.node === undefined || isLeaf(at.node)
