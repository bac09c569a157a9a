/** References with variables that are not bound: every value that they reach, one after another. */
import type { Expression, RuleNode } from '../compile/program.ts'
import type { Value } from '../value/index.ts'
import type { Context, Registers, Step, Walk } from './context.ts'
import type { Bound, Generator } from './generator.ts'
import { iterate } from './lookup.ts'
import { compilePattern, isOpen } from './pattern.ts'
import { enter, isValuePosition, materialize, type Position, positionKeys } from './position.ts'
import { type Reference, startOf, stepOf } from './start.ts'

/** Calls `then` for each value that it reaches. Its variables are added to `bound`. */
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

function compileWalk(g: Generator, path: readonly Expression[], bound: Bound, then: (bound: Bound) => Walk): Walk {
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
