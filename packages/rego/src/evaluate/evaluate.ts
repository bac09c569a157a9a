/** The evaluator's door: a program, a query and documents in; results out. */
import { type Compiled, compileQuery, type QueryOptions, type QueryProgram } from '../compile/compile.ts'
import { budgetError, CompileError, type EvaluationError, type Location } from '../error.ts'
import { parseQuery } from '../syntax/parse.ts'
import { put, type Value } from '../value/index.ts'
import { type Budget, Context, type Printed, Query, type Registers, usualBudget } from './context.ts'
import { generatorOf } from './rule-code.ts'
import { Engine } from './rules.ts'

export type EvaluateOptions = {
  /** The input document; undefined where it is absent. What JSON.parse returns goes in as it is. */
  readonly input?: Value | undefined
  /** The base documents under `data`: an object. */
  readonly data?: Value | undefined
  /** An error of a builtin ends the evaluation, instead of making the call undefined. */
  readonly strict?: boolean
  /** The clock of the policy: nanoseconds since 1970. The machine's, where absent. */
  readonly now?: bigint
  /** Makes randomness repeatable. */
  readonly seed?: number
  readonly budget?: Partial<Budget>
  /** Note which lines were evaluated. Costs time. */
  readonly coverage?: boolean
}

export type ExpressionResult = { readonly text: string; readonly value: Value; readonly location: Location }
export type Result = { readonly bindings: { readonly [name: string]: Value }; readonly expressions: readonly ExpressionResult[] }

export type Evaluation = {
  /** One for each way in which the query holds; none where it is undefined. Values may hold sets: `toJson` makes JSON of them. */
  readonly results: readonly Result[]
  readonly printed: readonly Printed[]
  /** Errors of builtins that made calls undefined. */
  readonly failures: readonly EvaluationError[]
  /** With `coverage`: offsets of the rules and literals that were evaluated, for each file. */
  readonly covered: ReadonlyMap<string, ReadonlySet<number>>
}

const engines = new WeakMap<Compiled, { plain?: Engine; covering?: Engine }>()

function engineOf(program: Compiled, covers: boolean): Engine {
  let both = engines.get(program)
  if (both === undefined) engines.set(program, (both = {}))
  return covers ? (both.covering ??= new Engine(program, true)) : (both.plain ??= new Engine(program, false))
}

export type PreparedQuery = { evaluate(options?: EvaluateOptions): Evaluation }

/** Compiles a query once, for many evaluations. Throws `CompileError`. */
export function prepareQuery(program: Compiled, text: string, options: QueryOptions = {}): PreparedQuery {
  const parsed = parseQuery(text, { version: options.module?.version ?? 'v1' })
  if (!parsed.ok) throw new CompileError(parsed.diagnostics)
  const query = compileQuery(program, parsed.value.source, parsed.value.body, options)
  const runners = new Map<boolean, Runner>()
  return {
    evaluate: (given = {}) => {
      const covers = given.coverage === true
      let runner = runners.get(covers)
      if (runner === undefined) runners.set(covers, (runner = compileRunner(engineOf(program, covers), query)))
      return run(runner, given)
    },
  }
}

type Runner = (c: Context) => Result[]

function compileRunner(engine: Engine, query: QueryProgram): Runner {
  const g = generatorOf(engine, query.source, query.slots)
  const place = g.register()
  const step = g.body(query.body, new Set(), (bound) => {
    const shown = query.variables.filter((one) => bound.has(one)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const literals = query.literals.map((one) => ({ ...one, location: query.source.locate(one.at) }))
    return (r, c) => {
      c.query.reserve(1)
      const bindings: Record<string, Value> = {}
      for (const { name, slot } of shown) put(bindings, name, r[slot] as Value)
      const expressions = literals.map(({ text, location, variable }) => ({ text, location, value: variable === undefined ? true : (r[variable.slot] as Value) }))
      ;(r[place] as Result[]).push({ bindings, expressions })
      return false
    }
  })
  const blank: Registers = Array.from({ length: g.used() })
  return (c) => {
    const r = blank.slice()
    const results: Result[] = []
    r[place] = results
    step(r, c)
    return results
  }
}

/** Small, fast and the same everywhere: not for secrets. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

function run(runner: Runner, given: EvaluateOptions): Evaluation {
  const covered = new Map<string, Set<number>>()
  const cover = (file: string, at: number): void => {
    let set = covered.get(file)
    if (set === undefined) covered.set(file, (set = new Set()))
    set.add(at)
  }
  const query = new Query({
    budget: { ...usualBudget, ...given.budget },
    now: given.now ?? BigInt(Date.now()) * 1_000_000n,
    random: given.seed === undefined ? Math.random : seeded(given.seed),
    strict: given.strict === true,
    clock: () => performance.now(),
    covered: given.coverage === true ? cover : undefined,
  })
  try {
    const results = runner(new Context(query, given.input, given.data ?? {}))
    return { results, printed: query.printed, failures: query.failures, covered }
  } catch (error) {
    if (error instanceof RangeError) throw budgetError('the evaluation nests too deep')
    throw error
  }
}

/** Evaluates a query once. Throws `CompileError` for the query, `EvaluationError` for its evaluation. */
export const evaluate = (program: Compiled, query: string, options: EvaluateOptions & QueryOptions = {}): Evaluation => prepareQuery(program, query, options).evaluate(options)
