/** Strict checks on one module: imports and local variables that nothing uses, names that hide others, what is deprecated. */
import type { Diagnostic } from '../error.ts'
import type { Literal, Module, Rule, Term } from '../syntax/tree.ts'
import { deprecated } from '../builtin/deprecated.ts'

export function strictCheck(module: Module): Diagnostic[] {
  const checker = new Checker(module)
  checker.module()
  return checker.found
}

type Locals = { readonly declared: Map<string, number>; readonly parent: Locals | undefined }

class Checker {
  readonly found: Diagnostic[] = []
  readonly #module: Module
  readonly #used = new Set<string>()

  constructor(module: Module) {
    this.#module = module
  }

  #report(message: string, at: number): void {
    this.found.push({ code: 'rego_compile_error', message, location: this.#module.source.locate(at) })
  }

  module(): void {
    for (const rule of this.#module.rules) this.#rule(rule)
    const seen = new Map<string, number>()
    for (const { path, alias, at } of this.#module.imports) {
      if (path[0] === 'rego' || path[0] === 'future') continue
      const name = alias ?? path.at(-1) ?? ''
      const shown = path.join('.')
      if (seen.has(name)) this.#report(`import must not shadow import ${shown}`, at)
      else if (!this.#used.has(name)) this.#report(`import ${shown}${alias === undefined ? '' : ` as ${alias}`} unused`, at)
      seen.set(name, at)
    }
  }

  #rule(rule: Rule): void {
    if (rule.path.length === 1 && rule.path[0]?.kind === 'var' && (rule.path[0].name === 'input' || rule.path[0].name === 'data')) this.#report(`rules must not shadow ${rule.path[0].name} (use a different rule name)`, rule.at)
    const args: Locals = { declared: new Map(), parent: undefined }
    for (const arg of rule.args ?? []) this.#term(arg, args)
    for (const branch of rule.branches) {
      const locals: Locals = { declared: new Map(), parent: args }
      this.#declare(branch.body, locals)
      for (const literal of branch.body) this.#literal(literal, locals)
      for (const term of [...rule.path.slice(1), ...(rule.contains === undefined ? [] : [rule.contains]), ...(branch.value === undefined ? [] : [branch.value])]) this.#term(term, locals)
      this.#close(locals)
    }
  }

  #declare(body: readonly Literal[], locals: Locals): void {
    for (const literal of body) {
      if (literal.kind === 'some') for (const { name, at } of literal.names) this.#local(name, at, locals)
      if (literal.kind === 'some-in') for (const term of [literal.key, literal.value]) if (term !== undefined) this.#pattern(term, locals)
      if (literal.kind !== 'term' || literal.term.kind !== 'call') continue
      const { name, args, operator } = literal.term
      if (operator && name.kind === 'var' && name.name === 'assign' && args[0] !== undefined) this.#pattern(args[0], locals)
    }
  }

  #local(name: string, at: number, locals: Locals): void {
    if (name.startsWith('_') || name.startsWith('$')) return
    if (name === 'input' || name === 'data') this.#report(`variables must not shadow ${name} (use a different variable name)`, at)
    locals.declared.set(name, at)
  }

  /** Variables of a pattern on the left of `:=` or behind `some`. */
  #pattern(term: Term, locals: Locals): void {
    if (term.kind === 'var') this.#local(term.name, term.at, locals)
    else if (term.kind === 'array') for (const item of term.items) this.#pattern(item, locals)
    else if (term.kind === 'object') for (const [, value] of term.pairs) this.#pattern(value, locals)
  }

  #close(locals: Locals): void {
    for (const [name, at] of locals.declared) this.#report(`assigned var ${name} unused`, at)
  }

  #use(name: string, locals: Locals | undefined): void {
    for (let scope = locals; scope !== undefined; scope = scope.parent) if (scope.declared.delete(name)) return
    this.#used.add(name)
  }

  #literal(literal: Literal, locals: Locals): void {
    for (const { target, value } of literal.with) {
      this.#term(target, locals)
      this.#term(value, locals)
    }
    switch (literal.kind) {
      case 'some': return
      case 'some-in':
        this.#term(literal.domain, locals)
        for (const term of [literal.key, literal.value]) if (term !== undefined && term.kind !== 'var') this.#inPattern(term, locals)
        return
      case 'every': {
        this.#term(literal.domain, locals)
        const inner: Locals = { declared: new Map(), parent: locals }
        this.#declare(literal.body, inner)
        for (const one of literal.body) this.#literal(one, inner)
        return this.#close(inner)
      }
      default: {
        const { term } = literal
        const assigns = term.kind === 'call' && term.operator && term.name.kind === 'var' && term.name.name === 'assign'
        if (!assigns) return this.#term(term, locals)
        const [left, right] = term.args
        if (right !== undefined) this.#term(right, locals)
        if (left !== undefined && left.kind !== 'var') this.#inPattern(left, locals)
      }
    }
  }

  /** What a pattern reads: keys and calls, not its own variables. */
  #inPattern(term: Term, locals: Locals): void {
    if (term.kind === 'array') for (const item of term.items) this.#inPattern(item, locals)
    else if (term.kind === 'object') {
      for (const [key, value] of term.pairs) {
        this.#term(key, locals)
        this.#inPattern(value, locals)
      }
    } else if (term.kind !== 'var') this.#term(term, locals)
  }

  #term(term: Term, locals: Locals): void {
    switch (term.kind) {
      case 'var': return this.#use(term.name, locals)
      case 'ref': return [term.head, ...term.path].forEach((part) => this.#term(part, locals))
      case 'array':
      case 'set': return term.items.forEach((item) => this.#term(item, locals))
      case 'object': return term.pairs.forEach(([key, value]) => { this.#term(key, locals); this.#term(value, locals) })
      case 'template': return term.parts.forEach((part) => { if (typeof part !== 'string') this.#literal(part, locals) })
      case 'call': {
        if (term.name.kind === 'var' && deprecated.has(term.name.name)) this.#report(`deprecated built-in function calls in expression: ${term.name.name}`, term.at)
        if (!term.operator) this.#term(term.name, locals)
        return term.args.forEach((arg) => this.#term(arg, locals))
      }
      case 'each': {
        const inner: Locals = { declared: new Map(), parent: locals }
        this.#declare(term.body, inner)
        for (const literal of term.body) this.#literal(literal, inner)
        for (const part of [term.key, term.value]) if (part !== undefined) this.#term(part, inner)
        return this.#close(inner)
      }
      default:
    }
  }
}
