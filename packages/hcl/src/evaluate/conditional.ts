/** Conditionals (hclsyntax/spec.md, "Conditional Operator"): both results get one type, whichever is chosen; only the chosen one may fail. */
import { type Conversion, conversionBetween, convert, unify } from '../value/convert.ts'
import { compare, type Num } from '../value/number.ts'
import { any, bool, isCollection, sameType, type Type } from '../value/type.ts'
import { elementsOf, isKnown, isTrue, nullOf, type Refinement, refine, refinementOf, surelyNotNull, unknown, Unknown, unmark, type Value, withMarks } from '../value/value.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Expression, Span } from '../syntax/tree.ts'
import { attempt, type Context, report } from './context.ts'
import { conditionalMismatch } from './mismatch.ts'

export type Branches<T> = { readonly condition: Expression; readonly whenTrue: T; readonly whenFalse: T }

const untypedNull = (value: Value): boolean => value.data === null && value.type.kind === 'any' && value.marks === 0

/** The type of the result, and what becomes of either branch. */
function resultType(yes: Value, no: Value): { type: Type; convert: readonly (Conversion | undefined)[] } | undefined {
  if (untypedNull(yes)) return { type: no.type, convert: [conversionBetween(any, no.type, true), undefined] }
  if (untypedNull(no)) return { type: yes.type, convert: [undefined, conversionBetween(any, yes.type, true)] }
  if (yes.type.kind === 'any' || no.type.kind === 'any') return { type: any, convert: [] }
  const found = unify([yes.type, no.type], true)
  return found === undefined ? undefined : { type: found.type, convert: found.conversions }
}

export function conditional<T>(node: Branches<T>, evaluate: (branch: T | Expression, context: Context) => Value, span: Span, context: Context): Value {
  const ofTrue: Diagnostic[] = []
  const ofFalse: Diagnostic[] = []
  const yes = evaluate(node.whenTrue, { ...context, diagnostics: ofTrue })
  const no = evaluate(node.whenFalse, { ...context, diagnostics: ofFalse })
  const result = resultType(yes, no)
  if (result === undefined) return report(context, span, 'Inconsistent conditional result types', `The true and false result expressions must have consistent types. ${conditionalMismatch(yes.type, no.type)}.`)
  const { type } = result
  const given = evaluate(node.condition, context)
  if (given.data === null) {
    report(context, node.condition, 'Null condition', 'The condition value is null. Conditions must either be true or false.')
    return unknown(type)
  }
  if (!isKnown(given)) return undecided(type, given, yes, no)
  const condition = attempt(() => convert(given, bool))
  if (typeof condition === 'string') {
    report(context, node.condition, 'Incorrect condition type', 'The condition expression must be of type bool.')
    return unknown(type)
  }
  const chosen = isTrue(condition) ? 0 : 1
  context.diagnostics.push(...(chosen === 0 ? ofTrue : ofFalse))
  const value = chosen === 0 ? yes : no
  const converted = attempt(() => result.convert[chosen]?.(value, []) ?? value)
  if (typeof converted !== 'string') return withMarks(converted, condition.marks | yes.marks | no.marks)
  report(context, span, 'Inconsistent conditional result types', `The ${chosen === 0 ? 'true' : 'false'} result value has the wrong type: ${converted}.`)
  return unknown(type)
}

type Bound = Refinement['min']

const lower = (value: Value): Bound => (value.data instanceof Unknown ? value.data.refinement.min : { value: value.data as Num, inclusive: true })
const upper = (value: Value): Bound => (value.data instanceof Unknown ? value.data.refinement.max : { value: value.data as Num, inclusive: true })

function outer(a: Bound, b: Bound, sign: 1 | -1): Bound {
  if (a === undefined || b === undefined) return undefined
  const c = compare(a.value, b.value) * sign
  if (c === 0) return { value: a.value, inclusive: a.inclusive || b.inclusive }
  return c > 0 ? a : b
}

/** Not chosen yet: what holds of both is known all the same. */
function undecided(type: Type, condition: Value, markedYes: Value, markedNo: Value): Value {
  const marks = condition.marks | markedYes.marks | markedNo.marks
  const [yes, no] = [unmark(markedYes), unmark(markedNo)]
  if (yes.data === null && no.data === null) return withMarks(nullOf(type), marks)
  let known: Refinement = surelyNotNull(yes) && surelyNotNull(no) ? { notNull: true } : {}
  if (yes.type.kind === 'number' && no.type.kind === 'number' && yes.data !== null && no.data !== null) {
    const min = outer(lower(yes), lower(no), -1)
    const max = outer(upper(yes), upper(no), 1)
    known = { ...known, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
  } else if (isCollection(yes.type) && sameType(yes.type, no.type) && yes.data !== null && no.data !== null) {
    const [a, b] = [lengths(yes), lengths(no)]
    const longest = a.longest === undefined || b.longest === undefined ? undefined : Math.max(a.longest, b.longest)
    known = { ...known, shortest: Math.min(a.shortest, b.shortest), ...(longest === undefined ? {} : { longest }) }
  }
  return withMarks(refine(unknown(type), known), marks)
}

function lengths(value: Value): { shortest: number; longest: number | undefined } {
  if (isKnown(value)) {
    const size = value.data instanceof Map ? value.data.size : elementsOf(value).length
    return { shortest: size, longest: size }
  }
  const { shortest = 0, longest } = refinementOf(value)
  return { shortest, longest }
}
