/** Arrays. */
import { isArray, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { arrayAt, intAt } from './operand.ts'
import type { Builtin } from './registry.ts'

export const arrays: readonly Builtin[] = [
  define('array.concat', 'array, array -> array', 'one array after the other', (args, context) => {
    const first = arrayAt(args, 1)
    const second = arrayAt(args, 2)
    context.reserve(first.length + second.length)
    return [...first, ...second]
  }),
  define('array.slice', 'array, number, number -> array', 'the elements from the first index up to, not including, the second', (args) => {
    const array = arrayAt(args, 1)
    const start = Math.max(intAt(args, 2), 0)
    const stop = Math.min(intAt(args, 3), array.length)
    return stop <= start ? [] : array.slice(start, stop)
  }),
  define('array.reverse', 'array -> array', 'the elements from the last to the first', (args) => [...arrayAt(args, 1)].reverse()),
  define('array.flatten', 'array -> array', 'the elements, those of arrays in place of the arrays, one level deep', (args, context) => {
    const out: Value[] = []
    for (const value of arrayAt(args, 1)) {
      if (!isArray(value)) out.push(value)
      else {
        context.reserve(value.length)
        for (const inner of value) out.push(inner)
      }
    }
    return out
  }),
]
