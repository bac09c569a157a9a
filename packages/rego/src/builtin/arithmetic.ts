/** Arithmetic and rounding. */
import { isInteger, isNumber, RegoSet, toBigInt, integer, type RegoNumber, type Value } from '../value/index.ts'
import { divided, minus, plus, times } from './decimal.ts'
import { define } from './define.ts'
import { type Args, numberAt } from './operand.ts'
import { type Builtin, BuiltinFault, operandError } from './registry.ts'

const two = (name: string, infix: string, about: string, compute: (a: RegoNumber, b: RegoNumber) => RegoNumber | undefined): Builtin =>
  define(name, 'number, number -> number', about, (args) => finite(compute(numberAt(args, 1), numberAt(args, 2))), { infix })

const one = (name: string, about: string, compute: (a: RegoNumber) => RegoNumber): Builtin =>
  define(name, 'number -> number', about, (args) => compute(numberAt(args, 1)))

export const arithmetic: readonly Builtin[] = [
  two('plus', '+', 'the sum', plus),
  define('minus', 'number|set, number|set -> number|set', 'the difference of numbers, or of sets', difference, { infix: '-' }),
  two('mul', '*', 'the product', times),
  two('div', '/', 'the quotient', (a, b) => {
    if (b == 0) throw new BuiltinFault('divide by zero')
    return divided(a, b)
  }),
  two('rem', '%', 'the remainder of integers, with the sign of the first', (a, b) => {
    if (!isInteger(a) || !isInteger(b)) throw new BuiltinFault('modulo on floating-point number')
    if (b == 0) throw new BuiltinFault('modulo by zero')
    return typeof a === 'number' && typeof b === 'number' ? (a % b) + 0 : integer(toBigInt(a) % toBigInt(b))
  }),
  one('abs', 'the number without its sign', (a) => (a < 0 ? -a : a)),
  one('ceil', 'the next integer up', (a) => (typeof a === 'bigint' ? a : Math.ceil(a) + 0)),
  one('floor', 'the next integer down', (a) => (typeof a === 'bigint' ? a : Math.floor(a))),
  one('round', 'the nearest integer, halves away from zero', (a) => (typeof a === 'bigint' ? a : Math.sign(a) * Math.round(Math.abs(a)) + 0)),
]

function difference(args: Args): Value | undefined {
  const [a = null, b = null] = args
  if (isNumber(a) && isNumber(b)) return finite(minus(a, b))
  if (!isNumber(a) && !(a instanceof RegoSet)) throw operandError(1, a, 'number', 'set')
  if (isNumber(a) || !(b instanceof RegoSet)) throw operandError(2, b, isNumber(b) ? 'set' : 'number')
  const left = new RegoSet()
  for (const value of a) if (!b.has(value)) left.add(value)
  return left
}

function finite(value: RegoNumber | undefined): RegoNumber {
  if (value === undefined) throw new BuiltinFault('the result is not a number that can be held')
  return value
}
