/** Template strings: text, and terms in braces. */
import { type Cursor, Failure } from './cursor.ts'
import type { Literal, Term } from './tree.ts'

export function parseTemplate(c: Cursor): Term {
  const { at } = c.token
  const parts: (string | Literal)[] = []
  for (;;) {
    const part = c.token
    if (part.kind !== 'template') return c.fail('expected } to end template string expression')
    c.advance()
    if (part.text !== '') parts.push(part.text)
    if (part.last === true) return { kind: 'template', parts, at }
    c.enter()
    const literal = c.grammar.literal(c)
    c.depth--
    const wrong = whyNotInTemplate(literal)
    if (wrong !== undefined) throw new Failure(`unexpected ${wrong} in template-string expression`, literal.at)
    parts.push(literal)
    if (!c.take('}')) throw new Failure('expected } to end template string expression', c.token.at)
  }
}

function whyNotInTemplate(literal: Literal): string | undefined {
  if (literal.negated) return "negation ('not')"
  if (literal.kind === 'every') return "'every'"
  if (literal.kind !== 'term') return "'some'"
  const { term } = literal
  if (term.kind !== 'call' || !term.operator || term.name.kind !== 'var') return undefined
  return term.name.name === 'eq' ? "unification ('=')" : term.name.name === 'assign' ? "assignment (':=')" : undefined
}
