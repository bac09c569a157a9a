/**
 * Bodies. Clauses become closures that call what follows them for each way in which they hold; runs of clauses that hold in one way
 * at most are tests that one closure makes in turn, so that the machine's stack grows with iterations and not with lines.
 */
import { type Known, Needs, Overlay, type Pair, takeApart } from '../compile/needs.ts'
import type { Clause, Comprehension, Expression, RuleNode, Variable } from '../compile/program.ts'
import { isArray, isObject, members, RegoSet, type Value } from '../value/index.ts'
import { failed } from './call.ts'
import type { Context, Get, Registers, Step, Walk } from './context.ts'
import { bare, compileComprehension } from './expression.ts'
import type { Bound, Generator } from './generator.ts'
import { hoist, isMany, pattern as hoistPattern, type Hoisted } from './hoist.ts'
import { iterate } from './lookup.ts'
import { compileIteration, type Reference } from './path.ts'
import { compilePattern } from './pattern.ts'
import { compileWalkCall } from './walk.ts'
import { compileReplacements } from './with.ts'

export type Test = (r: Registers, c: Context) => boolean

/** A clause in the pieces that are compiled one after another. */
type Piece =
  | { readonly kind: 'bind'; readonly pattern: Expression; readonly value: Expression }
  | { readonly kind: 'truth'; readonly value: Expression }
  | { readonly kind: 'test'; readonly make: (bound: Bound) => Test }
  | { readonly kind: 'with'; readonly clause: Clause }

export type BodyGenerator = Generator & { readonly root: RuleNode; readonly covers: boolean; variable(): Variable }

export function compileBody(g: BodyGenerator, clauses: readonly Clause[], bound: Bound, then: (bound: Bound) => Step): Step {
  return compileFrom(g, clauses, 0, [], bound, then)
}

/** Compiles pending pieces, then the clauses from `at` on. */
function compileFrom(g: BodyGenerator, clauses: readonly Clause[], at: number, pieces: readonly Piece[], bound: Bound, then: (bound: Bound) => Step): Step {
  const tests: Test[] = []
  let rest = pieces
  let next = at
  for (;;) {
    if (rest.length === 0) {
      const clause = clauses[next]
      if (clause === undefined) return chain(tests, then(bound))
      next++
      rest = piecesOf(g, clause, bound)
      continue
    }
    const piece = rest[0] as Piece
    const test = asTest(g, piece, bound)
    if (test !== undefined) {
      tests.push(test)
      rest = rest.slice(1)
      continue
    }
    const after = rest.slice(1)
    const place = next
    return chain(tests, compileMany(g, piece, bound, (inner) => compileFrom(g, clauses, place, after, inner, then)))
  }
}

function chain(tests: readonly Test[], next: Step): Step {
  const [a, b, d] = tests as [Test, Test, Test]
  switch (tests.length) {
    case 0:
      return next
    case 1:
      return (r, c) => a(r, c) && next(r, c)
    case 2:
      return (r, c) => a(r, c) && b(r, c) && next(r, c)
    case 3:
      return (r, c) => a(r, c) && b(r, c) && d(r, c) && next(r, c)
    default:
      return (r, c) => {
        for (let i = 0; i < tests.length; i++) if (!(tests[i] as Test)(r, c)) return false
        return next(r, c)
      }
  }
}

