/** Function calls: spec.md, "Functions and Function Calls"; a name may have namespaces, `provider::aws::arn_parse`. */
import type { Call, Expression } from '../tree.ts'
import type { Cursor } from './cursor.ts'
import * as token from './token.ts'

/** Reads on behind the first name, which ends at `end`; ahead is `(` or `::`. */
export function call(c: Cursor, first: string, start: number, end: number): Call {
  let name = first
  let nameEnd = end
  while (c.peek() === token.SCOPE) {
    c.take()
    if (c.peek() !== token.NAME) c.fail('invalid-call', `"::" must be followed by a function's name; found ${c.ahead()}.`)
    name += `::${c.name()}`
    nameEnd = c.end
    c.take()
  }
  if (c.peek() !== token.OPEN_PAREN) c.fail('invalid-call', `A function's name with "::" must be followed by "("; found ${c.ahead()}.`)
  c.take()
  const newlines = c.setNewlines(false)
  const mark = c.top
  let expand = false
  let height = 0
  while (c.peek() !== token.CLOSE_PAREN) {
    c.push(c.expression(c))
    if (c.height > height) height = c.height
    const kind = c.peek()
    if (kind === token.ELLIPSIS) {
      expand = true
      c.take()
      if (c.peek() !== token.CLOSE_PAREN) c.fail('invalid-call', `The argument that is expanded with "..." must be the last; found ${c.ahead()}.`)
    } else if (kind === token.COMMA) c.take()
    else if (kind === token.END) c.fail('unclosed-bracket', `The call of ${name} is not closed with ")".`, start, nameEnd)
    else if (kind !== token.CLOSE_PAREN) c.fail('missing-separator', `Arguments of a function are separated by commas; found ${c.ahead()}.`)
  }
  c.take()
  c.setNewlines(newlines)
  c.grow(height)
  return { kind: 'call', start, end: c.last, name, nameEnd, args: c.gather<Expression>(mark), expand }
}
