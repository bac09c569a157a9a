/**
 * `walk`, the relation that policies use most: a plain recursion instead of an iterator, and without making the paths where nobody
 * asks for them.
 */
import type { Expression } from '../compile/program.ts'
import { get, isArray, isPlain, keys, members, RegoSet, type Value } from '../value/index.ts'
import { compileApply } from './call.ts'
import type { Context, Registers, Step, Walk } from './context.ts'
import type { Bound, Generator } from './generator.ts'
import { compilePattern, isOpen } from './pattern.ts'

type Visit = (path: readonly Value[] | undefined, value: Value, r: Registers, c: Context) => boolean

const below = (path: readonly Value[] | undefined, key: Value): readonly Value[] | undefined => (path === undefined ? undefined : [...path, key])

/** A value, then everything in it, in order. True stops. */
function visit(path: readonly Value[] | undefined, value: Value, r: Registers, c: Context, each: Visit): boolean {
  if (--c.query.fuel < 0) c.query.refuel()
  if (each(path, value, r, c)) return true
  if (typeof value !== 'object' || value === null) return false
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) if (visit(below(path, i), value[i] as Value, r, c, each)) return true
    return false
  }
  if (value instanceof RegoSet) {
    for (const one of members(value)) if (visit(below(path, one), one, r, c, each)) return true
    return false
  }
  const list = keys(value)
  if (isPlain(value)) {
    for (const name of list as readonly string[]) if (visit(below(path, name), value[name] as Value, r, c, each)) return true
    return false
  }
  for (const key of list) if (visit(below(path, key), get(value, key) as Value, r, c, each)) return true
  return false
}

/** `walk(subject, [path, value])`, or with any other pattern for the pair. */
export function compileWalkCall(g: Generator, call: Expression & { kind: 'call' }, pattern: Expression, bound: Bound, then: (bound: Bound) => Step): Step {
  const get = g.expression(call.args[0] as Expression, bound)
  const apply = compileApply(g, call)
  let each: Visit
  let whole: Walk
  let paths = true
  if (pattern.kind === 'array' && pattern.items.length === 2 && isOpen(pattern, bound)) {
    const [first, second] = pattern.items as readonly [Expression, Expression]
    paths = !(first.kind === 'variable' && first.variable.name === '_' && !bound.has(first.variable))
    const matchPath = paths ? compilePattern(g, first, bound) : undefined
    const matchValue = compilePattern(g, second, bound)
    const next = then(bound)
    each = (path, value, r, c) => (matchPath === undefined || matchPath(path as readonly Value[], r, c)) && matchValue(value, r, c) && next(r, c)
    whole = (pair, r, c) => isArray(pair) && pair.length === 2 && each(pair[0] as readonly Value[], pair[1] as Value, r, c)
  } else {
    const match = compilePattern(g, pattern, bound)
    const next = then(bound)
    whole = (pair, r, c) => match(pair, r, c) && next(r, c)
    each = (path, value, r, c) => whole([path as readonly Value[], value], r, c)
  }
  return (r, c) => {
    const value = get(r, c)
    if (value !== undefined && c.mocks?.has('walk') === true) {
      const pair = apply([value], c)
      return pair !== undefined && whole(pair, r, c)
    }
    return value !== undefined && visit(paths ? [] : undefined, value, r, c, each)
  }
}
