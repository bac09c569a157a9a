/** One rule as closures: a step for each branch, which leaves its value in the registers or adds to what is collected there. */
import type { RuleNode, RuleProgram, Variable } from '../compile/program.ts'
import { EvaluationError } from '../error.ts'
import type { Source } from '../syntax/tree.ts'
import { equal, type RegoSet, type Value } from '../value/index.ts'
import { compileBody } from './body.ts'
import type { Get, Registers, Step } from './context.ts'
import { compileExpression } from './expression.ts'
import type { BodyGenerator, Bound, Rules } from './generator.ts'
import type { Nest } from './nest.ts'

/** What rules are compiled for: the program's root, and whether lines that are evaluated are noted. */
export type Host = Rules & { readonly root: RuleNode; readonly covers: boolean }

/** A branch that gives one value at most, or collects into the registers. */
type Branch = { readonly run: Step; readonly constant: Value | undefined }

export type RuleCode = {
  readonly rule: RuleProgram
  readonly branches: readonly Branch[]
  /** Empty registers, to be copied. */
  readonly blank: Registers
  /** Where complete rules leave their value, and partial ones find what they add to. */
  readonly result: number
}

/** Thrown by a branch that finds a second, different value. */
export const different = Symbol('different')

export function at(error: EvaluationError, source: Source, place: number): EvaluationError {
  return error.location === undefined ? new EvaluationError(error.code, error.reason, source.locate(place)) : error
}

export function generatorOf(engine: Host, source: Source, slots: number): BodyGenerator & { readonly used: () => number } {
  let used = slots
  const g: BodyGenerator & { readonly used: () => number } = {
    rules: engine,
    root: engine.root,
    covers: engine.covers,
    file: source.file,
    register: () => used++,
    used: () => used,
    variable: (): Variable => ({ name: '_', slot: used++, shown: false }),
    expression: (expression, bound) => compileExpression(g, expression, bound, engine.root),
    body: (clauses, bound, then) => compileBody(g, clauses, bound, then),
    located: (place, error, name) => {
      const location = source.locate(place)
      if (error instanceof EvaluationError) return error.location === undefined ? new EvaluationError(error.code, error.reason, location) : error
      const code = error instanceof Error && error.name === 'OperandError' ? 'eval_type_error' : 'eval_builtin_error'
      return new EvaluationError(code, `${name}: ${error instanceof Error ? error.message : String(error)}`, location)
    },
  }
  return g
}

export function compileRule(engine: Host, rule: RuleProgram): RuleCode {
  const g = generatorOf(engine, rule.source, rule.slots)
  const result = g.register()
  const branches = rule.branches.map((branch): Branch => {
    const bound: Bound = new Set(rule.args)
    const partial = rule.contains || rule.keys.length > 0
    const constant = !partial && branch.value.kind === 'value' ? branch.value.value : undefined
    const run = g.body(branch.body, bound, (inner) => {
      const value = g.expression(branch.value, inner)
      if (constant !== undefined) return () => true
      if (!partial) return keep(value, result)
      const keys = rule.keys.map((key) => g.expression(key, inner))
      return add(keys, value, result, rule)
    })
    return { run: engine.covers ? coveringRule(run, rule.source.file, branch.at) : run, constant }
  })
  return { rule, branches, blank: Array.from({ length: g.used() }), result }
}

/** Marks the head of a rule whose body holds. */
const coveringRule =
  (run: Step, file: string, place: number): Step =>
  (r, c) => {
    const stopped = run(r, c)
    c.query.covered?.(file, place)
    return stopped
  }

const keep =
  (value: Get, result: number): Step =>
  (r, c) => {
    const found = value(r, c)
    if (found === undefined) return false
    const before = r[result] as Value | undefined
    if (before === undefined) r[result] = found
    else if (!equal(before, found)) throw different
    return false
  }

function add(keys: readonly Get[], value: Get, result: number, rule: RuleProgram): Step {
  if (keys.length === 0) {
    return (r, c) => {
      const found = value(r, c)
      if (found === undefined) return false
      c.query.reserve(1)
      ;(r[result] as RegoSet).add(found)
      return false
    }
  }
  const { contains } = rule
  return (r, c) => {
    const path: Value[] = []
    for (const key of keys) {
      const name = key(r, c)
      if (name === undefined) return false
      path.push(name)
    }
    const found = value(r, c)
    if (found === undefined) return false
    c.query.reserve(1)
    if (!(r[result] as Nest).put(path, found, contains)) throw at(new EvaluationError('eval_conflict_error', 'object keys must be unique'), rule.source, rule.at)
    return false
  }
}
