/** Literals with their names resolved and their declarations made. Order is not decided here. */
import type { Literal, Term, With } from '../syntax/tree.ts'
import { dotted, findCallee, Rejected } from './module.ts'
import { patternNames } from './names.ts'
import { type Callee, type Clause, type Comprehension, type Expression, formatPath, type Replacement } from './program.ts'
import { Scope } from './scope.ts'
import { staticPath, type Terms } from './terms.ts'

export function resolveBody(terms: Terms, body: readonly Literal[], scope: Scope): Clause[] {
  const clauses: Clause[] = []
  for (const literal of body) {
    const replaced = literal.with.map((one) => replacement(terms, one, scope))
    const clause = resolveLiteral(terms, literal, scope, replaced)
    if (clause !== undefined) clauses.push(clause)
  }
  return clauses
}

function declare(name: string, how: 'assigned' | 'declared', at: number, scope: Scope): void {
  if (name === '_') return
  const before = scope.declared.get(name)
  if (before !== undefined) throw new Rejected('rego_compile_error', `var ${name} ${before === 'assigned' ? 'assigned' : 'declared'} above`, at)
  if (scope.used.has(name)) throw new Rejected('rego_compile_error', `var ${name} referenced above`, at)
  scope.declared.set(name, how)
  scope.declare(name)
}

function resolveLiteral(terms: Terms, literal: Literal, scope: Scope, replaced: readonly Replacement[]): Clause | undefined {
  const { at } = literal
  const rest = { with: replaced, at }
  switch (literal.kind) {
    case 'some':
      for (const one of literal.names) declare(one.name, 'declared', one.at, scope)
      return undefined
    case 'some-in': {
      const domain = terms.resolve(literal.domain, scope)
      for (const pattern of [literal.key, literal.value]) {
        if (pattern !== undefined) for (const name of new Set(patternNames(pattern))) declare(name, 'declared', at, scope)
      }
      const key = literal.key === undefined ? undefined : terms.resolve(literal.key, scope)
      return { kind: 'member', key, value: terms.resolve(literal.value, scope), domain, ...rest }
    }
    case 'every':
      return every(terms, literal, scope, rest)
    default:
  }
  const clause = termClause(terms, literal.term, scope, rest, literal.negated)
  if (!literal.negated || clause === undefined) return clause
  return { kind: 'not', clause: { ...clause, with: [] }, ...rest }
}

function every(terms: Terms, literal: Literal & { kind: 'every' }, outer: Scope, rest: { with: readonly Replacement[]; at: number }): Clause {
  const domain = terms.resolve(literal.domain, outer)
  const scope = new Scope(outer.slots, outer, true)
  const bind = (term: Term | undefined) => (term?.kind === 'var' && term.name !== '_' ? scope.declare(term.name) : undefined)
  const key = bind(literal.key)
  const value = bind(literal.value)
  const inner = new Scope(outer.slots, scope, false)
  terms.open(literal.body, new Set(), inner)
  const body = resolveBody(terms, literal.body, inner)
  return { kind: 'every', key, value, domain, body, free: scope.free ?? new Set(), ...rest }
}

function termClause(terms: Terms, term: Term, scope: Scope, rest: { with: readonly Replacement[]; at: number }, negated: boolean): Clause | undefined {
  const { at } = rest
  if (term.kind === 'value' && term.value === true && rest.with.length === 0 && !negated) return undefined
  if (term.kind !== 'call') return { kind: 'test', expression: terms.resolve(term, scope), ...rest }
  const name = term.operator && term.name.kind === 'var' ? term.name.name : ''
  const [left, right] = term.args as [Term, Term]
  if (name === 'assign') {
    const value = terms.resolve(right, scope)
    checkTarget(left)
    for (const one of new Set(patternNames(left))) {
      if (one === 'input' || one === 'data') throw new Rejected('rego_compile_error', `variables must not shadow ${one} (use a different variable name)`, at)
      declare(one, 'assigned', at, scope)
    }
    return { kind: 'unify', left: terms.resolve(left, scope), right: value, ...rest }
  }
  if (name === 'eq') return { kind: 'unify', left: terms.resolve(left, scope), right: terms.resolve(right, scope), ...rest }
  if (!term.operator && term.name.kind === 'var' && term.name.name === 'print' && !scope.has('print')) {
    terms.env.uses.prints = true
    return { kind: 'print', args: term.args.map((one) => asSet(terms, one, scope)), ...rest }
  }
  const callee = terms.callee(term, scope)
  if (terms.metadata(callee) !== undefined) return { kind: 'test', expression: terms.call(term, scope), ...rest }
  terms.checkArity(callee, term.args.length, term.at, 1)
  const args = term.args.map((one) => terms.resolve(one, scope))
  const wanted = callee.kind === 'function' ? callee.node.arity : callee.builtin.variadic === true ? args.length : callee.builtin.params.length
  const call: Expression = { kind: 'call', callee, args: args.slice(0, wanted), at: term.at }
  const output = args[wanted]
  return output === undefined ? { kind: 'test', expression: call, ...rest } : { kind: 'unify', left: output, right: call, ...rest }
}

