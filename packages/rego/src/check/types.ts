/** Types where they are cheap: arguments of builtins that are written out, or are results of other builtins. */
import { builtins } from '../builtin/index.ts'
import type { Builtin } from '../builtin/registry.ts'
import type { Diagnostic } from '../error.ts'
import type { Literal, Module, Term } from '../syntax/tree.ts'
import { typeName } from '../value/index.ts'

export function checkTypes(module: Module): Diagnostic[] {
  const out: Diagnostic[] = []
  const own = new Set(module.rules.map((rule) => (rule.path[0]?.kind === 'var' ? rule.path[0].name : '')))
  const visit = (term: Term): void => {
    for (const part of partsOf(term)) visit(part)
    const builtin = builtinOf(term, own)
    if (builtin === undefined || term.kind !== 'call') return
    // the last argument of one more than there are parameters is the output
    const given = term.args.slice(0, builtin.params.length).map((arg) => typeOf(arg, own))
    if (given.every((type, index) => agrees(type, builtin.params[index] ?? 'any'))) return
    out.push({
      code: 'rego_type_error',
      message: `${builtin.name}: invalid argument(s)\n\thave: (${given.join(', ')})\n\twant: (${builtin.params.map((param) => param.replaceAll('|', ' or ')).join(', ')})`,
      location: module.source.locate(term.at),
    })
  }
  for (const rule of module.rules) {
    for (const term of [...rule.path, ...(rule.args ?? []), ...(rule.contains === undefined ? [] : [rule.contains])]) visit(term)
    for (const branch of rule.branches) {
      if (branch.value !== undefined) visit(branch.value)
      for (const literal of branch.body) for (const term of termsOf(literal)) visit(term)
    }
  }
  return out
}

const anything = 'any'

function agrees(given: string, wanted: string): boolean {
  if (given === anything || wanted === anything) return true
  const allowed = wanted.split('|')
  return given.split('|').some((one) => allowed.includes(one))
}

function builtinOf(term: Term, own: ReadonlySet<string>): Builtin | undefined {
  if (term.kind !== 'call') return undefined
  const name = term.name.kind === 'var' ? term.name.name : dotted(term.name)
  if (name === undefined || (!term.operator && own.has(name.split('.')[0] ?? ''))) return undefined
  const found = builtins.get(name)
  return found?.kind === 'pure' && found.variadic !== true ? found : undefined
}

function dotted(term: Term): string | undefined {
  if (term.kind !== 'ref' || term.head.kind !== 'var') return undefined
  const parts = term.path.map((part) => (part.kind === 'value' && typeof part.value === 'string' ? part.value : undefined))
  return parts.includes(undefined) ? undefined : [term.head.name, ...parts].join('.')
}

function typeOf(term: Term, own: ReadonlySet<string>): string {
  switch (term.kind) {
    case 'value': return typeName(term.value)
    case 'array':
    case 'set':
    case 'object': return term.kind
    case 'template': return 'string'
    case 'each': return term.of
    case 'call': return builtinOf(term, own)?.result ?? anything
    default: return anything
  }
}

export function termsOf(literal: Literal): Term[] {
  const extra = literal.with.flatMap(({ value }) => [value])
  switch (literal.kind) {
    case 'some': return []
    case 'some-in': return [...(literal.key === undefined ? [] : [literal.key]), literal.value, literal.domain, ...extra]
    case 'every': return [literal.domain, ...literal.body.flatMap(termsOf), ...extra]
    default: return [literal.term, ...extra]
  }
}

function partsOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'ref': return [term.head, ...term.path]
    case 'array':
    case 'set': return term.items
    case 'object': return term.pairs.flat()
    case 'call': return term.args
    case 'each': return [...(term.key === undefined ? [] : [term.key]), term.value, ...term.body.flatMap(termsOf)]
    case 'template': return term.parts.flatMap((part) => (typeof part === 'string' ? [] : termsOf(part)))
    default: return []
  }
}
