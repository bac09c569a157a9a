/** `for` expressions (hclsyntax/spec.md, "For Expressions"). An unknown condition or key makes the whole result unknown, of unknown type. */
import { convert } from '../value/convert.ts'
import { quoteGo } from '../value/quote.ts'
import { bool, isPrimitive, nameOf, string } from '../value/type.ts'
import { count, dynamic, elementsOf, isKnown, isTrue, membersOf, object, text, textOf, tuple, unmark, type Value, withMarks } from '../value/value.ts'
import type { Expression, ForObject, ForTuple, Name } from '../syntax/tree.ts'
import { attempt, bind, type Context, errors, report } from './context.ts'

type Loop = { readonly keyName: Name | null; readonly valueName: Name; readonly collection: Expression; readonly condition: Expression | null; readonly start: number; readonly end: number }

function* pairs(value: Value): Generator<readonly [Value, Value]> {
  if (value.data instanceof Map) for (const [key, one] of membersOf(value)) yield [text(key), one]
  else if (value.type.kind === 'set') for (const one of elementsOf(value)) yield [one, one]
  else {
    let i = 0
    for (const one of elementsOf(value)) yield [count(i++), one]
  }
}

const bindBoth = (loop: Loop, key: Value, value: Value, context: Context): Context => {
  const inner = loop.keyName === null ? context : bind(context, loop.keyName.name, key)
  return bind(inner, loop.valueName.name, value)
}

/** The collection without its own marks, which the result takes over; undefined when there is nothing to go through. */
function open(loop: Loop, context: Context): { readonly value: Value; readonly marks: number } | undefined {
  const given = context.evaluate(loop.collection, context)
  if (given.data === null) {
    report(context, loop.collection, 'Iteration over null value', "A null value cannot be used as the collection in a 'for' expression.")
    return undefined
  }
  if (given.type.kind === 'any') return undefined
  if (isPrimitive(given.type)) {
    report(context, loop.collection, 'Iteration over non-iterable value', `A value of type ${nameOf(given.type)} cannot be used as the collection in a 'for' expression.`)
    return undefined
  }
  return isKnown(given) && checkCondition(loop, context) ? { value: unmark(given), marks: given.marks } : undefined
}

/** A condition that is wrong for every element is said once. */
function checkCondition(loop: Loop, context: Context): boolean {
  const { condition } = loop
  if (condition === null) return true
  const before = errors(context)
  const result = context.evaluate(condition, bindBoth(loop, dynamic, dynamic, context))
  if (result.data === null) {
    report(context, condition, 'Condition is null', "The value of the 'if' clause must not be null.")
    return false
  }
  const converted = attempt(() => convert(result, bool))
  if (typeof converted === 'string') report(context, condition, "Invalid 'for' condition", `The 'if' clause value is invalid: ${converted}.`)
  return errors(context) === before
}

type Verdict = { readonly include: boolean | undefined; readonly marks: number }

function included(loop: Loop, inner: Context, quiet: boolean): Verdict {
  const { condition } = loop
  if (condition === null) return { include: true, marks: 0 }
  const raw = inner.evaluate(condition, inner)
  if (raw.data === null) {
    if (!quiet) report(inner, condition, "Invalid 'for' condition", "The value of the 'if' clause must not be null.")
    return { include: undefined, marks: 0 }
  }
  const converted = attempt(() => convert(raw, bool))
  if (typeof converted === 'string') {
    if (!quiet) report(inner, condition, "Invalid 'for' condition", `The 'if' clause value is invalid: ${converted}.`)
    return { include: undefined, marks: 0 }
  }
  return isKnown(converted) ? { include: isTrue(converted), marks: converted.marks } : { include: undefined, marks: 0 }
}

export function forTuple(node: ForTuple & { readonly value: Expression }, context: Context): Value {
  return loopTuple(node, (inner) => inner.evaluate(node.value, inner), context)
}

/** The results in order, as a tuple; template loops use it too. */
export function loopTuple(loop: Loop, each: (inner: Context) => Value, context: Context): Value {
  const opened = open(loop, context)
  if (opened === undefined) return dynamic
  let { marks } = opened
  let known = true
  const values: Value[] = []
  for (const [key, value] of pairs(opened.value)) {
    const inner = bindBoth(loop, key, value, context)
    const verdict = included(loop, inner, !known)
    marks |= verdict.marks
    if (verdict.include === undefined) known = false
    else if (verdict.include) values.push(each(inner))
  }
  return known ? withMarks(tuple(values), marks) : dynamic
}

export function forObject(node: ForObject, context: Context): Value {
  const opened = open(node, context)
  if (opened === undefined) return dynamic
  let { marks } = opened
  let known = true
  const members = new Map<string, Value[]>()
  for (const [key, value] of pairs(opened.value)) {
    const inner = bindBoth(node, key, value, context)
    const verdict = included(node, inner, !known)
    marks |= verdict.marks
    if (verdict.include === undefined) known = false
    if (verdict.include !== true) continue
    const name = keyOf(node, inner, !known)
    if (name === undefined) {
      known = false
      continue
    }
    marks |= name.marks
    const result = inner.evaluate(node.value, inner)
    const group = members.get(textOf(name))
    if (group === undefined) members.set(textOf(name), [result])
    else if (node.group) group.push(result)
    else report(inner, node.key, 'Duplicate object key', `Two different items produced the key ${quoteGo(textOf(name))} in this 'for' expression. If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key.`)
  }
  if (!known) return dynamic
  return withMarks(object([...members].map(([name, values]) => [name, node.group ? tuple(values) : (values[0] ?? dynamic)])), marks)
}

function keyOf(node: ForObject, inner: Context, quiet: boolean): Value | undefined {
  const raw = inner.evaluate(node.key, inner)
  if (raw.data === null) {
    if (!quiet) report(inner, node.key, 'Invalid object key', "Key expression in 'for' expression must not produce a null value.")
    return undefined
  }
  if (!isKnown(raw)) return undefined
  const key = attempt(() => convert(raw, string))
  if (typeof key !== 'string') return key
  if (!quiet) report(inner, node.key, 'Invalid object key', `The key expression produced an invalid result: ${key}.`)
  return undefined
}
