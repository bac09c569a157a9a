/** Ranges and random numbers. */
import { integer, isNumber, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { type Args, bigIntAt, stringAt } from './operand.ts'
import { type Builtin, type BuiltinContext, BuiltinFault } from './registry.ts'

export const numbers: readonly Builtin[] = [
  define('numbers.range', 'number, number -> array', 'the integers from the first to the second, both included', (args, context) => range(bigIntAt(args, 1), bigIntAt(args, 2), 1n, context)),
  define('numbers.range_step', 'number, number, number -> array', 'the integers from the first to the second, by a positive step', (args, context) => {
    const [from, to, step] = [bigIntAt(args, 1), bigIntAt(args, 2), bigIntAt(args, 3)]
    if (step <= 0n) throw new BuiltinFault('step must be a positive integer')
    return range(from, to, step, context)
  }),
  define('rand.intn', 'string, number -> number', 'a random integer from 0 up to, not including, n: the same for the same arguments in one query', random, { kind: 'query' }),
]

function range(from: bigint, to: bigint, step: bigint, context: BuiltinContext): Value {
  const distance = from <= to ? to - from : from - to
  const count = distance / step + 1n
  context.reserve(count > 1_000_000_000n ? Infinity : Number(count))
  const sign = from <= to ? step : -step
  return Array.from({ length: Number(count) }, (_, index) => integer(from + sign * BigInt(index)))
}

function random(args: Args, context: BuiltinContext): Value {
  const name = stringAt(args, 1)
  const given = args[1]
  if (isNumber(given) && given == 0) return 0
  const limit = bigIntAt(args, 2)
  const size = limit < 0n ? -limit : limit
  const key = `rand.intn:${name}:${size}`
  const known = context.cache.get(key)
  if (known !== undefined) return known as Value
  const drawn = integer((BigInt(Math.floor(context.random() * 2 ** 32)) * size) >> 32n)
  context.cache.set(key, drawn)
  return drawn
}
