/** Sets. The difference is `minus`, in arithmetic. */
import { members, RegoSet } from '../value/index.ts'
import { define } from './define.ts'
import { elementError, setAt } from './operand.ts'
import type { Builtin, BuiltinContext } from './registry.ts'

export const sets: readonly Builtin[] = [
  define('and', 'set, set -> set', 'what is in both sets', (args, context) => common(setAt(args, 1), setAt(args, 2), context), { infix: '&' }),
  define('or', 'set, set -> set', 'what is in either set', (args, context) => joined([setAt(args, 1), setAt(args, 2)], context), { infix: '|' }),
  define('intersection', 'set -> set', 'what is in all sets of a set', (args, context) => {
    const [first, ...others] = setsOf(setAt(args, 1))
    return others.reduce<RegoSet>((left, right) => common(left, right, context), first ?? new RegoSet())
  }),
  define('union', 'set -> set', 'what is in any set of a set', (args, context) => joined(setsOf(setAt(args, 1)), context)),
  define('set_diff', 'set, set -> set', 'deprecated: what is in the first set alone', (args, context) => {
    const [a, b] = [setAt(args, 1), setAt(args, 2)]
    context.spend(a.size)
    return new RegoSet([...a].filter((value) => !b.has(value)))
  }),
]

function setsOf(set: RegoSet): RegoSet[] {
  return members(set).map((value) => {
    if (value instanceof RegoSet) return value
    throw elementError(1, set, value, 'set')
  })
}

function common(a: RegoSet, b: RegoSet, context: BuiltinContext): RegoSet {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  context.spend(small.size)
  const out = new RegoSet()
  for (const value of small) if (large.has(value)) out.add(value)
  return out
}

function joined(all: readonly RegoSet[], context: BuiltinContext): RegoSet {
  const out = new RegoSet()
  for (const set of all) {
    context.spend(set.size)
    for (const value of set) out.add(value)
  }
  return out
}
