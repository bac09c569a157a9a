/** Number literals: spec.md, "Numeric Literals". */
import type { NumberLiteral } from '../tree.ts'
import type { Cursor } from './cursor.ts'

const form = /^\d+(?:\.\d*)?(?:[eE]([+-]?\d+))?$/

/** The exponent of two must fit 32 bits, as in the numbers that Terraform computes with (math/big). */
function fits(lexeme: string, exponent: string): boolean {
  const power = BigInt(exponent)
  const [whole = '', rest = ''] = lexeme.split(/[eE]/, 1).join('').split('.')
  const digits = BigInt(whole + rest)
  const bits = digits === 0n ? 0n : BigInt(digits.toString(2).length)
  const two = power - BigInt(rest.length) + bits
  return digits === 0n || (two <= 2147483647n && two >= -2147483648n)
}

/** Whether the scanner's number is one that has a value. */
export function isNumber(lexeme: string): boolean {
  const match = form.exec(lexeme)
  if (match === null) return false
  const exponent = match[1]
  return exponent === undefined || exponent.length < 10 || (exponent.length < 25 && fits(lexeme, exponent))
}

/** The number ahead. */
export function numberLiteral(c: Cursor): NumberLiteral {
  const { start, end } = c
  const lexeme = c.text.slice(start, end)
  if (end - start > 3 && !isNumber(lexeme)) c.fail('invalid-number', `${JSON.stringify(lexeme.slice(0, 40))} is not a number: digits, at most one dot, and an exponent.`)
  c.take()
  return { kind: 'number', start, end, lexeme }
}
