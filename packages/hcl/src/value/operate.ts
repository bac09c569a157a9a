/** Equality, order, arithmetic and logic on values, with what follows for unknown and marked operands. */
import { add, ArithmeticError, compare, counted, divide, modulo, multiply, negate, subtract, type Num } from './number.ts'
import { bool, hasAny, isCollection, number, sameType, type Type } from './type.ts'
import { equalElements } from './set-order.ts'
import { ValueError } from './error.ts'
import { deepMarks, elementsOf, isWhollyKnown, membersOf, no, num, refinementOf, surelyNotNull, truth, unknown, Unknown, unknownNotNull, type Value, withMarks, yes } from './value.ts'

const maybe: Value = unknownNotNull(bool)

/** Whether both are the same; unknown when that depends on something unknown. Values of different types are never equal. */
export function equals(a: Value, b: Value): Value {
  const marks = deepMarks(a) | deepMarks(b)
  return marks === 0 ? compareEqual(a, b) : withMarks(compareEqual(a, b), marks)
}

function excluded(open: Value, known: Value): boolean {
  const { prefix, min, max, shortest, longest, notNull } = refinementOf(open)
  if (known.data === null) return notNull === true
  if (open.type.kind === 'any' || known.type.kind === 'any') return false
  if (!couldBeSame(open.type, known.type)) return true
  if (typeof known.data === 'string') return prefix !== undefined && !known.data.startsWith(prefix)
  if (known.type.kind === 'number') {
    const n = known.data as Num
    if (min !== undefined && (min.inclusive ? compare(n, min.value) < 0 : compare(n, min.value) <= 0)) return true
    return max !== undefined && (max.inclusive ? compare(n, max.value) > 0 : compare(n, max.value) >= 0)
  }
  const length = Array.isArray(known.data) ? known.data.length : known.data instanceof Map ? known.data.size : -1
  if (length < 0 || (known.type.kind === 'set' && !isWhollyKnown(known))) return false
  return (shortest !== undefined && length < shortest) || (longest !== undefined && length > longest)
}

function compareEqual(a: Value, b: Value): Value {
  if ((a.data === null && surelyNotNull(b)) || (b.data === null && surelyNotNull(a))) return no
  const aUnknown = a.data instanceof Unknown
  const bUnknown = b.data instanceof Unknown
  if (aUnknown !== bUnknown && (aUnknown ? excluded(a, b) : excluded(b, a))) return no
  if (aUnknown || bUnknown) return maybe
  if (a.data === null || b.data === null) return truth(a.data === b.data)
  if (!sameType(a.type, b.type)) return hasAny(a.type) || hasAny(b.type) ? compareLoose(a, b) : no
  return compareKnown(a, b)
}

/** Types that hold something unsettled differ for certain only where both are settled. */
function couldBeSame(a: Type, b: Type): boolean {
  if (a.kind === 'any' || b.kind === 'any') return true
  if (isCollection(a) && isCollection(b)) return a.kind === b.kind && couldBeSame(a.element, b.element)
  if (a.kind === 'tuple' && b.kind === 'tuple') return a.elements.length === b.elements.length && a.elements.every((one, i) => couldBeSame(one, b.elements[i] ?? one))
  if (a.kind === 'object' && b.kind === 'object') return a.attributes.size === b.attributes.size && [...a.attributes].every(([name, one]) => b.attributes.has(name) && couldBeSame(one, b.attributes.get(name) ?? one))
  return a.kind === b.kind
}

const compareLoose = (a: Value, b: Value): Value => (!couldBeSame(a.type, b.type) || (isWhollyKnown(a) && isWhollyKnown(b)) ? no : maybe)

function compareKnown(a: Value, b: Value): Value {
  switch (a.type.kind) {
    case 'number':
      return truth(compare(a.data as Num, b.data as Num) === 0)
    case 'list':
    case 'tuple': {
      const ours = elementsOf(a)
      const theirs = elementsOf(b)
      if (ours.length !== theirs.length) return no
      for (let i = 0; i < ours.length; i++) {
        const one = compareEqual(ours[i] ?? no, theirs[i] ?? no)
        if (one.data !== true) return one
      }
      return yes
    }
    case 'set': {
      const ours = elementsOf(a)
      const theirs = elementsOf(b)
      if (!isWhollyKnown(a) || !isWhollyKnown(b)) return maybe
      return truth(ours.length === theirs.length && ours.every((one, i) => equalElements(one, theirs[i] ?? no)))
    }
    case 'map':
    case 'object': {
      const ours = membersOf(a)
      const theirs = membersOf(b)
      if (ours.size !== theirs.size) return no
      let open = false
      for (const [name, one] of ours) {
        const other = theirs.get(name)
        if (other === undefined) return no
        const equal = compareEqual(one, other)
        if (equal.data === false) return no
        if (equal.data !== true) open = true
      }
      return open ? maybe : yes
    }
    default:
      return truth(a.data === b.data)
  }
}

