/** Terms with their names resolved. */
import { objectOf, RegoSet, type Value } from '../value/index.ts'
import type { Literal, Term } from '../syntax/tree.ts'
import { dotted, type Environment, findCallee, globalPath, Rejected } from './module.ts'
import { bodyNames, termNames } from './names.ts'
import type { Callee, Clause, Comprehension, Expression } from './program.ts'
import { Scope } from './scope.ts'

/** Resolves terms of one rule. Bodies are resolved by `clauses`, handed in because the two need each other. */
export class Terms {
  readonly env: Environment
  readonly clauses: (terms: Terms, body: readonly Literal[], scope: Scope) => Clause[]
  /** The answer to `rego.metadata.chain()` here. */
  readonly chain: () => Value
  readonly rule: () => Value

  constructor(env: Environment, clauses: Terms['clauses'], chain: () => Value, rule: () => Value) {
    this.env = env
    this.clauses = clauses
    this.chain = chain
    this.rule = rule
  }

  resolve(term: Term, scope: Scope): Expression {
    switch (term.kind) {
      case 'value':
        return { kind: 'value', value: term.value }
      case 'var':
        return this.name(term.name, term.at, scope)
      case 'ref':
        return this.reference(term, scope)
      case 'array':
        return folded({ kind: 'array', items: term.items.map((one) => this.resolve(one, scope)) })
      case 'set':
        return folded({ kind: 'set', items: term.items.map((one) => this.resolve(one, scope)) })
      case 'object':
        return folded({ kind: 'object', pairs: term.pairs.map(([key, value]) => [this.resolve(key, scope), this.resolve(value, scope)] as const) })
      case 'call':
        return this.call(term, scope)
      case 'each':
        return this.each(term, scope)
      case 'template':
        return { kind: 'template', parts: term.parts.map((part) => (typeof part === 'string' ? part : this.part(part, scope))), at: term.at }
    }
  }

  name(name: string, at: number, scope: Scope): Expression {
    if (name === '_') return { kind: 'variable', variable: scope.slots.make('_', false), at }
    const variable = scope.find(name)
    if (variable !== undefined) return { kind: 'variable', variable, at }
    const path = globalPath(this.env, name)
    if (path !== undefined) return rooted(path, [], at)
    scope.used.add(name)
    // bound by nobody: the check of safety names it
    return { kind: 'variable', variable: scope.slots.make(name, true), at }
  }

  reference(term: Term & { kind: 'ref' }, scope: Scope): Expression {
    const path = term.path.map((one) => this.resolve(one, scope))
    const base = this.resolve(term.head, scope)
    if (base.kind === 'data' || base.kind === 'input') return { kind: base.kind, path: [...base.path, ...path], at: term.at }
    return { kind: 'path', base, path, at: term.at }
  }

  call(term: Term & { kind: 'call' }, scope: Scope): Expression {
    const callee = this.callee(term, scope)
    const args = term.args.map((one) => this.resolve(one, scope))
    const known = this.metadata(callee)
    if (known !== undefined) return { kind: 'value', value: known }
    this.checkArity(callee, args.length, term.at)
    return { kind: 'call', callee, args, at: term.at }
  }

  metadata(callee: Callee): Value | undefined {
    if (callee.name === 'rego.metadata.chain') return this.chain()
    return callee.name === 'rego.metadata.rule' ? this.rule() : undefined
  }

  callee(term: Term & { kind: 'call' }, scope: Scope): Callee {
    const { env } = this
    const path = dotted(term.name)
    const shadowed = path !== undefined && !term.operator && scope.has(path[0] ?? '')
    const callee = shadowed ? undefined : term.operator ? builtinOf(env, path?.[0] ?? '') : findCallee(env, term.name)
    const name = path === undefined ? '?' : path.join('.')
    if (callee === undefined) throw new Rejected('rego_type_error', `undefined function ${name}`, term.at)
    if (callee.kind === 'builtin' && callee.builtin.kind === 'refused') {
      const message = `${name}: this builtin reaches outside of the policy and is refused; replace every call of it by \`with ${name} as ...\``
      env.refused.push({ name, diagnostic: { code: 'rego_compile_error', message, location: env.module.source.locate(term.at) } })
    }
    return callee
  }

