/** What stands in brackets and braces: arrays, sets, objects, comprehensions; and lists of arguments. */
import { type Cursor, Failure } from './cursor.ts'
import type { Term } from './tree.ts'

/** Terms between commas up to the closing symbol, which is consumed. */
export function parseList(c: Cursor, end: string): Term[] {
  const list: Term[] = []
  while (!c.take(end)) {
    list.push(c.grammar.expression(c, false))
    if (!c.take(',') && !c.isSymbol(end)) c.fail(`expected "," or "${end}"`)
  }
  return list
}

/**
 * `head | body` up to the closing symbol, which is a comprehension. Where a comma stops the body, the bar was the operator after
 * all, as in `[{1} | {2}, 3]`: then undefined, and nothing is read.
 */
function comprehension(c: Cursor, of: 'array' | 'set' | 'object', at: number, end: string, key?: Term): Term | undefined {
  const { position, depth } = c
  const value = c.grammar.term(c)
  if (c.isSymbol('|')) {
    c.advance()
    try {
      const body = c.grammar.body(c, end)
      return key === undefined ? { kind: 'each', of, value, body, at } : { kind: 'each', of, key, value, body, at }
    } catch (failure) {
      if (!(failure instanceof Failure) || !c.isSymbol(',')) throw failure
    }
  }
  c.position = position
  c.depth = depth
  return undefined
}

export function parseArray(c: Cursor): Term {
  const { at } = c.advance()
  if (c.take(']')) return { kind: 'array', items: [], at }
  return comprehension(c, 'array', at, ']') ?? { kind: 'array', items: parseList(c, ']'), at }
}

export function parseBraces(c: Cursor): Term {
  const { at } = c.advance()
  if (c.take('}')) return { kind: 'object', pairs: [], at }
  const each = comprehension(c, 'set', at, '}')
  if (each !== undefined) return each
  const first = c.grammar.expression(c, false)
  if (!c.isSymbol(':')) {
    if (!c.take(',') && !c.isSymbol('}')) c.fail('expected "," or "}"')
    return { kind: 'set', items: [first, ...parseList(c, '}')], at }
  }
  c.advance()
  const object = comprehension(c, 'object', at, '}', first)
  if (object !== undefined) return object
  const pairs: (readonly [Term, Term])[] = [[first, c.grammar.expression(c, false)]]
  while (!c.take('}')) {
    c.expect(',', 'expected "," or "}"')
    if (c.take('}')) break
    const key = c.grammar.expression(c, false)
    c.expect(':', 'expected ":"')
    pairs.push([key, c.grammar.expression(c, false)])
  }
  return { kind: 'object', pairs, at }
}
