/** What one evaluation carries: the budget and the notes of the query, and the documents as `with` has them at a place. */
import type { BuiltinContext } from '../builtin/registry.ts'
import type { Callee, RuleNode } from '../compile/program.ts'
import { budgetError, type EvaluationError, type Location } from '../error.ts'
import type { Value } from '../value/index.ts'

export type Budget = {
  /** Steps: elements visited, rules begun, and what builtins charge. */
  readonly steps: number
  /** Milliseconds of wall clock. */
  readonly milliseconds: number
  /** Elements that comprehensions, partial rules and ranges may make in all. */
  readonly elements: number
}

export const usualBudget: Budget = { steps: 200_000_000, milliseconds: 30_000, elements: 20_000_000 }

export type Printed = { readonly text: string; readonly location: Location }

/** How many steps pass between two looks at the clock. */
const interval = 20_000

export class Query implements BuiltinContext {
  /** Steps until the next look; may go below zero for a moment. */
  fuel = 0
  #left: number
  #elements: number
  readonly #deadline: number
  readonly #clock: () => number
  readonly now: bigint
  readonly #random: () => number
  readonly cache = new Map<string, unknown>()
  readonly strict: boolean
  readonly printed: Printed[] = []
  /** Errors of builtins that made a call undefined, the first of them. */
  readonly failures: EvaluationError[] = []
  /** Told of each rule and clause that succeeds, where coverage is asked for. */
  readonly covered: ((file: string, at: number) => void) | undefined

  constructor(options: { budget: Budget; now: bigint; random: () => number; strict: boolean; clock: () => number; covered: ((file: string, at: number) => void) | undefined }) {
    this.#left = options.budget.steps
    this.#elements = options.budget.elements
    this.#clock = options.clock
    this.#deadline = options.clock() + options.budget.milliseconds
    this.now = options.now
    this.#random = options.random
    this.strict = options.strict
    this.covered = options.covered
    this.refuel()
  }

  random(): number {
    return this.#random()
  }

  spend(steps: number): void {
    if ((this.fuel -= steps) < 0) this.refuel()
  }

  /** Called when the fuel is used up: takes more from the budget, and looks at the clock. */
  refuel(): void {
    this.#left += Math.min(this.fuel, 0)
    if (this.#left <= 0) throw budgetError('the steps of the budget are used up')
    if (this.#clock() > this.#deadline) throw budgetError('the time of the budget is used up')
    this.fuel = Math.min(interval, this.#left)
    this.#left -= this.fuel
  }

  reserve(elements: number): void {
    if ((this.#elements -= elements) < 0) throw budgetError('the memory of the budget is used up')
  }
}

export type Mock = { readonly kind: 'value'; readonly value: Value } | { readonly kind: 'callee'; readonly callee: Callee }

/** A rule's value that is not defined, and one that is being made: in the cache, where `undefined` means not known yet. */
export const absent = Symbol('absent')
export const pending = Symbol('pending')

export class Context {
  readonly query: Query
  readonly input: Value | undefined
  readonly data: Value
  /** Values of rules by the id of their node, then closed comprehensions. */
  readonly known: unknown[] = []
  /** Results of functions by the id of their node. */
  readonly called: (Map<unknown, unknown> | undefined)[] = []
  /** Nodes that `with data...` replaces. */
  readonly masked: ReadonlySet<RuleNode> | undefined
  readonly mocks: ReadonlyMap<string, Mock> | undefined
  /** Where the clauses after a `with` go on. */
  readonly outer: Context | undefined

  constructor(query: Query, input: Value | undefined, data: Value, masked?: ReadonlySet<RuleNode>, mocks?: ReadonlyMap<string, Mock>, outer?: Context) {
    this.query = query
    this.input = input
    this.data = data
    this.masked = masked
    this.mocks = mocks
    this.outer = outer
  }

  #unmocked: Context | undefined

  /** The same documents without replaced functions: what a replacement itself sees. Its cache is its own. */
  unmocked(): Context {
    if (this.mocks === undefined) return this
    return (this.#unmocked ??= new Context(this.query, this.input, this.data, this.masked, undefined, this))
  }
}

/** Registers of one rule's evaluation: values of variables, and what a body collects. */
export type Registers = unknown[]
/** An expression: its value, or undefined. */
export type Get = (r: Registers, c: Context) => Value | undefined
/** A part of a body and all that follows. True stops the search. */
export type Step = (r: Registers, c: Context) => boolean
/** Goes on from a value. */
export type Walk = (value: Value, r: Registers, c: Context) => boolean