  checkArity(callee: Callee, given: number, at: number, output = 0): void {
    const variadic = callee.kind === 'builtin' && callee.builtin.variadic === true
    const wanted = callee.kind === 'builtin' ? callee.builtin.params.length : callee.node.arity
    if (variadic || given === wanted || given === wanted + output) return
    throw new Rejected('rego_type_error', `${callee.name}: arity mismatch\n\thave: ${given} arguments\n\twant: ${wanted} arguments`, at)
  }

  each(term: Term & { kind: 'each' }, outer: Scope): Comprehension {
    const scope = new Scope(outer.slots, outer, true)
    const used = new Set<string>()
    if (term.key !== undefined) termNames(term.key, used)
    termNames(term.value, used)
    this.open(term.body, used, scope)
    const body = this.clauses(this, term.body, scope)
    const key = term.key === undefined ? undefined : this.lifted(this.resolve(term.key, scope), scope, body, term.at)
    const value = this.lifted(this.resolve(term.value, scope), scope, body, term.at)
    return { kind: 'each', of: term.of, key, value, body, free: scope.free ?? new Set(), at: term.at }
  }

  /** A part of a template string: the set of its values, of which there may be one. */
  part(literal: Literal, outer: Scope): Comprehension {
    const scope = new Scope(outer.slots, outer, true)
    const value = scope.slots.make('_', false)
    if (literal.kind !== 'term') throw new Rejected('rego_compile_error', 'a template string takes terms only', literal.at)
    this.open([literal], new Set(), scope)
    const expression = this.resolve(literal.term, scope)
    const body = this.clauses(this, [{ ...literal, term: { kind: 'value', value: true, at: literal.at } }], scope)
    const replaced = body[0]?.with ?? []
    const clause: Clause = { kind: 'unify', left: { kind: 'variable', variable: value, at: literal.at }, right: expression, with: replaced, at: literal.at }
    return { kind: 'each', of: 'set', key: undefined, value: { kind: 'variable', variable: value, at: literal.at }, body: [clause], free: scope.free ?? new Set(), at: literal.at }
  }

  /** Gives the undeclared names of a body to its scope. */
  open(body: readonly Literal[], used: Set<string>, scope: Scope): void {
    const declared = new Set<string>()
    bodyNames(body, used, declared)
    for (const name of used) {
      if (name === '_' || declared.has(name) || scope.has(name) || globalPath(this.env, name) !== undefined) continue
      scope.names.set(name, scope.slots.make(name, true))
    }
  }

  /** What a head needs evaluated becomes a clause of the body, so that it is ordered with the rest. */
  lifted(expression: Expression, scope: Scope, body: Clause[], at: number): Expression {
    if (expression.kind === 'value' || expression.kind === 'variable') return expression
    const variable = { kind: 'variable', variable: scope.slots.make('_', false), at } as const
    body.push({ kind: 'unify', left: variable, right: expression, with: [], at })
    return variable
  }
}

export function builtinOf(env: Environment, name: string): Callee | undefined {
  const builtin = env.builtins.get(name)
  return builtin === undefined ? undefined : { kind: 'builtin', name, builtin }
}

export function rooted(path: readonly string[], rest: readonly Expression[], at: number): Expression {
  const names = path.slice(1).map((name): Expression => ({ kind: 'value', value: name }))
  return { kind: path[0] === 'input' ? 'input' : 'data', path: [...names, ...rest], at }
}

/** Collections of constants are constants. */
function folded(expression: Expression & { kind: 'array' | 'set' | 'object' }): Expression {
  if (expression.kind === 'object') {
    if (!expression.pairs.every(([key, value]) => key.kind === 'value' && value.kind === 'value')) return expression
    return { kind: 'value', value: objectOf(expression.pairs.map(([key, value]) => [constant(key), constant(value)] as const)) }
  }
  if (!expression.items.every((one) => one.kind === 'value')) return expression
  const values = expression.items.map(constant)
  return { kind: 'value', value: expression.kind === 'array' ? values : new RegoSet(values) }
}

const constant = (expression: Expression): Value => (expression.kind === 'value' ? expression.value : null)

/** `data.x.y` of an expression whose path is names only. */
export function staticPath(expression: Expression): readonly string[] | undefined {
  if (expression.kind !== 'data' && expression.kind !== 'input') return undefined
  const path: string[] = []
  for (const one of expression.path) {
    if (one.kind !== 'value' || typeof one.value !== 'string') return undefined
    path.push(one.value)
  }
  return path
}

