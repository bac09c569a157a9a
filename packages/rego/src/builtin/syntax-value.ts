/** Syntax trees as data, with the names that OPA gives to their parts. */
import { isArray, isObject, entries, isNumber, RegoSet, members, type Value } from '../value/index.ts'
import type { Branch, Literal, Module, Rule, Term } from '../syntax/tree.ts'

type Fields = { [key: string]: Value }

const typed = (type: string, value: Value): Value => ({ type, value })
const yes: Value = [{ index: 0, terms: typed('boolean', true) }]

export function moduleValue(module: Module): Value {
  const out: Fields = { package: { path: [typed('var', 'data'), ...module.package.map((part) => typed('string', part))] } }
  if (module.imports.length > 0) {
    out['imports'] = module.imports.map(({ path, alias }) => ({ path: typed('ref', path.map((part, index) => typed(index === 0 ? 'var' : 'string', part))), ...(alias === undefined ? {} : { alias }) }))
  }
  if (module.annotations.length > 0) out['annotations'] = module.annotations.map(({ value }) => value)
  if (module.rules.length > 0) out['rules'] = module.rules.map(ruleValue)
  if (module.comments.length > 0) out['comments'] = module.comments.map(({ text }) => ({ Text: text }))
  return out
}

function ruleValue(rule: Rule): Value {
  const [first, ...others] = rule.branches
  const otherwise = others.reduceRight<Value | undefined>((next, branch) => branchValue(rule, branch, next), undefined)
  const out = branchValue(rule, first, otherwise)
  return rule.isDefault ? { ...out, default: true } : out
}

function branchValue(rule: Rule, branch: Branch, otherwise: Value | undefined): Fields {
  const ref = rule.path.map(termValue)
  const [name] = rule.path
  const head: Fields = { ref }
  if (name?.kind === 'var') head['name'] = name.name
  if (rule.args !== undefined) head['args'] = rule.args.map(termValue)
  if (rule.contains !== undefined) head['key'] = termValue(rule.contains)
  else head['value'] = branch.value === undefined ? typed('boolean', true) : termValue(branch.value)
  if (branch.assign) head['assign'] = true
  return { head, body: branch.body.length === 0 ? yes : bodyValue(branch.body), ...(otherwise === undefined ? {} : { else: otherwise }) }
}

const bodyValue = (body: readonly Literal[]): Value => body.map((literal, index) => literalValue(literal, index))

function literalValue(literal: Literal, index: number): Value {
  const out: Fields = { index, terms: termsOf(literal) }
  if (literal.negated) out['negated'] = true
  if (literal.with.length > 0) out['with'] = literal.with.map(({ target, value }) => ({ target: termValue(target), value: termValue(value) }))
  return out
}

function termsOf(literal: Literal): Value {
  switch (literal.kind) {
    case 'some': return { symbols: literal.names.map(termValue) }
    case 'some-in': {
      const parts = [...(literal.key === undefined ? [] : [literal.key]), literal.value, literal.domain]
      return { symbols: [typed('call', [reference(`internal.member_${parts.length}`), ...parts.map(termValue)])] }
    }
    case 'every': return { key: literal.key === undefined ? null : termValue(literal.key), value: termValue(literal.value), domain: termValue(literal.domain), body: bodyValue(literal.body) }
    default: return literal.term.kind === 'call' ? callValue(literal.term) : termValue(literal.term)
  }
}

const reference = (name: string): Value => typed('ref', name.split('.').map((part, index) => typed(index === 0 ? 'var' : 'string', part)))

function callValue({ name, args }: Term & { kind: 'call' }): readonly Value[] {
  return [name.kind === 'var' ? reference(name.name) : termValue(name), ...args.map(termValue)]
}

function termValue(term: Term): Value {
  switch (term.kind) {
    case 'value': return constant(term.value)
    case 'var': return typed('var', term.name)
    case 'ref': return typed('ref', [term.head, ...term.path].map(termValue))
    case 'array': return typed('array', term.items.map(termValue))
    case 'set': return typed('set', term.items.map(termValue))
    case 'object': return typed('object', term.pairs.map(([key, value]) => [termValue(key), termValue(value)]))
    case 'call': return typed('call', callValue(term))
    case 'template': return typed('templatestring', { parts: term.parts.map((part) => (typeof part === 'string' ? typed('string', part) : literalValue(part, 0))), multi_line: false })
    default: {
      const body = bodyValue(term.body)
      return term.of === 'object'
        ? typed('objectcomprehension', { key: term.key === undefined ? null : termValue(term.key), value: termValue(term.value), body })
        : typed(`${term.of}comprehension`, { term: termValue(term.value), body })
    }
  }
}

function constant(value: Value): Value {
  if (value === null) return typed('null', {})
  if (typeof value === 'string') return typed('string', value)
  if (typeof value === 'boolean') return typed('boolean', value)
  if (isNumber(value)) return typed('number', value)
  if (isArray(value)) return typed('array', value.map(constant))
  if (value instanceof RegoSet) return typed('set', members(value).map(constant))
  return typed('object', isObject(value) ? [...entries(value)].map(([key, one]) => [constant(key), constant(one)]) : [])
}
