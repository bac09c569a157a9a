/** Where references begin: at the input, at a value, at rules, or among rules and documents; and the single steps from there. */
import type { Expression, RuleNode } from '../compile/program.ts'
import type { Value } from '../value/index.ts'
import type { Context, Get, Registers } from './context.ts'
import type { Bound, Generator } from './generator.ts'
import { lookup, lookupBase, memberOf } from './lookup.ts'
import { enter, type Position, rootPosition } from './position.ts'

export type Reference = Expression & { readonly kind: 'input' | 'data' | 'path' }

/** Where a reference begins, once names that rules and packages have are passed: a value, or a place among rules. */
export type Start = { readonly kind: 'value'; readonly get: Get; readonly rest: readonly Expression[]; readonly base?: boolean } | { readonly kind: 'position'; readonly get: (c: Context) => Position | undefined; readonly rest: readonly Expression[] }

export function startOf(g: Generator, reference: Reference, bound: Bound, root: RuleNode): Start {
  if (reference.kind === 'input') return { kind: 'value', get: (_, c) => c.input, rest: reference.path }
  if (reference.kind === 'path') return { kind: 'value', get: g.expression(reference.base, bound), rest: reference.path }
  const { path } = reference
  const { rules } = g
  let node = root
  const names: string[] = []
  for (let i = 0; i < path.length; i++) {
    if (node.kind === 'object') break
    const key = path[i] as Expression
    const name = key.kind === 'value' && typeof key.value === 'string' ? key.value : undefined
    if (name === undefined) break
    const next = node.children.get(name)
    names.push(name)
    if (next === undefined) return { kind: 'value', get: baseGetter(names), rest: path.slice(i + 1), base: true }
    node = next
    if (node.kind === 'complete' || node.kind === 'set' || (node.kind === 'object' && node.children.size === 0)) {
      return { kind: 'value', get: ruleGetter(g, node), rest: path.slice(i + 1) }
    }
    if (node.kind === 'function') return { kind: 'value', get: () => undefined, rest: [] }
  }
  return {
    kind: 'position',
    rest: path.slice(names.length),
    get: (c) => {
      let at: Position | undefined = rootPosition(c, root)
      for (const name of names) {
        at = enter(rules, c, at, name)
        if (at === undefined) return undefined
      }
      return at
    },
  }
}

function baseGetter(names: readonly string[]): Get {
  const steps = names.map(memberOf)
  return (_, c) => {
    let value: Value | undefined = c.data
    for (const step of steps) {
      value = step(value)
      if (value === undefined) return undefined
    }
    return value
  }
}

function ruleGetter(g: Generator, node: RuleNode): Get {
  const { rules } = g
  const base = baseGetter(node.path)
  return (r, c) => (c.masked?.has(node) === true ? base(r, c) : rules.value(node, c))
}

export type Follow = (value: Value, r: Registers, c: Context) => Value | undefined

export function stepOf(g: Generator, key: Expression, bound: Bound): Follow {
  if (key.kind === 'value') {
    if (typeof key.value === 'string') return memberOf(key.value)
    const fixed = key.value
    return (value) => lookup(value, fixed)
  }
  if (key.kind === 'variable') {
    const { slot } = key.variable
    return (value, r) => lookup(value, r[slot] as Value)
  }
  const get = g.expression(key, bound)
  return (value, r, c) => {
    const one = get(r, c)
    return one === undefined ? undefined : lookup(value, one)
  }
}

export function baseStepOf(g: Generator, key: Expression, bound: Bound): Follow {
  if (key.kind === 'value' && typeof key.value === 'string') return memberOf(key.value)
  const get = g.expression(key, bound)
  return (value, r, c) => {
    const one = get(r, c)
    return one === undefined ? undefined : lookupBase(value, one)
  }
}
