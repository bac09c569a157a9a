/** Whether a clause can run where some variables are bound, and what it binds then. */
import { type Known, Needs } from './needs.ts'
import type { Clause, Expression, Variable } from './program.ts'

export type Analysis = { readonly missing: ReadonlyMap<Variable, number>; readonly binds: ReadonlySet<Variable> }

/** Whether a clause can run when `bound` are bound, and what it binds then. */
export function analyze(clause: Clause, bound: Known): Analysis {
  const needs = new Needs()
  for (const one of clause.with) needs.visit(one.value)
  switch (clause.kind) {
    case 'test':
      needs.visit(clause.expression)
      break
    case 'unify':
      return analyzeUnify(clause.left, clause.right, bound, needs)
    case 'member':
      needs.visit(clause.domain)
      if (clause.key !== undefined) needs.pattern(clause.key)
      needs.pattern(clause.value)
      break
    case 'every':
      needs.visit(clause.domain)
      for (const variable of clause.free) needs.want(variable, clause.at)
      break
    case 'print':
      for (const arg of clause.args) needs.visit(arg)
      break
    case 'not': {
      const inner = variablesOf(clause.clause)
      const missing = new Map(needs.missing(bound))
      for (const variable of inner) if (!bound.has(variable)) missing.set(variable, clause.at)
      return { missing, binds: new Set() }
    }
    case 'never':
      break
  }
  return { missing: needs.missing(bound), binds: needs.binds }
}

/** All variables of a clause that are not its closures' own. */
function variablesOf(clause: Clause): Set<Variable> {
  const needs = new Needs()
  for (const one of clause.with) needs.visit(one.value)
  if (clause.kind === 'test') needs.visit(clause.expression)
  else if (clause.kind === 'unify') {
    needs.visit(clause.left)
    needs.visit(clause.right)
  } else if (clause.kind === 'member') {
    needs.visit(clause.domain)
    needs.visit(clause.value)
  }
  return new Set([...needs.wants.keys(), ...needs.binds])
}

/** Whether an expression can be evaluated as it stands, after the iterations inside of it have bound what they bind. */
function evaluable(expression: Expression, bound: Known, also: Known): Needs | undefined {
  const needs = new Needs()
  needs.visit(expression)
  for (const variable of needs.wants.keys()) if (!bound.has(variable) && !needs.binds.has(variable) && !also.has(variable)) return undefined
  return needs
}

export type Pair = readonly [Expression, Expression]

/** Takes two collections of one shape apart: their parts can be unified one by one, in any order. */
export function takeApart(left: Expression, right: Expression): readonly Pair[] | undefined {
  if (left.kind === 'array' && right.kind === 'array' && left.items.length === right.items.length) {
    return left.items.map((item, i): Pair => [item, right.items[i] as Expression])
  }
  if (left.kind !== 'object' || right.kind !== 'object' || left.pairs.length !== right.pairs.length) return undefined
  const pairs: Pair[] = []
  for (const [key, value] of left.pairs) {
    if (key.kind !== 'value') return undefined
    const other = right.pairs.find(([name]) => name.kind === 'value' && name.value === key.value)
    if (other === undefined) return undefined
    pairs.push([value, other[1]])
  }
  return pairs
}

function analyzeUnify(left: Expression, right: Expression, bound: Known, needs: Needs): Analysis {
  let pending: Pair[] = [[left, right]]
  for (;;) {
    const rest: Pair[] = []
    let progress = false
    for (const [a, b] of pending) {
      const parts = takeApart(a, b)
      if (parts !== undefined) {
        rest.push(...parts)
        progress = true
        continue
      }
      const one = evaluable(b, bound, needs.binds) === undefined ? (evaluable(a, bound, needs.binds) === undefined ? undefined : ([b, a] as const)) : ([a, b] as const)
      if (one === undefined) {
        rest.push([a, b])
        continue
      }
      progress = true
      const [pattern, value] = one
      const inner = evaluable(value, bound, needs.binds) as Needs
      for (const variable of inner.binds) needs.bind(variable)
      const matched = new Needs()
      matched.pattern(pattern)
      for (const [variable, at] of matched.wants) if (!matched.binds.has(variable)) needs.want(variable, at)
      for (const variable of matched.binds) needs.bind(variable)
    }
    pending = rest
    if (pending.length === 0) {
      const missing = needs.missing(bound)
      return { missing, binds: needs.binds }
    }
    if (!progress) break
  }
  // both sides want something: name what could not be bound
  const missing = new Map<Variable, number>()
  for (const pair of pending) {
    for (const side of pair) {
      const inner = new Needs()
      inner.visit(side)
      for (const [variable, at] of inner.wants) if (!bound.has(variable) && !needs.binds.has(variable)) missing.set(variable, at)
    }
  }
  return { missing, binds: needs.binds }
}
