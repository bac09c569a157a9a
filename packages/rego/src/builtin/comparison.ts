/** Comparisons in OPA's total order of values. */
import { compare, equal, type Value } from '../value/index.ts'
import { declare, define } from './define.ts'
import type { Builtin } from './registry.ts'

const by = (name: string, infix: string, about: string, holds: (a: Value, b: Value) => boolean): Builtin =>
  define(name, 'any, any -> boolean', about, ([a = null, b = null]) => holds(a, b), { infix })

export const comparison: readonly Builtin[] = [
  declare('compiler', 'eq', 'any, any -> boolean', 'unification', { infix: '=' }),
  declare('compiler', 'assign', 'any, any -> boolean', 'assignment', { infix: ':=' }),
  by('equal', '==', 'the values are equal', equal),
  by('neq', '!=', 'the values differ', (a, b) => !equal(a, b)),
  by('lt', '<', 'the first comes before the second', (a, b) => compare(a, b) < 0),
  by('lte', '<=', 'the first does not come after the second', (a, b) => compare(a, b) <= 0),
  by('gt', '>', 'the first comes after the second', (a, b) => compare(a, b) > 0),
  by('gte', '>=', 'the first does not come before the second', (a, b) => compare(a, b) >= 0),
]
