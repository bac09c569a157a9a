/** What the parts of the code generator ask of each other. */
import type { Clause, Expression, RuleNode, Variable } from '../compile/program.ts'
import type { EvaluationError } from '../error.ts'
import type { Value } from '../value/index.ts'
import type { Context, Get, Registers, Step } from './context.ts'

export type Bound = Set<Variable>

/** Evaluates rules; one for a program. */
export type Rules = {
  /** The value of a node's own rules. */
  value(node: RuleNode, c: Context): Value | undefined
  call(node: RuleNode, args: readonly Value[], c: Context): Value | undefined
  /** A place in the cache of a context that nobody else has. */
  cacheSlot(): number
}

export type Generator = {
  readonly rules: Rules
  readonly file: string
  /** The rule's registers beyond its variables. */
  register(): number
  expression(expression: Expression, bound: Bound): Get
  body(clauses: readonly Clause[], bound: Bound, then: (bound: Bound) => Step): Step
  /** An error at a place of the rule's text. */
  located(at: number, error: unknown, name: string): EvaluationError
}

/** A clause or a part of one that holds in one way at most. */
export type Test = (r: Registers, c: Context) => boolean

/** A clause in the pieces that are compiled one after another. */
export type Piece =
  | { readonly kind: 'bind'; readonly pattern: Expression; readonly value: Expression }
  | { readonly kind: 'truth'; readonly value: Expression }
  | { readonly kind: 'test'; readonly make: (bound: Bound) => Test }
  | { readonly kind: 'with'; readonly clause: Clause }

export type BodyGenerator = Generator & { readonly root: RuleNode; readonly covers: boolean; variable(): Variable }
