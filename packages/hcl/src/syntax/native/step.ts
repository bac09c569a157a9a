/**
 * What follows a term: attributes, indices, splats (spec.md, "Index Operator", "Attribute Access Operator", "Splat Operators"), and the old form
 * of an index, `.0`. Constant steps are gathered in one node.
 */
import type { Expression, GetIndex, Item, Splat, Step } from '../tree.ts'
import type { Cursor } from './cursor.ts'
import { numberLiteral } from './number.ts'
import * as token from './token.ts'

/** What a traversal without steps has, so that variables do not each own an empty list. */
export const noSteps: readonly Step[] = Object.freeze([])

/** Reads the steps that follow `from`. */
export function steps(c: Cursor, from: Expression): Expression {
  let whole = from
  const mark = c.top
  for (;;) {
    const kind = c.peek()
    if (kind !== token.DOT && kind !== token.OPEN_BRACKET) return gathered(c, whole, mark)
    const { start } = c
    c.take()
    const next = c.peek()
    if (kind === token.DOT) {
      if (next === token.NAME) c.push(attribute(c, start))
      else if (next === token.NUMBER) c.push(legacyIndex(c, start))
      else if (next === token.STAR) whole = attributeSplat(c, gathered(c, whole, mark), start)
      else c.fail('invalid-traversal', `A dot must be followed by a name; found ${c.ahead()}.`)
    } else if (next === token.STAR) whole = fullSplat(c, gathered(c, whole, mark), start)
    else whole = index(c, whole, mark, start)
  }
}

/** The expression with the constant steps that were put by: in the traversal itself, or on top of any other expression. */
function gathered(c: Cursor, from: Expression, mark: number): Expression {
  if (c.top === mark) return from
  const taken = c.gather<Step>(mark)
  const end = taken[taken.length - 1]?.end ?? from.end
  if (from.kind === 'traversal' && from.steps === noSteps) return { kind: 'traversal', start: from.start, end, name: from.name, rootEnd: from.rootEnd, steps: taken }
  c.grow(c.height)
  return { kind: 'relative', start: from.start, end, from, steps: taken }
}

function attribute(c: Cursor, start: number): Step {
  const { end } = c
  const name = c.name()
  c.take()
  return { kind: 'get-attribute', start, end, name }
}

function legacyIndex(c: Cursor, start: number): GetIndex {
  const dotted = c.text.slice(c.start, c.end).indexOf('.')
  if (dotted >= 0) c.fail('invalid-traversal', 'Two indices cannot follow each other with dots. Write them in brackets: [0][1].')
  const key = numberLiteral(c)
  return { kind: 'get-index', start, end: key.end, key, legacy: true }
}

function attributeSplat(c: Cursor, from: Expression, start: number): Splat {
  const item: Item = { kind: 'item', start, end: c.end }
  c.take()
  const mark = c.top
  while (c.peek() === token.DOT) {
    const at = c.start
    c.take()
    const kind = c.peek()
    if (kind === token.NAME) c.push(attribute(c, at))
    else if (kind === token.NUMBER) c.push(legacyIndex(c, at))
    else if (kind === token.STAR) c.fail('invalid-traversal', 'A splat with dots cannot hold another. Use [*].')
    else c.fail('invalid-traversal', `A dot must be followed by a name; found ${c.ahead()}.`)
  }
  const taken = c.gather<Step>(mark)
  const end = taken.at(-1)?.end ?? item.end
  const each: Expression = taken.length === 0 ? item : { kind: 'relative', start, end, from: item, steps: taken }
  c.grow(Math.max(c.height, 2))
  return { kind: 'splat', start: from.start, end, from, full: false, each }
}

/** `[key]`, with the bracket taken: a constant key is one more step. */
function index(c: Cursor, from: Expression, mark: number, start: number): Expression {
  const height = c.height
  const newlines = c.setNewlines(false)
  const key = c.expression(c)
  if (c.peek() !== token.CLOSE_BRACKET) c.fail('unclosed-bracket', `An index must end with "]"; found ${c.ahead()}.`)
  c.take()
  c.setNewlines(newlines)
  if (key.kind === 'number' || key.kind === 'string') {
    c.height = height
    c.push({ kind: 'get-index', start, end: c.last, key, legacy: false })
    return from
  }
  c.height = Math.max(height, c.height)
  const whole = gathered(c, from, mark)
  c.grow(c.height)
  return { kind: 'index', start: from.start, end: c.last, from: whole, key }
}

function fullSplat(c: Cursor, from: Expression, start: number): Splat {
  const height = c.height
  c.take()
  if (c.peek() !== token.CLOSE_BRACKET) c.fail('unclosed-bracket', `The star of a splat must be followed by "]"; found ${c.ahead()}.`)
  c.take()
  const item: Item = { kind: 'item', start, end: c.last }
  c.enter()
  c.height = 1
  const each = steps(c, item)
  c.leave()
  c.grow(Math.max(height, c.height))
  return { kind: 'splat', start: from.start, end: each.end, from, full: true, each }
}
