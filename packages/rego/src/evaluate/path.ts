/** References: where they begin, and the way from there, with or without variables on it. */
import type { Expression, RuleNode } from '../compile/program.ts'
import type { Value } from '../value/index.ts'
import type { Context, Get, Registers, Step, Walk } from './context.ts'
import type { Bound, Generator } from './generator.ts'
import { iterate, lookup, lookupBase, memberOf } from './lookup.ts'
import { compilePattern, isOpen } from './pattern.ts'
import { enter, isValuePosition, materialize, type Position, positionKeys, rootPosition } from './position.ts'

export type Reference = Expression & { readonly kind: 'input' | 'data' | 'path' }

/** Where a reference begins, once names that rules and packages have are passed: a value, or a place among rules. */
type Start = { readonly kind: 'value'; readonly get: Get; readonly rest: readonly Expression[]; readonly base?: boolean } | { readonly kind: 'position'; readonly get: (c: Context) => Position | undefined; readonly rest: readonly Expression[] }

function startOf(g: Generator, reference: Reference, bound: Bound, root: RuleNode): Start {
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

/** A reference without open variables. */
export function compileReference(g: Generator, reference: Reference, bound: Bound, root: RuleNode): Get {
  const start = startOf(g, reference, bound, root)
  if (start.kind === 'position') {
    const keys = start.rest.map((key) => g.expression(key, bound))
    const { rules } = g
    return (r, c) => {
      let at = start.get(c)
      for (const key of keys) {
        const one = at === undefined ? undefined : key(r, c)
        if (one === undefined || at === undefined) return undefined
        at = enter(rules, c, at, one)
      }
      return at === undefined ? undefined : materialize(rules, c, at)
    }
  }
  return follow(start.get, start.rest.map((key) => (start.base === true ? baseStepOf(g, key, bound) : stepOf(g, key, bound))))
}

type Follow = (value: Value, r: Registers, c: Context) => Value | undefined

function stepOf(g: Generator, key: Expression, bound: Bound): Follow {
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

function baseStepOf(g: Generator, key: Expression, bound: Bound): Follow {
  if (key.kind === 'value' && typeof key.value === 'string') return memberOf(key.value)
  const get = g.expression(key, bound)
  return (value, r, c) => {
    const one = get(r, c)
    return one === undefined ? undefined : lookupBase(value, one)
  }
}

function follow(get: Get, steps: readonly Follow[]): Get {
  const [a, b, d] = steps as [Follow, Follow, Follow]
  switch (steps.length) {
    case 0:
      return get
    case 1:
      return (r, c) => {
        const value = get(r, c)
        return value === undefined ? undefined : a(value, r, c)
      }
    case 2:
      return (r, c) => {
        let value = get(r, c)
        if (value !== undefined) value = a(value, r, c)
        return value === undefined ? undefined : b(value, r, c)
      }
    case 3:
      return (r, c) => {
        let value = get(r, c)
        if (value !== undefined) value = a(value, r, c)
        if (value !== undefined) value = b(value, r, c)
        return value === undefined ? undefined : d(value, r, c)
      }
    default:
      return (r, c) => {
        let value = get(r, c)
        for (let i = 0; i < steps.length && value !== undefined; i++) value = (steps[i] as Follow)(value, r, c)
        return value
      }
  }
}

/** A reference with open variables: calls `then` for each value that it reaches. Its variables are added to `bound`. */
export function compileIteration(g: Generator, reference: Reference, bound: Bound, root: RuleNode, then: (bound: Bound) => Walk): Step {
  const start = startOf(g, reference, bound, root)
  if (start.kind === 'value') {
    const walk = compileWalk(g, start.rest, bound, then)
    const { get } = start
    return (r, c) => {
      const value = get(r, c)
      return value !== undefined && walk(value, r, c)
    }
  }
  const walk = compilePositions(g, start.rest, bound, then)
  return (r, c) => {
    const at = start.get(c)
    return at !== undefined && walk(at, r, c)
  }
}

export function compileWalk(g: Generator, path: readonly Expression[], bound: Bound, then: (bound: Bound) => Walk): Walk {
  const [key, ...rest] = path
  if (key === undefined) return then(bound)
  if (!isOpen(key, bound)) {
    const step = stepOf(g, key, bound)
    const next = compileWalk(g, rest, bound, then)
    return (value, r, c) => {
      const found = step(value, r, c)
      return found !== undefined && next(found, r, c)
    }
  }
  if (key.kind === 'variable') {
    const { slot } = key.variable
    bound.add(key.variable)
    const next = compileWalk(g, rest, bound, then)
    const each = (name: Value, found: Value, r: Registers, c: Context): boolean => {
      r[slot] = name
      return next(found, r, c)
    }
    return (value, r, c) => iterate(value, c, r, each)
  }
  const match = compilePattern(g, key, bound)
  const next = compileWalk(g, rest, bound, then)
  const each = (name: Value, found: Value, r: Registers, c: Context): boolean => match(name, r, c) && next(found, r, c)
  return (value, r, c) => iterate(value, c, r, each)
}

function compilePositions(g: Generator, path: readonly Expression[], bound: Bound, then: (bound: Bound) => Walk): (at: Position, r: Registers, c: Context) => boolean {
  const { rules } = g
  const [key, ...rest] = path
  if (key === undefined) {
    const next = then(bound)
    return (at, r, c) => {
      const value = materialize(rules, c, at)
      return value !== undefined && next(value, r, c)
    }
  }
  if (!isOpen(key, bound)) {
    const get = g.expression(key, bound)
    const next = compilePositions(g, rest, bound, then)
    return (at, r, c) => {
      const name = get(r, c)
      const found = name === undefined ? undefined : enter(rules, c, at, name)
      return found !== undefined && next(found, r, c)
    }
  }
  const match = compilePattern(g, key, bound)
  const next = compilePositions(g, rest, bound, then)
  const each = (name: Value, found: Value, r: Registers, c: Context): boolean => match(name, r, c) && next({ node: undefined, base: found, computed: undefined }, r, c)
  return (at, r, c) => {
    if (isValuePosition(at)) {
      const value = materialize(rules, c, at)
      return value !== undefined && iterate(value, c, r, each)
    }
    for (const name of positionKeys(rules, c, at)) {
      c.query.spend(1)
      const found = enter(rules, c, at, name)
      if (found !== undefined && match(name, r, c) && next(found, r, c)) return true
    }
    return false
  }
}
