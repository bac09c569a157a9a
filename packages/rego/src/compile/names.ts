/** The names that a term or body mentions, before anything is resolved: who declares, and who only uses. */
import type { Literal, Term } from '../syntax/tree.ts'

/** Variables of a pattern, in places where a value may be put. */
export function patternNames(term: Term, names: string[] = []): string[] {
  if (term.kind === 'var') names.push(term.name)
  else if (term.kind === 'array') for (const item of term.items) patternNames(item, names)
  else if (term.kind === 'object') for (const [, value] of term.pairs) patternNames(value, names)
  return names
}

/** All names of a term outside of its closures. */
export function termNames(term: Term, names: Set<string>): void {
  switch (term.kind) {
    case 'var':
      names.add(term.name)
      return
    case 'ref':
      termNames(term.head, names)
      for (const one of term.path) termNames(one, names)
      return
    case 'array':
    case 'set':
      for (const item of term.items) termNames(item, names)
      return
    case 'object':
      for (const [key, value] of term.pairs) {
        termNames(key, names)
        termNames(value, names)
      }
      return
    case 'call':
      for (const arg of term.args) termNames(arg, names)
      return
    default:
  }
}

/** What `with` puts in may be the name of a function, which is no variable; a variable is bound elsewhere in the body. */
function replacementNames(term: Term, used: Set<string>): void {
  if (term.kind === 'ref' && term.head.kind === 'var') for (const one of term.path) termNames(one, used)
  else if (term.kind !== 'var') termNames(term, used)
}

const isAssign = (term: Term): term is Term & { kind: 'call' } => term.kind === 'call' && term.operator && term.name.kind === 'var' && term.name.name === 'assign'

/** The names of a body outside of its closures, and those of them that it declares. */
export function bodyNames(body: readonly Literal[], used: Set<string>, declared: Set<string>): void {
  for (const literal of body) {
    for (const one of literal.with) replacementNames(one.value, used)
    if (literal.kind === 'some') for (const one of literal.names) declared.add(one.name)
    else if (literal.kind === 'some-in') {
      termNames(literal.domain, used)
      for (const pattern of [literal.key, literal.value]) if (pattern !== undefined) for (const name of patternNames(pattern)) declared.add(name)
    } else if (literal.kind === 'every') termNames(literal.domain, used)
    else {
      termNames(literal.term, used)
      if (isAssign(literal.term) && literal.term.args[0] !== undefined) for (const name of patternNames(literal.term.args[0])) declared.add(name)
    }
  }
}
