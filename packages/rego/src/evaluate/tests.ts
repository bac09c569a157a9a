/** Clauses that hold in one way at most: a closure says whether they do, and binds what they bind. */
import type { Clause, Comprehension, Expression } from '../compile/program.ts'
import { bare, isArray, isObject, members, RegoSet, type Value } from '../value/index.ts'
import type { Context, Registers, Step } from './context.ts'
import { compileComprehension } from './expression.ts'
import type { Bound, BodyGenerator, Test } from './generator.ts'
import { iterate } from './lookup.ts'
import { compilePattern } from './pattern.ts'

export function binding(g: BodyGenerator, pattern: Expression, value: Expression, bound: Bound): Test {
  const get = g.expression(value, bound)
  if (pattern.kind === 'variable' && !bound.has(pattern.variable)) {
    bound.add(pattern.variable)
    const { slot } = pattern.variable
    return (r, c) => {
      const found = get(r, c)
      if (found === undefined) return false
      r[slot] = found
      return true
    }
  }
  const match = compilePattern(g, pattern, bound)
  return (r, c) => {
    const found = get(r, c)
    return found !== undefined && match(found, r, c)
  }
}

export function truth(g: BodyGenerator, value: Expression, bound: Bound): Test {
  if (value.kind === 'call' && value.callee.kind === 'builtin' && (value.callee.name === 'equal' || value.callee.name === 'neq')) {
    const fast = comparison(g, value, bound)
    if (fast !== undefined) return fast
  }
  const get = g.expression(value, bound)
  return (r, c) => {
    const found = get(r, c)
    return found !== undefined && found !== false
  }
}

/** A comparison with a constant that is neither number nor collection: one look. */
function comparison(g: BodyGenerator, call: Expression & { kind: 'call' }, bound: Bound): Test | undefined {
  const [left, right] = call.args as [Expression, Expression]
  const [fixed, other] = left.kind === 'value' ? [left, right] : [right, left]
  if (fixed.kind !== 'value' || (typeof fixed.value !== 'string' && typeof fixed.value !== 'boolean')) return undefined
  const wanted = fixed.value
  const get = g.expression(other, bound)
  const slow = g.expression(call, bound)
  const full: Test = (r, c) => {
    const found = slow(r, c)
    return found !== undefined && found !== false
  }
  if (call.callee.name === 'equal') return (r, c) => (c.mocks === undefined ? get(r, c) === wanted : full(r, c))
  return (r, c) => {
    if (c.mocks !== undefined) return full(r, c)
    const found = get(r, c)
    return found !== undefined && found !== wanted
  }
}

const stop: Step = () => true

export function negation(g: BodyGenerator, clause: Clause, bound: Bound): Test {
  const body = g.body([clause], new Set(bound), () => stop)
  return (r, c) => !body(r, c)
}

export function every(g: BodyGenerator, clause: Clause & { kind: 'every' }, bound: Bound): Test {
  const domain = g.expression(clause.domain, bound)
  const inner = new Set(bound)
  const key = clause.key
  const value = clause.value
  for (const one of [key, value]) if (one !== undefined) inner.add(one)
  const body = g.body(clause.body, inner, () => stop)
  const fails = (name: Value, one: Value, r: Registers, c: Context): boolean => {
    if (key !== undefined) r[key.slot] = name
    if (value !== undefined) r[value.slot] = one
    return !body(r, c)
  }
  return (r, c) => {
    const all = domain(r, c)
    if (all === undefined || !(isArray(all) || all instanceof RegoSet || isObject(all))) return false
    return !iterate(all, c, r, fails)
  }
}

export function printing(g: BodyGenerator, args: readonly Comprehension[], at: number, bound: Bound): Test {
  const sets = args.map((arg) => compileComprehension(g, arg, bound))
  return (r, c) => {
    let lines: string[] = ['']
    for (const [i, set] of sets.entries()) {
      const values = members(set(r, c) as RegoSet)
      const texts = values.length === 0 ? ['<undefined>'] : values.map(bare)
      c.query.reserve(lines.length * texts.length)
      lines = lines.flatMap((line) => texts.map((text) => (i === 0 ? text : `${line} ${text}`)))
    }
    const location = g.located(at, '', '').location
    for (const text of lines) if (location !== undefined) c.query.printed.push({ text, location })
    return true
  }
}

export const covering =
  (g: BodyGenerator, at: number): Test =>
  (_, c) => {
    c.query.covered?.(g.file, at)
    return true
  }
