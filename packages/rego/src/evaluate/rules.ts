/** Rules of a program, each compiled when it is first asked for, and their values, kept once for each state of the documents. */
import type { Program, RuleNode, Variable } from '../compile/program.ts'
import { EvaluationError } from '../error.ts'
import { equal, RegoSet, type Value } from '../value/index.ts'
import { absent, type Context, pending } from './context.ts'
import { buildIndex, type Index, select } from './index-rules.ts'
import { Nest } from './nest.ts'
import { at, compileRule, different, type Host, type RuleCode } from './rule-code.ts'

type NodeCode = { readonly rules: Index<RuleCode>; readonly fallback: RuleCode | undefined }

export class Engine implements Host {
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
    const r = code.blank.slice()
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
    const r = code.blank.slice()
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
