/** Tuples, objects (spec.md, "Collection Values") and for expressions ("For Expressions"). Newlines separate only the items of an object. */
import type { Expression, ForObject, ForTuple, Name, ObjectExpression, ObjectItem, ObjectKey, Tuple } from '../tree.ts'
import type { Cursor } from './cursor.ts'
import * as token from './token.ts'

/** `[`: a tuple, or a for expression that makes one. */
export function tuple(c: Cursor): Tuple | ForTuple {
  const { start } = c
  c.take()
  const newlines = c.setNewlines(false)
  if (c.isWord('for')) {
    const whole = forTuple(c, start)
    c.setNewlines(newlines)
    return whole
  }
  const mark = c.top
  let height = 0
  while (c.peek() !== token.CLOSE_BRACKET) {
    c.push(c.expression(c))
    if (c.height > height) height = c.height
    const kind = c.peek()
    if (kind === token.COMMA) c.take()
    else if (kind === token.END) c.fail('unclosed-bracket', 'The list is not closed with "]" before the end of the file.', start, start + 1)
    else if (kind !== token.CLOSE_BRACKET) c.fail('missing-separator', `Items of a list are separated by commas; found ${c.ahead()}.`)
  }
  c.take()
  c.setNewlines(newlines)
  c.grow(height)
  return { kind: 'tuple', start, end: c.last, items: c.gather<Expression>(mark) }
}

/** `{`: an object, or a for expression that makes one. */
export function object(c: Cursor): ObjectExpression | ForObject {
  const { start } = c
  c.take()
  const newlines = c.setNewlines(false)
  if (c.isWord('for')) {
    const whole = forObject(c, start)
    c.setNewlines(newlines)
    return whole
  }
  c.setNewlines(true)
  const mark = c.top
  let height = 0
  for (;;) {
    const kind = c.peek()
    if (kind === token.NEWLINE) {
      c.take()
      continue
    }
    if (kind === token.CLOSE_BRACE) break
    if (kind === token.END) c.fail('unclosed-bracket', 'The object is not closed with "}" before the end of the file.', start, start + 1)
    c.push(objectItem(c))
    if (c.height > height) height = c.height
    const next = c.peek()
    if (next === token.COMMA || next === token.NEWLINE) c.take()
    else if (next === token.END) c.fail('unclosed-bracket', 'The object is not closed with "}" before the end of the file.', start, start + 1)
    else if (next !== token.CLOSE_BRACE) c.fail('missing-separator', `Attributes of an object are separated by newlines or commas; found ${c.ahead()}.`)
  }
  c.take()
  c.setNewlines(newlines)
  c.grow(height)
  return { kind: 'object', start, end: c.last, items: c.gather<ObjectItem>(mark) }
}

function objectItem(c: Cursor): ObjectItem {
  const first = c.expression(c)
  const height = c.height
  const key = objectKey(first)
  const kind = c.peek()
  if (kind !== token.ASSIGN && kind !== token.COLON) c.fail('missing-separator', `A key of an object is followed by "=" or ":" and a value; found ${c.ahead()}. A key with dots or spaces needs quotes.`)
  c.take()
  const value = c.expression(c)
  if (height > c.height) c.height = height
  return { kind: 'object-item', start: key.start, end: value.end, key, value }
}

/** A lone identifier is its own name, keywords included; parentheses prevent that. */
function objectKey(key: Expression): ObjectKey {
  if (key.kind === 'traversal' && key.steps.length === 0) return { kind: 'name', start: key.start, end: key.end, name: key.name }
  if (key.kind === 'bool') return { kind: 'name', start: key.start, end: key.end, name: String(key.value) }
  if (key.kind === 'null') return { kind: 'name', start: key.start, end: key.end, name: 'null' }
  return key
}

/** What stands between `for` and the colon; also that of a template's directive, up to its collection. */
export function forIntroduction(c: Cursor): { keyName: Name | null; valueName: Name; collection: Expression } {
  c.take()
  const first = variable(c)
  let keyName: Name | null = null
  let valueName = first
  if (c.peek() === token.COMMA) {
    c.take()
    keyName = first
    valueName = variable(c)
  }
  if (!c.isWord('in')) c.fail('invalid-for', `The variables of a for are followed by "in"; found ${c.ahead()}.`)
  c.take()
  return { keyName, valueName, collection: c.expression(c) }
}

function variable(c: Cursor): Name {
  if (c.peek() !== token.NAME) c.fail('invalid-for', `A for needs the name of a variable; found ${c.ahead()}.`)
  const name: Name = { kind: 'name', start: c.start, end: c.end, name: c.name() }
  c.take()
  return name
}

function forTuple(c: Cursor, start: number): ForTuple {
  const { keyName, valueName, collection } = forIntroduction(c)
  let height = colon(c)
  const value = c.expression(c)
  height = Math.max(height, c.height)
  if (c.peek() === token.ARROW) c.fail('invalid-for', 'A key with "=>" belongs into a for in braces, which makes an object; this one makes a tuple.')
  if (c.peek() === token.ELLIPSIS) c.fail('invalid-for', '"..." groups the values of an object; this for makes a tuple.')
  const condition = forCondition(c, height)
  closeFor(c, token.CLOSE_BRACKET, ']')
  return { kind: 'for-tuple', start, end: c.last, keyName, valueName, collection, value, condition }
}

function forObject(c: Cursor, start: number): ForObject {
  const { keyName, valueName, collection } = forIntroduction(c)
  let height = colon(c)
  const key = c.expression(c)
  height = Math.max(height, c.height)
  if (c.peek() !== token.ARROW) c.fail('invalid-for', `A for in braces makes an object: key => value. Found ${c.ahead()} instead of "=>".`)
  c.take()
  const value = c.expression(c)
  height = Math.max(height, c.height)
  const group = c.peek() === token.ELLIPSIS
  if (group) c.take()
  const condition = forCondition(c, height)
  closeFor(c, token.CLOSE_BRACE, '}')
  return { kind: 'for-object', start, end: c.last, keyName, valueName, collection, key, value, group, condition }
}

function colon(c: Cursor): number {
  const height = c.height
  if (c.peek() !== token.COLON) c.fail('invalid-for', `The collection of a for is followed by a colon; found ${c.ahead()}.`)
  c.take()
  return height
}

function forCondition(c: Cursor, height: number): Expression | null {
  let condition: Expression | null = null
  if (c.isWord('if')) {
    c.take()
    condition = c.expression(c)
    if (c.height > height) return c.grow(c.height), condition
  }
  c.grow(height)
  return condition
}

function closeFor(c: Cursor, kind: number, closer: string): void {
  if (c.peek() !== kind) c.fail('invalid-for', `The for must end with "${closer}"; found ${c.ahead()}.`)
  c.take()
}
