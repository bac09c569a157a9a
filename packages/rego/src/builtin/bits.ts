/** Integers as two's complement of any width. */
import { integer } from '../value/index.ts'
import { define } from './define.ts'
import { bigIntAt } from './operand.ts'
import { type Builtin, operandErrorText } from './registry.ts'

const two = (name: string, about: string, compute: (a: bigint, b: bigint) => bigint): Builtin =>
  define(name, 'number, number -> number', about, (args) => integer(compute(bigIntAt(args, 1), bigIntAt(args, 2))))

export const bits: readonly Builtin[] = [
  two('bits.and', 'bitwise and of two integers', (a, b) => a & b),
  two('bits.or', 'bitwise or of two integers', (a, b) => a | b),
  two('bits.xor', 'bitwise exclusive or of two integers', (a, b) => a ^ b),
  define('bits.negate', 'number -> number', 'all bits turned', (args) => integer(~bigIntAt(args, 1))),
  define('bits.lsh', 'number, number -> number', 'bits shifted to the left', (args, context) => {
    const value = bigIntAt(args, 1)
    const distance = shift(bigIntAt(args, 2))
    context.reserve(Number(distance) / 8)
    return integer(value << distance)
  }),
  define('bits.rsh', 'number, number -> number', 'bits shifted to the right', (args) => integer(bigIntAt(args, 1) >> shift(bigIntAt(args, 2)))),
]

function shift(distance: bigint): bigint {
  if (distance < 0n) throw operandErrorText(2, 'an unsigned integer number', 'a negative integer')
  return distance
}
