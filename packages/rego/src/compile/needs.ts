/**
 * What a clause needs bound and what it binds. A variable is bound by unification, by a membership, or by standing as a key in a
 * reference, which then iterates; everything else needs its variables bound.
 */
import type { Expression, Variable } from './program.ts'

const none: ReadonlyMap<Variable, number> = new Map()
const nothing: ReadonlySet<Variable> = new Set()

export type Bound = ReadonlySet<Variable>
/** What only asks whether a variable is bound. */
export type Known = { has(variable: Variable): boolean }

/** Collects, for expressions that are evaluated: the variables that iteration binds, and those that must be bound before. */
export class Needs {
  // most clauses bind or want nothing: their collections are never made
  #binds: Set<Variable> | undefined
  #wants: Map<Variable, number> | undefined

  get binds(): ReadonlySet<Variable> {
    return this.#binds ?? nothing
  }

  get wants(): ReadonlyMap<Variable, number> {
    return this.#wants ?? none
  }

  want(variable: Variable, at: number): void {
    this.#wants ??= new Map()
    if (!this.#wants.has(variable)) this.#wants.set(variable, at)
  }

  bind(variable: Variable): void {
    this.#binds ??= new Set()
    this.#binds.add(variable)
  }

  visit(expression: Expression): void {
    switch (expression.kind) {
      case 'value':
        return
      case 'variable':
        this.want(expression.variable, expression.at)
        return
      case 'path':
        this.visit(expression.base)
        for (const key of expression.path) this.key(key)
        return
      case 'input':
      case 'data':
        for (const key of expression.path) this.key(key)
        return
      case 'array':
      case 'set':
        for (const item of expression.items) this.visit(item)
        return
      case 'object':
        for (const [key, value] of expression.pairs) {
          this.visit(key)
          this.visit(value)
        }
        return
      case 'each':
        for (const variable of expression.free) this.want(variable, expression.at)
        return
      case 'call':
        for (const arg of expression.args) this.visit(arg)
        return
      case 'template':
        for (const part of expression.parts) if (typeof part !== 'string') this.visit(part)
    }
  }

  /** A key of a reference: a pattern whose variables are bound where they are not. */
  key(key: Expression): void {
    if (key.kind === 'variable') this.bind(key.variable)
    else if (key.kind === 'array') for (const item of key.items) this.key(item)
    else if (key.kind === 'object') {
      for (const [name, value] of key.pairs) {
        this.visit(name)
        this.key(value)
      }
    } else this.visit(key)
  }

  /** A pattern: what stands where a value may be put is bound, the rest is evaluated. */
  pattern(expression: Expression): void {
    this.key(expression)
  }

  /** Those wanted and neither bound before nor bound here. */
  missing(bound: Known): ReadonlyMap<Variable, number> {
    let missing: Map<Variable, number> | undefined
    for (const [variable, at] of this.wants) if (!bound.has(variable) && !this.binds.has(variable)) missing = (missing ?? new Map<Variable, number>()).set(variable, at)
    return missing ?? none
  }
}

/** A set of variables with more on top, without a copy of the set. */
export class Overlay implements Known {
  readonly #below: Known
  readonly #own = new Set<Variable>()

  constructor(below: Known) {
    this.#below = below
  }

  has(variable: Variable): boolean {
    return this.#own.has(variable) || this.#below.has(variable)
  }

  add(variable: Variable): void {
    this.#own.add(variable)
  }
}
