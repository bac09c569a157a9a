/**
 * The value of an expression (hashicorp/hcl, hclsyntax/spec.md, "Expressions"). Every part is evaluated even when another has failed, so that
 * all findings come at once; what failed counts as unknown, of unknown type.
 */
import { convert } from '../value/convert.ts'
import { parseNumber } from '../value/number.ts'
import { binary as operate, minus, not, typeOfOperands } from '../value/operate.ts'
import { bool, number, string, type Type } from '../value/type.ts'
import { count, dynamic, isKnown, nothing, num, object, text, textOf, truth, tuple, unknownNotNull, unmark, type Value, withMarks } from '../value/value.ts'
import type { Binary, Call, Expression, GetIndex, ObjectExpression, Span, Step, Traversal, Unary } from '../syntax/tree.ts'
import { callFunction } from './call.ts'
import { conditional } from './conditional.ts'
import { attempt, bound, type Context, errors, Exhausted, report } from './context.ts'
import { forObject, forTuple } from './for.ts'
import { splat } from './splat.ts'
import { failed, getAttribute, getIndex, type Taken } from './step.ts'
import { template } from './template.ts'

const literals = new WeakMap<Expression, Value>()

export function evaluate(node: Expression, context: Context): Value {
  if (--context.budget.left < 0) throw new Exhausted()
  switch (node.kind) {
    case 'number':
    case 'string':
      return literal(node, context)
    case 'bool':
      return truth(node.value)
    case 'null':
      return nothing
    case 'template':
      return template(node.parts, context)
    case 'wrap':
      return evaluate(node.part.value, context)
    case 'parentheses':
      return evaluate(node.value, context)
    case 'traversal':
      return traversal(node, context)
    case 'relative':
      return take(evaluate(node.from, context), node.steps, context)
    case 'index':
      return settle(getIndex(evaluate(node.from, context), evaluate(node.key, context)), node, context)
    case 'splat':
      return splat(node, context)
    case 'item':
      return context.item
    case 'call':
      return call(node, context)
    case 'conditional':
      return conditional(node, evaluate, node, context)
    case 'binary':
      return binary(node, context)
    case 'unary':
      return unary(node, context)
    case 'tuple':
      return tuple(node.items.map((one) => evaluate(one, context)))
    case 'object':
      return objectOf(node, context)
    case 'for-tuple':
      return forTuple(node, context)
    case 'for-object':
      return forObject(node, context)
    default:
      return dynamic
  }
}

function literal(node: Expression & { kind: 'number' | 'string' }, context: Context): Value {
  const known = literals.get(node)
  if (known !== undefined) return known
  const parsed = node.kind === 'number' ? parseNumber(node.lexeme) : undefined
  if (node.kind === 'number' && parsed === undefined) return report(context, node, 'Invalid number literal', 'The number is too large or too small to be calculated with.')
  const value = parsed === undefined ? text(node.kind === 'string' ? node.value : '') : num(parsed)
  literals.set(node, value)
  return value
}

function settle(taken: Taken, span: Span, context: Context): Value {
  return failed(taken) ? report(context, span, taken.problem[0], taken.problem[1]) : taken
}

function keyOf(step: GetIndex): Value {
  if (step.key.kind === 'string') return text(step.key.value)
  const n = parseNumber(step.key.lexeme)
  return n === undefined ? count(Number.MAX_SAFE_INTEGER) : num(n)
}

/** Takes one step after another; the first that fails ends it. */
export function take(value: Value, steps: readonly Step[], context: Context): Value {
  let at = value
  for (const step of steps) {
    const taken = step.kind === 'get-attribute' ? getAttribute(at, step.name) : getIndex(at, keyOf(step))
    if (failed(taken)) return report(context, step, taken.problem[0], taken.problem[1])
    at = taken
  }
  return at
}

function traversal(node: Traversal, context: Context): Value {
  const local = bound(context, node.name)
  if (local !== undefined) return take(local, node.steps, context)
  const resolved = context.scope.resolve(node)
  if ('problem' in resolved) return report(context, node, resolved.problem[0], resolved.problem[1])
  const { value, rest } = resolved.get()
  return take(value, rest, context)
}

function call(node: Call, context: Context): Value {
  return callFunction(node, (arg, within) => evaluate(arg, within ?? context), context)
}

function operand(value: Value, node: Expression, side: string, type: Type | undefined, context: Context): Value | undefined {
  if (type === undefined) return value
  const converted = attempt(() => convert(value, type))
  if (typeof converted !== 'string') return converted
  report(context, node, 'Invalid operand', `Unsuitable value for ${side} operand: ${converted}.`)
  return undefined
}

function binary(node: Binary, context: Context): Value {
  const type = typeOfOperands(node.operator)
  const result = type === number && !'<>'.includes(node.operator[0] ?? '') ? number : bool
  const before = errors(context)
  const [a, b] = [evaluate(node.left, context), evaluate(node.right, context)]
  const left = operand(a, node.left, 'left', type, context)
  const right = operand(b, node.right, 'right', type, context)
  if (left === undefined || right === undefined || errors(context) > before) return unknownNotNull(result)
  const value = attempt(() => operate(node.operator, left, right))
  if (typeof value !== 'string') return value
  report(context, node, 'Operation failed', `Error during operation: ${value}.`)
  return unknownNotNull(result)
}

function unary(node: Unary, context: Context): Value {
  const type = node.operator === '-' ? number : bool
  const value = operand(evaluate(node.operand, context), node.operand, 'unary', type, context)
  if (value === undefined) return unknownNotNull(type)
  const done = attempt(() => (node.operator === '-' ? minus(value) : not(value)))
  if (typeof done !== 'string') return done
  report(context, node, 'Operation failed', `Error during operation: ${done}.`)
  return unknownNotNull(type)
}

/** Keys that are unknown, or that there are none of, make the whole object one of unknown type. */
function objectOf(node: ObjectExpression, context: Context): Value {
  const members = new Map<string, Value>()
  let marks = 0
  let complete = true
  for (const item of node.items) {
    const before = errors(context)
    const key = item.key.kind === 'name' ? text(item.key.name) : keyValue(item.key, context)
    const bad = errors(context) > before
    const value = evaluate(item.value, context)
    if (bad) {
      complete = false
      continue
    }
    if (key.data === null) {
      report(context, item.value, 'Null value as key', "Can't use a null value as a key.")
      complete = false
      continue
    }
    marks |= key.marks
    const name = attempt(() => convert(unmark(key), string))
    if (typeof name === 'string') {
      report(context, item.key, 'Incorrect key type', `Can't use this value as a key: ${name}.`)
      complete = false
    } else if (!isKnown(name)) complete = false
    else members.set(textOf(name), value)
  }
  return complete ? withMarks(object(members), marks) : dynamic
}

function keyValue(node: Expression, context: Context): Value {
  if (node.kind !== 'traversal' || node.steps.length === 0) return evaluate(node, context)
  return report(context, node, 'Ambiguous attribute key', "If this expression is intended to be a reference, wrap it in parentheses. If it's instead intended as a literal name containing periods, wrap it in quotes to create a string literal.")
}