function checkTarget(term: Term): void {
  if (term.kind === 'var' || term.kind === 'array' || term.kind === 'object') return
  const what = term.kind === 'value' ? 'scalar' : term.kind
  throw new Rejected('rego_compile_error', `cannot assign to ${what}`, term.at)
}

/** All values of a term, for `print`: it prints what is undefined as such. */
function asSet(terms: Terms, term: Term, outer: Scope): Comprehension {
  const scope = new Scope(outer.slots, outer, true)
  const value: Expression = { kind: 'variable', variable: scope.slots.make('_', false), at: term.at }
  const clause: Clause = { kind: 'unify', left: value, right: terms.resolve(term, scope), with: [], at: term.at }
  return { kind: 'each', of: 'set', key: undefined, value, body: [clause], free: scope.free ?? new Set(), at: term.at }
}

function replacement(terms: Terms, one: With, scope: Scope): Replacement {
  const { env } = terms
  const { at } = one
  const path = dotted(one.target)
  const root = path?.[0] ?? ''
  const calls = one.value.kind === 'var' || one.value.kind === 'ref' ? functionValue(terms, one.value, scope) : undefined
  const value: Expression = calls === undefined ? terms.resolve(one.value, scope) : { kind: 'value', value: null }
  const rest = { at, value, function: calls }
  if (path === undefined) throw new Rejected('rego_type_error', 'with keyword target must reference existing input, data, or a function', at)
  const target = terms.resolve(one.target, new Scope(scope.slots, undefined, false))
  const found = staticPath(target)
  if (found !== undefined && target.kind === 'input') return { kind: 'input', path: found, ...rest }
  if (found !== undefined && target.kind === 'data') {
    const node = env.tree.find(found)
    if (node?.kind === 'function') {
      checkReplacement(calls, node.name, node.arity, at)
      return { kind: 'function', node, ...rest }
    }
    if (calls !== undefined) throw new Rejected('rego_type_error', `with keyword cannot replace non-function ${formatPath(['data', ...found])} by a function`, at)
    let above = env.tree.root
    for (const name of found.slice(0, -1)) {
      const next = above.children.get(name)
      if (next === undefined) break
      above = next
      if (above.kind !== undefined && above.kind !== 'object') throw new Rejected('rego_compile_error', 'with keyword partially replaces virtual document(s)', at)
    }
    return { kind: 'data', path: found, ...rest }
  }
  const name = path.join('.')
  const builtin = env.builtins.get(name)
  if (builtin === undefined) throw new Rejected('rego_type_error', 'with keyword target must reference existing input, data, or a function', at)
  if (root === 'eq' || name.startsWith('internal.') || name.startsWith('rego.metadata.')) throw new Rejected('rego_compile_error', `with keyword replacing built-in function: replacement of ${name} is not allowed`, at)
  checkReplacement(calls, name, builtin.params.length, at)
  env.replaced.add(name)
  return { kind: 'builtin', name, ...rest }
}

/** What takes a function's place must take as many arguments. A value takes any. */
function checkReplacement(callee: Callee | undefined, name: string, arity: number, at: number): void {
  if (callee === undefined || (callee.kind === 'builtin' && callee.builtin.variadic === true)) return
  const given = callee.kind === 'builtin' ? callee.builtin.params.length : callee.node.arity
  if (given !== arity) throw new Rejected('rego_type_error', `${name}: arity mismatch\n\thave: ${callee.name} with ${given} arguments\n\twant: ${arity} arguments`, at)
}

function functionValue(terms: Terms, term: Term, scope: Scope): Callee | undefined {
  const path = dotted(term)
  return path === undefined || scope.has(path[0] ?? '') ? undefined : findCallee(terms.env, term)
}
