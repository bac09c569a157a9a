/** Rules of a program, each compiled when it is first asked for, and their values, kept once for each state of the documents. */
import type { Program, RuleNode, RuleProgram, Variable } from '../compile/program.ts'
import { EvaluationError } from '../error.ts'
import { equal, RegoSet, type Value } from '../value/index.ts'
import { type BodyGenerator, compileBody } from './body.ts'
import { absent, type Context, type Get, pending, type Registers, type Step } from './context.ts'
import { compileExpression } from './expression.ts'
import type { Bound, Rules } from './generator.ts'
import { buildIndex, type Index, select } from './index-rules.ts'
import { Nest } from './nest.ts'
import type { Source } from '../syntax/tree.ts'

/** A branch that gives one value at most, or collects into the registers. */
type Branch = { readonly run: Step; readonly constant: Value | undefined }

type RuleCode = {
  readonly rule: RuleProgram
  readonly branches: readonly Branch[]
  /** Empty registers, to be copied. */
  readonly blank: Registers
  /** Where complete rules leave their value, and partial ones find what they add to. */
  readonly result: number
}

type NodeCode = { readonly rules: Index<RuleCode>; readonly fallback: RuleCode | undefined }

export class Engine implements Rules {
  readonly root: RuleNode
  readonly covers: boolean
  readonly #code: (NodeCode | undefined)[] = []
  #places: number

  constructor(program: Program, covers: boolean) {
    this.root = program.root
    this.covers = covers
    this.#places = program.nodes.length
  }

  cacheSlot(): number {
    return this.#places++
  }

  value(node: RuleNode, c: Context): Value | undefined {
    const known = c.known[node.id]
    if (known !== undefined) {
      if (known === absent) return undefined
      if (known === pending) throw new EvaluationError('eval_internal_error', `rule ${node.name} depends on itself`)
      return known as Value
    }
    c.known[node.id] = pending
    const value = this.#evaluate(node, c)
    c.known[node.id] = value === undefined ? absent : value
    return value
  }

  #evaluate(node: RuleNode, c: Context): Value | undefined {
    c.query.spend(1)
    const code = this.#codeOf(node)
    switch (node.kind) {
      case 'complete':
        return this.#complete(code, [], c, 'complete rules must not produce multiple outputs')
      case 'set': {
        const set = new RegoSet()
        for (const rule of select(code.rules, c, undefined)) this.#collect(rule, set, c)
        return set
      }
      case 'object': {
        const nest = new Nest()
        for (const rule of select(code.rules, c, undefined)) this.#collect(rule, nest, c)
        return nest.build()
      }
      default:
        return undefined
    }
  }

  #collect(code: RuleCode, into: RegoSet | Nest, c: Context): void {
    c.query.spend(1)
    const r: Registers = code.blank.slice()
    r[code.result] = into
    code.branches[0]?.run(r, c)
  }

  #complete(code: NodeCode, args: readonly Value[], c: Context, conflict: string): Value | undefined {
    let found: Value | undefined
    let by: RuleCode | undefined
    for (const one of select(code.rules, c, args)) {
      const [first] = one.branches
      // what would only say the same again is not asked
      if (found !== undefined && one.branches.length === 1 && first?.constant !== undefined && equal(first.constant, found)) continue
      const value = this.#run(one, args, c, conflict)
      if (value === undefined) continue
      if (found !== undefined && !equal(found, value)) throw at(new EvaluationError('eval_conflict_error', conflict), one.rule.source, one.rule.at)
      found = value
      by = one
    }
    if (by === undefined && code.fallback !== undefined) return this.#run(code.fallback, args, c, conflict)
    return found
  }

  #run(code: RuleCode, args: readonly Value[], c: Context, conflict: string): Value | undefined {
    c.query.spend(1)
    const r: Registers = code.blank.slice()
    for (let i = 0; i < args.length; i++) r[(code.rule.args[i] as Variable).slot] = args[i]
    for (const branch of code.branches) {
      if (branch.constant !== undefined) {
        if (branch.run(r, c)) return branch.constant
        continue
      }
      r[code.result] = undefined
      try {
        branch.run(r, c)
      } catch (error) {
        if (error === different) throw at(new EvaluationError('eval_conflict_error', conflict), code.rule.source, code.rule.at)
        throw error
      }
      if (r[code.result] !== undefined) return r[code.result] as Value
    }
    return undefined
  }

  call(node: RuleNode, args: readonly Value[], c: Context): Value | undefined {
    if (args.length !== node.arity) return undefined
    let level: Map<unknown, unknown> | undefined = (c.called[node.id] ??= new Map())
    const last = args.length - 1
    for (let i = 0; i < last; i++) {
      let next = level.get(args[i]) as Map<unknown, unknown> | undefined
      if (next === undefined) level.set(args[i], (next = new Map()))
      level = next
    }
    const key = last < 0 ? absent : args[last]
    const known = level.get(key)
    if (known !== undefined) return known === absent ? undefined : (known as Value)
    const value = this.#complete(this.#codeOf(node), args, c, 'functions must not produce multiple outputs for same inputs')
    level.set(key, value === undefined ? absent : value)
    return value
  }

  #codeOf(node: RuleNode): NodeCode {
    let code = this.#code[node.id]
    if (code === undefined) {
      const rules = node.rules.map((rule) => compileRule(this, rule))
      code = { rules: buildIndex(rules, node.kind === 'function' ? (rules[0]?.rule.args.length ?? 0) : 0), fallback: node.fallback === undefined ? undefined : compileRule(this, node.fallback) }
      this.#code[node.id] = code
    }
    return code
  }
}

/** Thrown by a branch that finds a second, different value. */
const different = Symbol('different')

export function at(error: EvaluationError, source: Source, place: number): EvaluationError {
  return error.location === undefined ? new EvaluationError(error.code, error.reason, source.locate(place)) : error
}

export function generatorOf(engine: Engine, source: Source, slots: number): BodyGenerator & { readonly used: () => number } {
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

function compileRule(engine: Engine, rule: RuleProgram): RuleCode {
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

