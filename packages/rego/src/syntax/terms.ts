/** Terms: scalars, references, calls, operators, collections and comprehensions. */
import { parseNumber, typeName } from '../value/index.ts'
import { parseArray, parseBraces, parseList } from './collections.ts'
import { type Cursor, Failure } from './cursor.ts'
import { parseTemplate } from './template.ts'
import type { Term } from './tree.ts'

const operators: Record<string, readonly [name: string, strength: number]> = {
  '==': ['equal', 1], '!=': ['neq', 1], '<': ['lt', 1], '<=': ['lte', 1], '>': ['gt', 1], '>=': ['gte', 1],
  '|': ['or', 2], '&': ['and', 3], '+': ['plus', 4], '-': ['minus', 4], '*': ['mul', 5], '/': ['div', 5], '%': ['rem', 5],
}

const operator = (name: string, args: readonly Term[], at: number): Term => ({
  kind: 'call', name: { kind: 'var', name, at }, args, at, operator: true,
})

/** A term with operators. `pair` allows `key, value in xs`, which lists of arguments and items do not. */
export function parseExpression(c: Cursor, pair: boolean): Term {
  c.enter()
  let left = parseOperators(c, 1)
  if (pair && c.isSymbol(',')) {
    const first = left
    const found = c.attempt(() => {
      c.advance()
      const second = parseOperators(c, 1)
      if (!c.isKeyword('in')) return undefined
      c.advance()
      return operator('internal.member_3', [first, second, parseOperators(c, 1)], first.at)
    })
    if (found !== undefined) left = found
  }
  while (c.isKeyword('in')) {
    c.advance()
    left = operator('internal.member_2', [left, parseOperators(c, 1)], left.at)
  }
  c.depth--
  return left
}

function parseOperators(c: Cursor, least: number): Term {
  let left = parseTerm(c)
  for (;;) {
    const token = c.token
    const known = token.kind === 'symbol' ? operators[token.text] : undefined
    if (known === undefined || known[1] < least) return left
    c.advance()
    c.enter()
    left = operator(known[0], [left, parseOperators(c, known[1] + 1)], left.at)
    c.depth--
  }
}

/** A term without operators around it. What is long is remembered: braces may be read twice, and nested ones 2^n times otherwise. */
export function parseTerm(c: Cursor): Term {
  const start = c.position
  const seen = c.read.get(start)
  if (seen !== undefined) {
    c.position = seen.position
    return seen.term
  }
  c.enter()
  const term = parseReference(c, parseSimple(c))
  c.depth--
  if (c.position - start > 12) c.read.set(start, { term, position: c.position })
  return term
}

function parseSimple(c: Cursor): Term {
  const token = c.token
  const { at } = token
  switch (token.kind) {
    case 'ident':
      if (c.isReferenceKeyword() || c.isName()) return { kind: 'var', name: c.advance().text, at }
      if (token.text === 'null' || token.text === 'true' || token.text === 'false') {
        c.advance()
        return { kind: 'value', value: token.text === 'null' ? null : token.text === 'true', at }
      }
      return c.fail()
    case 'string':
      c.advance()
      return { kind: 'value', value: token.text, at }
    case 'number':
      return parseNumberTerm(c)
    case 'template':
      return parseTemplate(c)
    case 'symbol':
      break
    default:
      return c.fail()
  }
  switch (token.text) {
    case '-':
    case '.':
      return parseNumberTerm(c)
    case '[':
      return parseArray(c)
    case '{':
      return parseBraces(c)
    case '(': {
      c.advance()
      const inner = parseExpression(c, true)
      if (!c.take(')')) throw new Failure('non-terminated expression', c.token.at)
      return inner
    }
    default:
      return c.fail()
  }
}

function parseNumberTerm(c: Cursor): Term {
  const { at } = c.token
  let text = c.take('-') ? '-' : ''
  if (c.take('.')) text += '0.'
  const token = c.token
  if (token.kind !== 'number') return c.fail('expected number')
  if (/^0\d/.test(token.text) && !text.endsWith('.')) return c.fail('expected number without leading zero')
  const next = c.following
  if (next.kind === 'ident' && !next.spaced) throw new Failure(`illegal number format`, at)
  const value = parseNumber(text + token.text)
  if (value === undefined) throw new Failure('number too big', at)
  c.advance()
  return { kind: 'value', value, at }
}

/** What follows a term at once, without white space: `.name`, `[key]`, `(arguments)`. */
export function parseReference(c: Cursor, head: Term, spacedStart = false): Term {
  let path: Term[] = []
  let base: Term = head
  let first = true
  const close = (): Term => (path.length === 0 ? base : { kind: 'ref', head: base, path, at: head.at })
  for (;;) {
    const token = c.token
    if (token.kind !== 'symbol' || (token.spaced && !(first && spacedStart && !token.newline))) return close()
    first = false
    if (base.kind === 'value' && '.[('.includes(token.text)) throw new Failure(`illegal ref (head cannot be ${typeName(base.value)})`, base.at)
    if (token.text === '.') {
      c.advance()
      const name = c.token
      if (name.kind !== 'ident' || name.spaced) return c.fail('expected ident')
      c.advance()
      path.push({ kind: 'value', value: name.text, at: name.at })
    } else if (token.text === '[') {
      c.advance()
      path.push(parseExpression(c, true))
      c.expect(']', 'expected ]')
    } else if (token.text === '(') {
      if (base.kind !== 'var' || !path.every((one) => one.kind === 'value' && typeof one.value === 'string')) return close()
      c.advance()
      const args = parseList(c, ')')
      if (args.length === 0 && path.length === 0 && base.kind === 'var' && base.name === 'set') {
        base = { kind: 'set', items: [], at: head.at }
        continue
      }
      base = { kind: 'call', name: close(), args, at: head.at, operator: false }
      path = []
    } else return close()
  }
}
