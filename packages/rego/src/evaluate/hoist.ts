/**
 * Iteration inside of expressions. `f(input.x[i])` with `i` open has many values: the reference is taken out, becomes a step of its
 * own that binds a variable, and the expression around it is left with one value.
 */
import type { Known } from '../compile/needs.ts'
import type { Expression, Variable } from '../compile/program.ts'
import { isOpen } from './pattern.ts'

export type Hoisted = { readonly variable: Variable; readonly expression: Expression }

/** Whether an expression itself, not its parts, has many values. */
export function isMany(expression: Expression, bound: Known): boolean {
  switch (expression.kind) {
    case 'input':
    case 'data':
      return expression.path.some((key) => isOpen(key, bound))
    case 'path':
      return isMany(expression.base, bound) || expression.path.some((key) => isOpen(key, bound))
    case 'call':
      return expression.callee.kind === 'builtin' && expression.callee.builtin.each !== undefined
    default:
      return false
  }
}

/** Takes what has many values out of an expression's parts; `whole` also where it is the expression itself. */
export function hoist(expression: Expression, bound: Known, whole: boolean, make: () => Variable, out: Hoisted[]): Expression {
  const part = (one: Expression): Expression => hoist(one, bound, true, make, out)
  const key = (one: Expression): Expression => (isOpen(one, bound) ? (one.kind === 'variable' ? one : pattern(one, bound, make, out)) : part(one))
  let result: Expression
  switch (expression.kind) {
    case 'input':
    case 'data':
      result = { ...expression, path: same(expression.path, key) }
      break
    case 'path':
      result = { ...expression, base: hoist(expression.base, bound, true, make, out), path: same(expression.path, key) }
      break
    case 'array':
    case 'set':
      return { ...expression, items: same(expression.items, part) }
    case 'object':
      return { ...expression, pairs: expression.pairs.map(([name, value]) => [part(name), part(value)] as const) }
    case 'call':
      result = { ...expression, args: same(expression.args, part) }
      break
    default:
      return expression
  }
  if (!whole || !isMany(result, bound)) return result
  const variable = make()
  out.push({ variable, expression: result })
  return { kind: 'variable', variable, at: 0 }
}

/** The evaluated parts of a pattern; its open variables stay. */
export function pattern(expression: Expression, bound: Known, make: () => Variable, out: Hoisted[]): Expression {
  if (!isOpen(expression, bound)) return hoist(expression, bound, true, make, out)
  if (expression.kind === 'array') return { ...expression, items: expression.items.map((item) => pattern(item, bound, make, out)) }
  if (expression.kind !== 'object') return expression
  return { ...expression, pairs: expression.pairs.map(([name, value]) => [hoist(name, bound, true, make, out), pattern(value, bound, make, out)] as const) }
}

const same = (list: readonly Expression[], change: (one: Expression) => Expression): readonly Expression[] => list.map(change)
