/** Functions over one list, tuple or set. */
import { compare as compareNum } from '../value/number.ts'
import { equals, lengthOf } from '../value/operate.ts'
import { compareStrings } from '../value/order.ts'
import { any, bool, listOf, nameOf, number, string, tupleOf } from '../value/type.ts'
import { count, elementsOf, isKnown, isTrue, isWhollyKnown, list, no, nullOf, numOf, refinementOf, textOf, truth, unknown, unmark, type Value, withMarks } from '../value/value.ts'
import { reword, wholeNumber } from './count.ts'
import { graphemeCount } from './grapheme.ts'
import { elementType, fail, failAt, type FunctionSpec, isSequence } from './spec.ts'

const listOfAny = listOf(any)

const length: FunctionSpec = {
  name: 'length',
  params: [{ name: 'value', type: any, dynamic: true, unknown: true, marked: true }],
  returns: number,
  notNull: true,
  typeOf: ([value]) => (value !== undefined && (value.type.kind === 'number' || value.type.kind === 'bool') ? fail('argument must be a string, a collection type, or a structural type') : number),
  run: ([value]) => {
    const v = value ?? no
    if (v.type.kind === 'any') return withMarks(unknown(number), v.marks)
    if (v.type.kind === 'tuple') return withMarks(count(v.type.elements.length), v.marks)
    if (v.type.kind === 'object') return withMarks(count(v.type.attributes.size), v.marks)
    if (v.type.kind !== 'string') return lengthOf(v)
    if (isKnown(v)) return withMarks(count(graphemeCount(textOf(v))), v.marks)
    const { prefix = '' } = refinementOf(v)
    return withMarks(unknown(number, { notNull: true, min: { value: graphemeCount(prefix), inclusive: true } }), v.marks)
  },
}

const element: FunctionSpec = {
  name: 'element',
  params: [{ name: 'list', type: any, marked: true }, { name: 'index', type: number }],
  returns: any,
  typeOf: ([value, index]) => {
    const v = value ?? no
    const i = index ?? no
    if (isKnown(i) && compareNum(numOf(i), 0) < 0) fail('cannot use element function with a negative index')
    if (v.type.kind === 'list') return v.type.element
    if (v.type.kind !== 'tuple') return fail(`cannot read elements from ${v.type.kind === 'any' ? 'dynamic' : nameOf(v.type)}`)
    if (!isKnown(i)) return any
    const at = reword(() => wholeNumber(i), (message) => fail(`invalid index: ${message}`))
    const size = v.type.elements.length
    if (size === 0) return fail('cannot use element function with an empty list')
    return v.type.elements[at % size] ?? any
  },
  run: ([value, index], type) => {
    const at = reword(() => wholeNumber(index ?? no), (message) => fail(`invalid index: ${message}`))
    const v = value ?? no
    if (!isKnown(v)) return unknown(type)
    const elements = elementsOf(v)
    if (elements.length === 0) return fail('cannot use element function with an empty list')
    return withMarks(elements[at % elements.length] ?? no, v.marks)
  },
}

const compact: FunctionSpec = {
  name: 'compact',
  params: [{ name: 'list', type: listOf(string) }],
  returns: listOf(string),
  notNull: true,
  run: ([value], type) => {
    if (!isWhollyKnown(value ?? no)) return unknown(type)
    return list(string, elementsOf(value ?? no).filter((one) => one.data !== null && one.data !== ''))
  },
}

const contains: FunctionSpec = {
  name: 'contains',
  params: [{ name: 'list', type: any }, { name: 'value', type: any }],
  returns: any,
  notNull: true,
  typeOf: () => bool,
  run: ([where, what]) => {
    const w = where ?? no
    if (!isSequence(w.type)) return fail('argument must be list, tuple, or set')
    const elements = elementsOf(w)
    if (elements.length === 0) return no
    let open = false
    for (const one of elements) {
      const equal = equals(what ?? no, one)
      if (!isKnown(equal)) open = true
      else if (isTrue(equal)) return truth(true)
    }
    return open ? unknown(bool) : no
  },
}

const distinct: FunctionSpec = {
  name: 'distinct',
  params: [{ name: 'list', type: listOfAny }],
  returns: listOfAny,
  notNull: true,
  typeOf: ([value]) => value?.type ?? listOfAny,
  run: ([value], type) => {
    const v = value ?? no
    if (!isWhollyKnown(v)) return unknown(type)
    const seen = new Set<unknown>()
    const kept: Value[] = []
    for (const one of elementsOf(v)) {
      if (one.type.kind === 'string' && one.data !== null) {
        if (seen.has(one.data)) continue
        seen.add(one.data)
      } else if (kept.some((other) => isTrue(equals(other, one)))) continue
      kept.push(one)
    }
    return list(elementType(type), kept)
  },
}

