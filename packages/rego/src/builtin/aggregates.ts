/** What is said about whole collections. */
import { compare, isArray, isNumber, isObject, RegoSet, size, sortValues, type RegoNumber, type Value } from '../value/index.ts'
import { plus, times } from './decimal.ts'
import { define } from './define.ts'
import { type Args, elementError, elementsAt } from './operand.ts'
import { type Builtin, BuiltinFault, operandError } from './registry.ts'

const fold = (name: string, about: string, start: number, step: (a: RegoNumber, b: RegoNumber) => RegoNumber | undefined): Builtin =>
  define(name, 'array|set -> number', about, (args, context) => {
    const values = elementsAt(args, 1)
    context.spend(values.length)
    let total: RegoNumber | undefined = start
    for (const value of values) {
      if (!isNumber(value)) throw elementError(1, args[0] ?? null, value, 'number')
      total = step(total, value)
      if (total === undefined) throw new BuiltinFault('the result is not a number that can be held')
    }
    return total
  })

const extreme = (name: string, about: string, sign: number): Builtin =>
  define(name, 'array|set -> any', about, (args, context) => {
    const values = elementsAt(args, 1)
    context.spend(values.length)
    let best = values[0]
    for (const value of values) if (best !== undefined && compare(value, best) === sign) best = value
    return best
  })

export const aggregates: readonly Builtin[] = [
  define('count', 'string|array|object|set -> number', 'the number of elements, members, or characters', count),
  fold('sum', 'the sum of numbers', 0, plus),
  fold('product', 'the product of numbers', 1, times),
  extreme('max', 'the largest element, in the order of all values', 1),
  extreme('min', 'the smallest element, in the order of all values', -1),
  define('sort', 'array|set -> array', 'the elements in the order of all values', (args, context) => {
    const values = elementsAt(args, 1)
    context.spend(values.length * Math.ceil(Math.log2(values.length + 2)))
    return sortValues([...values])
  }),
  define('all', 'array|set -> boolean', 'deprecated: every element is true', (args) => elementsAt(args, 1, 'array', 'set').every((value) => value === true)),
  define('any', 'array|set -> boolean', 'deprecated: some element is true', (args) => elementsAt(args, 1, 'array', 'set').some((value) => value === true)),
]

function count(args: Args): Value {
  const value = args[0] ?? null
  if (typeof value === 'string') return lengthOf(value)
  if (isArray(value)) return value.length
  if (value instanceof RegoSet) return value.size
  if (isObject(value)) return size(value)
  throw operandError(1, value, 'array', 'object', 'set', 'string')
}

/** Code points; every unit beyond a pair counts for itself. */
function lengthOf(text: string): number {
  let pairs = 0
  for (let at = 0; at < text.length; at++) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      pairs++
      at++
    }
  }
  return text.length - pairs
}
