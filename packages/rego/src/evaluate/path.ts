/** References whose variables are all bound: one value, or undefined. */
import type { RuleNode } from '../compile/program.ts'
import type { Get } from './context.ts'
import type { Bound, Generator } from './generator.ts'
import { enter, materialize } from './position.ts'
import { baseStepOf, type Follow, type Reference, startOf, stepOf } from './start.ts'

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