const chunklist: FunctionSpec = {
  name: 'chunklist',
  params: [{ name: 'list', type: listOfAny, marked: true }, { name: 'size', type: number, marked: true }],
  returns: listOf(listOfAny),
  notNull: true,
  typeOf: ([value]) => listOf(value?.type ?? listOfAny),
  run: ([value, sizeValue]) => {
    const v = value ?? no
    const marks = v.marks | (sizeValue?.marks ?? 0)
    const size = reword(() => wholeNumber(sizeValue ?? no), (message) => fail(`invalid size: ${message}`))
    if (size < 0) return fail('the size argument must be positive')
    const elements = elementsOf(v)
    const chunks: Value[] = []
    if (size === 0 && elements.length > 0) chunks.push(unmark(v))
    else for (let i = 0; i < elements.length; i += size) chunks.push({ type: v.type, data: elements.slice(i, i + size), marks: 0 })
    return withMarks(list(v.type, chunks), marks)
  },
}

const indexOf: FunctionSpec = {
  name: 'index',
  params: [{ name: 'list', type: any }, { name: 'value', type: any }],
  returns: any,
  notNull: true,
  typeOf: () => number,
  run: ([where, what]) => {
    const w = where ?? no
    if (w.type.kind !== 'list' && w.type.kind !== 'tuple') return fail('argument must be a list or tuple')
    const elements = elementsOf(w)
    if (elements.length === 0) return fail('cannot search an empty list')
    for (const [i, one] of elements.entries()) {
      const equal = equals(one, what ?? no)
      if (!isKnown(equal)) return unknown(number)
      if (isTrue(equal)) return count(i)
    }
    return fail('item not found')
  },
}

const oneMessage = 'must be a list, set, or tuple value with either zero or one elements'

const one: FunctionSpec = {
  name: 'one',
  params: [{ name: 'list', type: any }],
  returns: any,
  typeOf: ([value]) => {
    const type = value?.type ?? any
    if (type.kind === 'list' || type.kind === 'set') return type.element
    if (type.kind === 'tuple' && type.elements.length < 2) return type.elements[0] ?? any
    return failAt(0, oneMessage)
  },
  run: ([value], type) => {
    const v = value ?? no
    if (!isKnown(lengthOf(v))) return unknown(type)
    const elements = elementsOf(v)
    if (elements.length > 1) return failAt(0, oneMessage)
    return elements[0] ?? nullOf(type)
  },
}

const sort: FunctionSpec = {
  name: 'sort',
  params: [{ name: 'list', type: listOf(string) }],
  returns: listOf(string),
  notNull: true,
  run: ([value], type) => {
    const v = value ?? no
    if (!isWhollyKnown(v)) {
      const size = elementsOf(v).length
      return unknown(type, { notNull: true, shortest: size, longest: size })
    }
    const elements = elementsOf(v)
    const gap = elements.findIndex((one) => one.data === null)
    if (gap >= 0) return fail(`given list element ${gap} is null; a null string cannot be sorted`)
    return list(string, elements.toSorted((a, b) => compareStrings(textOf(a), textOf(b))))
  },
}

const reverse: FunctionSpec = {
  name: 'reverse',
  params: [{ name: 'list', type: any, marked: true }],
  returns: any,
  notNull: true,
  typeOf: ([value]) => {
    const type = value?.type ?? any
    if (type.kind === 'tuple') return tupleOf(type.elements.toReversed())
    if (type.kind === 'list' || type.kind === 'set') return listOf(type.element)
    return failAt(0, `can only reverse list or tuple values, not ${nameOf(type)}`)
  },
  run: ([value], type) => withMarks({ type, data: elementsOf(value ?? no).toReversed(), marks: 0 }, value?.marks ?? 0),
}

function bounds(args: readonly Value[]): [number, number, boolean] {
  const v = args[0] ?? no
  const size = v.type.kind === 'tuple' ? v.type.elements.length : isKnown(v) ? elementsOf(v).length : undefined
  const bound = (i: number, what: string): number | undefined => {
    const arg = args[i] ?? no
    if (!isKnown(arg)) return undefined
    const n = reword(() => wholeNumber(arg), (message) => failAt(i, `invalid ${what} index: ${message}`))
    if (n < 0) failAt(i, `${what} index must not be less than zero`)
    if (size !== undefined && n > size) failAt(i, `${what} index must not be greater than the length of the list`)
    return n
  }
  const start = bound(1, 'start')
  const end = bound(2, 'end')
  if (start !== undefined && end !== undefined && start > end) failAt(1, 'start index must not be greater than end index')
  return [start ?? 0, end ?? 0, start !== undefined && end !== undefined]
}

const slice: FunctionSpec = {
  name: 'slice',
  params: [{ name: 'list', type: any, marked: true }, { name: 'start_index', type: number }, { name: 'end_index', type: number }],
  returns: any,
  notNull: true,
  typeOf: (args) => {
    const type = args[0]?.type ?? any
    if (type.kind === 'set') failAt(0, 'cannot slice a set, because its elements do not have indices; explicitly convert to a list if the ordering of the result is not important')
    if (type.kind !== 'list' && type.kind !== 'tuple') return failAt(0, 'must be a list or tuple value')
    const [start, end, known] = bounds(args)
    if (type.kind !== 'tuple') return type
    return known ? tupleOf(type.elements.slice(start, end)) : any
  },
  run: (args, type) => {
    const v = args[0] ?? no
    const [start, end] = bounds(args)
    return withMarks({ type, data: elementsOf(v).slice(start, end), marks: 0 }, v.marks)
  },
}

export const sequences: readonly FunctionSpec[] = [length, element, compact, contains, distinct, chunklist, indexOf, one, sort, reverse, slice]
