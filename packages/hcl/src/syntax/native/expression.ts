/**
 * Expressions: spec.md, "Expressions" and "Operations". Conditionals associate to the right, binary operators to the left by precedence, unary
 * ones bind an operand with all its steps. A quoted string, heredoc, tuple, object or call is read by the file of its name.
 */
import type { Binary, BinaryOperator, Expression } from '../tree.ts'
import { call } from './call.ts'
import { object, tuple } from './collection.ts'
import type { Cursor } from './cursor.ts'
import { numberLiteral } from './number.ts'
import { noSteps, steps } from './step.ts'
import { heredoc, quoted } from './template.ts'
import * as token from './token.ts'

const operators: readonly (BinaryOperator | null)[] = Array.from({ length: 256 }, (_, kind): BinaryOperator | null => {
  switch (kind) {
    case token.OR: return '||'
    case token.AND: return '&&'
    case token.EQUAL: return '=='
    case token.NOT_EQUAL: return '!='
    case token.LESS: return '<'
    case token.GREATER: return '>'
    case token.LESS_EQUAL: return '<='
    case token.GREATER_EQUAL: return '>='
    case token.PLUS: return '+'
    case token.MINUS: return '-'
    case token.STAR: return '*'
    case token.SLASH: return '/'
    case token.PERCENT: return '%'
    default: return null
  }
})

const levels: Record<BinaryOperator, number> = { '||': 1, '&&': 2, '==': 3, '!=': 3, '<': 4, '>': 4, '<=': 4, '>=': 4, '+': 5, '-': 5, '*': 6, '/': 6, '%': 6 }
const precedence = Uint8Array.from(operators, (operator) => (operator === null ? 0 : levels[operator]))

/** Reads one expression; fails on the cursor when there is none. */
export function expression(c: Cursor): Expression {
  c.enter()
  const condition = binary(c, 1)
  if (c.peek() !== token.QUESTION) {
    c.leave()
    return condition
  }
  const height = c.height
  c.take()
  const whenTrue = expression(c)
  const trueHeight = Math.max(height, c.height)
  if (c.peek() !== token.COLON) c.fail('invalid-conditional', `Both results are needed, with a colon between: condition ? a : b. Found ${c.ahead()} instead of the colon.`)
  c.take()
  const whenFalse = expression(c)
  c.grow(Math.max(trueHeight, c.height))
  c.leave()
  return { kind: 'conditional', start: condition.start, end: whenFalse.end, condition, whenTrue, whenFalse }
}

function binary(c: Cursor, level: number): Expression {
  let left = term(c)
  for (;;) {
    const kind = c.peek()
    const here = precedence[kind] ?? 0
    if (here < level) return left
    const operator = operators[kind] as BinaryOperator
    const height = c.height
    c.take()
    const right = here === 6 ? term(c) : binary(c, here + 1)
    c.grow(Math.max(height, c.height))
    const whole: Binary = { kind: 'binary', start: left.start, end: right.end, operator, left, right }
    left = whole
  }
}

/** An operand with its steps: what a unary operator applies to. */
function term(c: Cursor): Expression {
  return steps(c, primary(c))
}

function primary(c: Cursor): Expression {
  const kind = c.peek()
  const { start, end } = c
  c.height = 1
  switch (kind) {
    case token.NAME:
      return named(c)
    case token.QUOTE:
      return quoted(c)
    case token.NUMBER:
      return numberLiteral(c)
    case token.OPEN_BRACKET:
      return tuple(c)
    case token.OPEN_BRACE:
      return object(c)
    case token.OPEN_PAREN: {
      c.take()
      const newlines = c.setNewlines(false)
      const value = expression(c)
      if (c.peek() !== token.CLOSE_PAREN) c.fail('unclosed-bracket', `The parenthesis must be closed with ")"; found ${c.ahead()}.`)
      c.take()
      c.setNewlines(newlines)
      c.grow(c.height)
      return { kind: 'parentheses', start, end: c.last, value }
    }
    case token.MINUS:
    case token.BANG: {
      c.take()
      c.enter()
      const operand = term(c)
      c.leave()
      c.grow(c.height)
      return { kind: 'unary', start, end: operand.end, operator: kind === token.BANG ? '!' : '-', operand }
    }
    case token.HEREDOC:
      return heredoc(c)
    default:
      return c.fail('invalid-expression', `Found ${c.ahead()} where a value must begin.`, start, end)
  }
}

function named(c: Cursor): Expression {
  const { start, end } = c
  const name = c.name()
  c.take()
  const next = c.peek()
  if (next === token.OPEN_PAREN || next === token.SCOPE) return call(c, name, start, end)
  if (name === 'true' || name === 'false') return { kind: 'bool', start, end, value: name === 'true' }
  if (name === 'null') return { kind: 'null', start, end }
  return { kind: 'traversal', start, end, name, rootEnd: end, steps: noSteps }
}
