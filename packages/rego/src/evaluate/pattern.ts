/** Patterns: matching a value binds their variables. There is one way at most in which a pattern matches. */
import type { Known } from '../compile/needs.ts'
import type { Expression } from '../compile/program.ts'
import { equal, get, isArray, isObject, size, type Value } from '../value/index.ts'
import type { Registers, Context, Get } from './context.ts'
import type { Bound, Generator } from './generator.ts'

export type Match = (value: Value, r: Registers, c: Context) => boolean

/** Whether an expression has a variable that is not bound, in a place where a value may be put. */
export function isOpen(expression: Expression, bound: Known): boolean {
  switch (expression.kind) {
    case 'variable':
      return !bound.has(expression.variable)
    case 'array':
      return expression.items.some((item) => isOpen(item, bound))
    case 'object':
      return expression.pairs.some(([, value]) => isOpen(value, bound))
    default:
      return false
  }
}

/** A match for a pattern. Its variables are added to `bound`. */
export function compilePattern(g: Generator, pattern: Expression, bound: Bound): Match {
  if (pattern.kind === 'variable') {
    const { slot } = pattern.variable
    if (bound.has(pattern.variable)) return (value, r) => r[slot] === value || equal(r[slot] as Value, value)
    bound.add(pattern.variable)
    return (value, r) => {
      r[slot] = value
      return true
    }
  }
  if (pattern.kind === 'value') {
    const wanted = pattern.value
    if (typeof wanted === 'string' || typeof wanted === 'boolean' || wanted === null) return (value) => value === wanted
    return (value) => equal(value, wanted)
  }
  if (pattern.kind === 'array' && isOpen(pattern, bound)) {
    const items = pattern.items.map((item) => compilePattern(g, item, bound))
    return (value, r, c) => {
      if (!isArray(value) || value.length !== items.length) return false
      for (let i = 0; i < items.length; i++) if (!(items[i] as Match)(value[i] as Value, r, c)) return false
      return true
    }
  }
  if (pattern.kind === 'object' && isOpen(pattern, bound)) {
    const pairs = pattern.pairs.map(([key, value]): [Get, Match] => [g.expression(key, bound), compilePattern(g, value, bound)])
    return (value, r, c) => {
      if (!isObject(value) || size(value) !== pairs.length) return false
      for (const [key, match] of pairs) {
        const name = key(r, c)
        const found = name === undefined ? undefined : get(value, name)
        if (found === undefined || !match(found, r, c)) return false
      }
      return true
    }
  }
  const wanted = g.expression(pattern, bound)
  return (value, r, c) => {
    const one = wanted(r, c)
    return one !== undefined && equal(one, value)
  }
}
