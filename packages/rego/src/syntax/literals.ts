/** Literals: the lines of a rule's body. */
import type { Cursor } from './cursor.ts'
import { parseExpression, parseTerm } from './terms.ts'
import type { Literal, Term, With } from './tree.ts'

/** Literals up to the closing symbol, which is consumed. They stand on lines of their own or between semicolons. */
export function parseBody(c: Cursor, end: string): Literal[] {
  c.enter()
  if (c.isSymbol(end)) c.fail('found empty body')
  const body: Literal[] = []
  do {
    body.push(parseLiteral(c))
    if (!c.take(';') && !c.isSymbol(end) && (!c.token.newline || c.atEnd)) c.fail(`expected \\n or ; or ${end}`)
  } while (!c.take(end))
  c.depth--
  return body
}

/** Literals up to the end of the text: a query. */
export function parseQueryBody(c: Cursor): Literal[] {
  const body: Literal[] = []
  while (!c.atEnd) {
    body.push(parseLiteral(c))
    if (!c.take(';') && !c.token.newline && !c.atEnd) c.fail('expected \\n or ; or end of query')
  }
  return body
}

export function parseLiteral(c: Cursor): Literal {
  const { at } = c.token
  if (c.isReferenceKeyword()) return parseTermLiteral(c, at, false)
  const negated = c.isKeyword('not')
  if (negated) c.advance()
  if (!c.isReferenceKeyword()) {
    if (c.isKeyword('some')) return negated ? c.fail("illegal negation of 'some'") : parseSome(c, at)
    if (c.isKeyword('every')) return negated ? c.fail("illegal negation of 'every'") : parseEvery(c, at)
  }
  return parseTermLiteral(c, at, negated)
}

function parseTermLiteral(c: Cursor, at: number, negated: boolean): Literal {
  let term = parseExpression(c, true)
  const name = c.isSymbol(':=') ? 'assign' : c.isSymbol('=') ? 'eq' : undefined
  if (name !== undefined) {
    const place = c.advance().at
    term = { kind: 'call', name: { kind: 'var', name, at: place }, args: [term, parseExpression(c, true)], at: term.at, operator: true }
  }
  return { kind: 'term', term, negated, with: parseWith(c), at }
}

function parseWith(c: Cursor): With[] {
  const list: With[] = []
  while (c.isKeyword('with')) {
    const { at } = c.advance()
    if (c.token.kind !== 'ident' || !(c.isName() || c.isReferenceKeyword())) c.fail('expected ident')
    const target = parseTerm(c)
    if (target.kind !== 'ref' && target.kind !== 'var') c.fail('expected with target path')
    if (!c.isKeyword('as')) c.fail('expected as keyword')
    c.advance()
    list.push({ target, value: parseExpression(c, true), at })
  }
  return list
}

const memberArgs = (term: Term | undefined): readonly Term[] | undefined =>
  term?.kind === 'call' && term.operator && term.name.kind === 'var' && term.name.name.startsWith('internal.member_') ? term.args : undefined

function parseSome(c: Cursor, at: number): Literal {
  c.advance()
  const args = memberArgs(c.attempt(() => {
    const term = parseExpression(c, true)
    return memberArgs(term) === undefined ? undefined : term
  }))
  if (args !== undefined) {
    const [first, second, third] = args as [Term, Term, Term | undefined]
    const place = { negated: false, with: parseWith(c), at } as const
    return third === undefined ? { kind: 'some-in', value: first, domain: second, ...place } : { kind: 'some-in', key: first, value: second, domain: third, ...place }
  }
  const names: (Term & { kind: 'var' })[] = []
  do {
    if (!c.isName()) c.fail('expected var')
    const token = c.advance()
    names.push({ kind: 'var', name: token.text, at: token.at })
  } while (c.take(','))
  return { kind: 'some', names, negated: false, with: [], at }
}

function parseEvery(c: Cursor, at: number): Literal {
  c.advance()
  const args = memberArgs(parseExpression(c, true))
  if (args === undefined) return c.fail('expected `x[, y] in xs { ... }` expression')
  const [first, second, third] = args as [Term, Term, Term | undefined]
  const [key, value, domain] = third === undefined ? [undefined, first, second] : [first, second, third]
  if (key !== undefined && key.kind !== 'var') return c.fail('expected key to be a variable')
  if (value.kind !== 'var') return c.fail('expected value to be a variable')
  if (!c.take('{')) return c.fail('missing body')
  const body = parseBody(c, '}')
  const rest = { kind: 'every', value, domain, body, negated: false, with: parseWith(c), at } as const
  return key === undefined ? rest : { ...rest, key }
}
