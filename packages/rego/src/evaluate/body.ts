/**
 * Bodies. Clauses become closures that call what follows them for each way in which they hold; runs of clauses that hold in one way
 * at most are tests that one closure makes in turn, so that the machine's stack grows with iterations and not with lines.
 */
import type { Clause } from '../compile/program.ts'
import type { Context, Step, Walk } from './context.ts'
import type { BodyGenerator, Bound, Piece, Test } from './generator.ts'
import { isMany } from './hoist.ts'
import { compileIteration } from './iteration.ts'
import type { Reference } from './start.ts'
import { compilePattern } from './pattern.ts'
import { piecesOf } from './pieces.ts'
import { compileRelation } from './relation.ts'
import { binding, truth } from './tests.ts'
import { compileWalkCall } from './walk.ts'
import { compileReplacements } from './with.ts'

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