function piecesOf(g: BodyGenerator, clause: Clause, bound: Bound): Piece[] {
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

const covering =
  (g: BodyGenerator, at: number): Test =>
  (_, c) => {
    c.query.covered?.(g.file, at)
    return true
  }

/** What was taken out, in an order in which each has its variables. */
function hoisted(out: readonly Hoisted[], bound: Known): Piece[] {
  const known = new Overlay(bound)
  const pieces: Piece[] = []
  let pending = [...out]
  while (pending.length > 0) {
    const ready = pending.find((one) => needsOf(one.expression).missing(known).size === 0) ?? (pending[0] as Hoisted)
    pending = pending.filter((one) => one !== ready)
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

/** The pairs of a unification, each with the side that is evaluated last. */
function planUnify(left: Expression, right: Expression, bound: Bound, make: () => Variable): Piece[] {
  const known = new Overlay(bound)
  const pieces: Piece[] = []
  let pending: Pair[] = [[left, right]]
  const ready = (one: Expression): boolean => needsOf(one).missing(known).size === 0
  while (pending.length > 0) {
    const [first] = pending.filter(([a, b]) => ready(a) || ready(b) || takeApart(a, b) !== undefined)
    const pair = first ?? (pending[0] as Pair)
    pending = pending.filter((one) => one !== pair)
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

function asTest(g: BodyGenerator, piece: Piece, bound: Bound): Test | undefined {
  switch (piece.kind) {
    case 'test':
      return piece.make(bound)
    case 'with':
      return undefined
    case 'truth':
      return isMany(piece.value, bound) ? undefined : truth(g, piece.value, bound)
    case 'bind':
      return isMany(piece.value, bound) ? undefined : binding(g, piece.pattern, piece.value, bound)
  }
}

function binding(g: BodyGenerator, pattern: Expression, value: Expression, bound: Bound): Test {
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

function truth(g: BodyGenerator, value: Expression, bound: Bound): Test {
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

function negation(g: BodyGenerator, clause: Clause, bound: Bound): Test {
  const body = compileBody(g, [clause], new Set(bound), () => stop)
  return (r, c) => !body(r, c)
}

function every(g: BodyGenerator, clause: Clause & { kind: 'every' }, bound: Bound): Test {
  const domain = g.expression(clause.domain, bound)
  const inner = new Set(bound)
  const key = clause.key
  const value = clause.value
  for (const one of [key, value]) if (one !== undefined) inner.add(one)
  const body = compileBody(g, clause.body, inner, () => stop)
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

function printing(g: BodyGenerator, args: readonly Comprehension[], at: number, bound: Bound): Test {
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

/** A piece that holds in many ways, and what follows it. */
function compileMany(g: BodyGenerator, piece: Piece, bound: Bound, then: (bound: Bound) => Step): Step {
  if (piece.kind === 'with') return compileWith(g, piece.clause, bound, then)
  if (piece.kind === 'test') return chain([piece.make(bound)], then(bound))
  const finish = (inner: Bound): Walk => {
    if (piece.kind === 'truth') {
      const next = then(inner)
      return (value, r, c) => value !== false && next(r, c)
    }
    const match = compilePattern(g, piece.pattern, inner)
    const next = then(inner)
    return (value, r, c) => match(value, r, c) && next(r, c)
  }
  const { value } = piece
  if (value.kind === 'call') {
    if (value.callee.name === 'walk' && piece.kind === 'bind') return compileWalkCall(g, value, piece.pattern, bound, then)
    return compileRelation(g, value, bound, finish)
  }
  return compileIteration(g, value as Reference, bound, g.root, finish)
}

function compileRelation(g: BodyGenerator, call: Expression & { kind: 'call' }, bound: Bound, finish: (bound: Bound) => Walk): Step {
  const { callee, at } = call
  if (callee.kind !== 'builtin') return () => false
  const args = call.args.map((arg): Get => g.expression(arg, bound))
  const single = g.expression(call, bound)
  const next = finish(bound)
  return (r, c) => {
    if (c.mocks?.has(callee.name) === true) {
      const value = single(r, c)
      return value !== undefined && next(value, r, c)
    }
    const values: Value[] = []
    for (const arg of args) {
      const value = arg(r, c)
      if (value === undefined) return false
      values.push(value)
    }
    let outputs: Iterator<Value>
    try {
      outputs = (callee.builtin.each?.(values, c.query) ?? [])[Symbol.iterator]()
    } catch (error) {
      failed(g, callee.name, error, c, at)
      return false
    }
    for (;;) {
      let one: IteratorResult<Value>
      try {
        one = outputs.next()
      } catch (error) {
        failed(g, callee.name, error, c, at)
        return false
      }
      if (one.done === true) return false
      c.query.spend(1)
      if (next(one.value, r, c)) return true
    }
  }
}

/** A clause under other documents. What follows it goes on under those from before. */
function compileWith(g: BodyGenerator, clause: Clause, bound: Bound, then: (bound: Bound) => Step): Step {
  const replace = compileReplacements(g, clause.with, bound)
  const inner = compileBody(g, [{ ...clause, with: [] }], bound, (after) => {
    const next = then(after)
    return (r, c) => next(r, c.outer as Context)
  })
  return (r, c) => {
    const other = replace(r, c)
    return other !== undefined && inner(r, other)
  }
}

