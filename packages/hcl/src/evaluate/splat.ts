/** Splats (hclsyntax/spec.md, "Splat Operators"): over a sequence once an element, over anything else as over a tuple of one, or of none for null. */
import { listOf, sameType, tupleOf, type Type } from '../value/type.ts'
import { convert, unify } from '../value/convert.ts'
import { dynamic, elementsOf, isKnown, list, refine, refinementOf, surelyNotNull, tuple, unknown, type Value, withMarks } from '../value/value.ts'
import type { Splat } from '../syntax/tree.ts'
import { type Context, errors, report } from './context.ts'

export function splat(node: Splat, context: Context): Value {
  const before = errors(context)
  const given = context.evaluate(node.from, context)
  if (errors(context) > before) return dynamic
  const kind = given.type.kind
  const single = kind !== 'tuple' && kind !== 'list' && kind !== 'set'
  if (given.data === null) {
    if (single) return tuple([])
    return report(context, node.from, 'Splat of null value', 'Splat expressions (with the * symbol) cannot be applied to null sequences.')
  }
  if (kind === 'any') return dynamic
  if (!isKnown(given) && !single) return unknownSplat(node, given, context)
  const values = (single ? [given] : elementsOf(given)).map((item) => context.evaluate(node.each, { ...context, item }))
  if (single && !isKnown(given) && !surelyNotNull(given)) return dynamic
  if (errors(context) > before) return unknown(resultType(node, single ? tupleOf([given.type]) : given.type, context))
  if (single) return tuple(values)
  if (kind === 'tuple') return withMarks(tuple(values), given.marks)
  const type = values[0]?.type ?? elementOf(resultType(node, given.type, context))
  if (values.every((one) => sameType(one.type, type))) return withMarks(list(type, values), given.marks)
  const common = unify(values.map((one) => one.type), true)
  return withMarks(common === undefined ? tuple(values) : list(common.type, values.map((one) => convert(one, common.type))), given.marks)
}

const elementOf = (type: Type): Type => (type.kind === 'list' ? type.element : { kind: 'any' })

/** The type that the result will have, found by taking elements that are unknown. */
function resultType(node: Splat, type: Type, context: Context): Type {
  const of = (element: Type): Type => context.evaluate(node.each, { ...context, item: unknown(element), diagnostics: [] }).type
  if (type.kind === 'list' || type.kind === 'set') return listOf(of(type.element))
  return type.kind === 'tuple' ? tupleOf(type.elements.map(of)) : { kind: 'any' }
}

function unknownSplat(node: Splat, given: Value, context: Context): Value {
  const elements = given.type.kind === 'tuple' ? given.type.elements : given.type.kind === 'list' || given.type.kind === 'set' ? [given.type.element] : []
  for (const element of elements) context.evaluate(node.each, { ...context, item: unknown(element) })
  const type = resultType(node, given.type, context)
  const { shortest, longest } = refinementOf(given)
  const bounds = type.kind === 'list' ? { ...(shortest === undefined ? {} : { shortest }), ...(longest === undefined ? {} : { longest }) } : {}
  return withMarks(refine(unknown(type), { notNull: true, ...bounds }), given.marks)
}