type Arithmetic = (a: Num, b: Num) => Num
const arithmetic: Record<string, Arithmetic> = { '+': add, '-': subtract, '*': multiply, '/': divide, '%': modulo }
const orders: Record<string, (c: number) => boolean> = { '<': (c) => c < 0, '>': (c) => c > 0, '<=': (c) => c <= 0, '>=': (c) => c >= 0 }

function notNullOperands(...operands: readonly Value[]): void {
  for (const one of operands) if (one.data === null) throw new ValueError('argument must not be null')
}

function attempt(work: () => Num): Value {
  try {
    return num(work())
  } catch (error) {
    if (error instanceof ArithmeticError) throw new ValueError(error.message)
    throw error
  }
}

/** Both operands have the type that the operator asks for, or are unknown. Throws {@link ValueError}. */
export function binary(operator: string, a: Value, b: Value): Value {
  if (operator === '==') return equals(a, b)
  if (operator === '!=') return not(equals(a, b))
  notNullOperands(a, b)
  const marks = a.marks | b.marks
  return withMarks(operator === '&&' || operator === '||' ? logic(operator, a, b) : numeric(operator, a, b), marks)
}

function logic(operator: string, a: Value, b: Value): Value {
  if (a.data instanceof Unknown || b.data instanceof Unknown) return maybe
  return truth(operator === '||' ? a.data === true || b.data === true : a.data === true && b.data === true)
}

function numeric(operator: string, a: Value, b: Value): Value {
  const order = orders[operator]
  if (order !== undefined) {
    if (a.data instanceof Unknown || b.data instanceof Unknown) return orderOfRanges(operator, a, b)
    return truth(order(compare(a.data as Num, b.data as Num)))
  }
  if (a.data instanceof Unknown || b.data instanceof Unknown) return unknownNotNull(number)
  const work = arithmetic[operator]
  if (work === undefined) throw new ValueError(`unknown operator ${operator}`)
  return attempt(() => work(a.data as Num, b.data as Num))
}

type Bound = { readonly value: Num; readonly inclusive: boolean } | undefined
const least = (v: Value): Bound => (v.data instanceof Unknown ? v.data.refinement.min : { value: v.data as Num, inclusive: true })
const most = (v: Value): Bound => (v.data instanceof Unknown ? v.data.refinement.max : { value: v.data as Num, inclusive: true })

/** Where the two ranges do not overlap the answer is known although the numbers are not. */
function orderOfRanges(operator: string, a: Value, b: Value): Value {
  if (a.type.kind === 'any' || b.type.kind === 'any') return maybe
  if (operator === '>' || operator === '>=') return orderOfRanges(operator === '>' ? '<' : '<=', b, a)
  const strict = operator === '<'
  const [aMost, bLeast, aLeast, bMost] = [most(a), least(b), least(a), most(b)]
  if (aMost !== undefined && bLeast !== undefined) {
    const c = compare(aMost.value, bLeast.value)
    const touching = aMost.inclusive && bLeast.inclusive
    if (c < 0 || (c === 0 && (!strict || !touching))) return yes
  }
  if (aLeast !== undefined && bMost !== undefined) {
    const c = compare(aLeast.value, bMost.value)
    const touching = aLeast.inclusive && bMost.inclusive
    if (c > 0 || (c === 0 && (strict || !touching))) return no
  }
  return maybe
}

export function not(a: Value): Value {
  notNullOperands(a)
  return withMarks(a.data instanceof Unknown ? maybe : truth(a.data !== true), a.marks)
}

export function minus(a: Value): Value {
  notNullOperands(a)
  return withMarks(a.data instanceof Unknown ? unknownNotNull(number) : num(negate(a.data as Num)), a.marks)
}

/** How many elements: unknown where elements may turn out equal, and bounded as far as that is known. */
export function lengthOf(value: Value): Value {
  if (value.data instanceof Unknown) {
    const { shortest = 0, longest } = value.data.refinement
    if (shortest === longest) return withMarks(countOf(shortest), value.marks)
    const bounds = { notNull: true, min: { value: shortest, inclusive: true } }
    return withMarks(unknown(number, longest === undefined ? bounds : { ...bounds, max: { value: longest, inclusive: true } }), value.marks)
  }
  const size = value.data instanceof Map ? value.data.size : elementsOf(value).length
  if (value.type.kind === 'set' && size > 1 && !isWhollyKnown(value)) {
    const known = elementsOf(value).filter(isWhollyKnown).length
    return withMarks(unknown(number, { notNull: true, min: { value: Math.max(1, known), inclusive: true }, max: { value: size, inclusive: true } }), value.marks)
  }
  return withMarks(countOf(size), value.marks)
}

const countOf = (n: number): Value => num(counted(n))

export const typeOfOperands = (operator: string): Type | undefined => (operator === '&&' || operator === '||' ? bool : operator === '==' || operator === '!=' ? undefined : number)
