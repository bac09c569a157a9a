/** Clauses taken apart into pieces, each of which is compiled alone: what to bind to what, in an order in which that can be done. */
import { type Known, Needs, Overlay } from '../compile/needs.ts'
import { type Pair, takeApart } from '../compile/analyze.ts'
import type { Clause, Expression, Variable } from '../compile/program.ts'
import type { Bound, BodyGenerator, Piece } from './generator.ts'
import { hoist, type Hoisted, isMany, pattern as hoistPattern } from './hoist.ts'
import { covering, every, negation, printing } from './tests.ts'

export function piecesOf(g: BodyGenerator, clause: Clause, bound: Bound): Piece[] {
  const pieces: Piece[] = []
  if (g.covers) pieces.push({ kind: 'test', make: () => covering(g, clause.at) })
  const out: Hoisted[] = []
  const make = (): Variable => g.variable()
  if (clause.with.length > 0) {
    const replaced = clause.with.map((one) => ({ ...one, value: hoist(one.value, bound, true, make, out) }))
    return [...pieces, ...hoisted(out, bound), { kind: 'with', clause: { ...clause, with: replaced } }]
  }
  switch (clause.kind) {
    case 'test': {
      const value = hoist(clause.expression, bound, false, make, out)
      return [...pieces, ...hoisted(out, bound), { kind: 'truth', value }]
    }
    case 'unify':
      return [...pieces, ...planUnify(clause.left, clause.right, bound, make)]
    case 'member': {
      const domain = hoist(clause.domain, bound, true, make, out)
      const key = clause.key === undefined ? undefined : hoistPattern(clause.key, bound, make, out)
      const value = hoistPattern(clause.value, bound, make, out)
      // `some k, v in xs` is a walk over xs with a key of its own
      const name: Expression = key ?? { kind: 'variable', variable: g.variable(), at: clause.at }
      const reference: Expression = { kind: 'path', base: domain, path: [name], at: clause.at }
      return [...pieces, ...hoisted(out, bound), { kind: 'bind', pattern: value, value: reference }]
    }
    case 'every': {
      const domain = hoist(clause.domain, bound, true, make, out)
      return [...pieces, ...hoisted(out, bound), { kind: 'test', make: (inner) => every(g, { ...clause, domain }, inner) }]
    }
    case 'not':
      return [...pieces, { kind: 'test', make: (inner) => negation(g, clause.clause, inner) }]
    case 'print':
      return [...pieces, { kind: 'test', make: (inner) => printing(g, clause.args, clause.at, inner) }]
    case 'never':
      return [{ kind: 'test', make: () => () => false }]
  }
}

/** What was taken out, in an order in which each has its variables. */
function hoisted(out: readonly Hoisted[], bound: Known): Piece[] {
  const known = new Overlay(bound)
  const pieces: Piece[] = []
  const pending = [...out]
  while (pending.length > 0) {
    const at = Math.max(0, pending.findIndex((one) => needsOf(one.expression).missing(known).size === 0))
    const [ready] = pending.splice(at, 1) as [Hoisted]
    for (const variable of needsOf(ready.expression).binds) known.add(variable)
    known.add(ready.variable)
    pieces.push({ kind: 'bind', pattern: { kind: 'variable', variable: ready.variable, at: 0 }, value: ready.expression })
  }
  return pieces
}

function needsOf(expression: Expression): Needs {
  const needs = new Needs()
  needs.visit(expression)
  return needs
}

/** The pairs of a unification, in an order in which one side of each can be evaluated. */
function planUnify(left: Expression, right: Expression, bound: Bound, make: () => Variable): Piece[] {
  const known = new Overlay(bound)
  const pieces: Piece[] = []
  const pending: Pair[] = [[left, right]]
  const ready = (one: Expression): boolean => needsOf(one).missing(known).size === 0
  while (pending.length > 0) {
    const at = Math.max(0, pending.findIndex(([a, b]) => ready(a) || ready(b) || takeApart(a, b) !== undefined))
    const [pair] = pending.splice(at, 1) as [Pair]
    const [a, b] = pair
    const parts = ready(a) && ready(b) && !isMany(a, known) && !isMany(b, known) ? undefined : takeApart(a, b)
    if (parts !== undefined) {
      pending.unshift(...parts)
      continue
    }
    const [pattern, value] = ready(b) && !(isPlainPattern(b) && ready(a)) ? [a, b] : [b, a]
    const out: Hoisted[] = []
    const inner = hoist(value, known, false, make, out)
    const outer = hoistPattern(pattern, known, make, out)
    pieces.push(...hoisted(out, known), { kind: 'bind', pattern: outer, value: inner })
    for (const side of [needsOf(value), patternNeeds(pattern)]) for (const variable of side.binds) known.add(variable)
    for (const one of out) known.add(one.variable)
  }
  return pieces
}

/** A constant or a variable is the cheaper pattern of two bound sides. */
const isPlainPattern = (one: Expression): boolean => one.kind === 'value' || one.kind === 'variable'

function patternNeeds(pattern: Expression): Needs {
  const needs = new Needs()
  needs.pattern(pattern)
  return needs
}

