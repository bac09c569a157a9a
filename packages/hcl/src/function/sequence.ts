/** Functions over lists, tuples and sets. */
import { convert, unify } from '../value/convert.ts'
import { add, compare as compareNum, type Num } from '../value/number.ts'
import { equals, lengthOf } from '../value/operate.ts'
import { compareStrings } from '../value/order.ts'
import { any, bool, listOf, number, setOf, string, tupleOf, type Type } from '../value/type.ts'
import { set } from '../value/set.ts'
import { count, elementsOf, isKnown, isTrue, isWhollyKnown, list, no, nullOf, num, numOf, textOf, truth, tuple, unknown, unmark, type Value, withMarks, refinementOf } from '../value/value.ts'
import { reword, wholeNumber } from './count.ts'
import { graphemeCount } from './grapheme.ts'
import { checkCount, fail, failAt, type FunctionSpec, isSequence, typesDiffer } from './spec.ts'

const listOfAny = listOf(any)
const elementType = (type: Type): Type => (type.kind === 'list' || type.kind === 'set' || type.kind === 'map' ? type.element : any)

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
    if (v.type.kind !== 'tuple') return fail(`cannot read elements from ${v.type.kind === 'any' ? 'dynamic' : friendly(v.type)}`)
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

function friendly(type: Type): string {
  return type.kind === 'list' || type.kind === 'set' || type.kind === 'map' ? `${type.kind} of ${friendly(type.element)}` : type.kind === 'any' ? 'dynamic' : type.kind
}

const coalesce: FunctionSpec = {
  name: 'coalesce',
  params: [],
  rest: { name: 'vals', type: any, unknown: true, dynamic: true, nullable: true },
  returns: any,
  notNull: true,
  typeOf: (args) => unify(args.map((one) => one.type), true)?.type ?? fail('all arguments must have the same type'),
  run: (args, type) => {
    for (const arg of args) {
      const value = convert(arg, type)
      if (!isKnown(value)) return unknown(type)
      if (value.data === null || (type.kind === 'string' && value.data === '')) continue
      return value
    }
    return fail('no non-null, non-empty-string arguments')
  },
}

const coalescelist: FunctionSpec = {
  name: 'coalescelist',
  params: [],
  rest: { name: 'vals', type: any, unknown: true, dynamic: true, nullable: true },
  returns: any,
  notNull: true,
  typeOf: (args) => {
    if (args.length === 0) fail('at least one argument is required')
    for (const arg of args) {
      if (!isKnown(arg)) return any
      if (arg.type.kind !== 'list' && arg.type.kind !== 'tuple') fail('coalescelist arguments must be lists or tuples')
    }
    return typesDiffer(args.map((one) => one.type)) ? any : (args[0]?.type ?? any)
  },
  run: (args, type) => {
    for (const arg of args) {
      if (!isKnown(arg)) return unknown(type)
      if (arg.data !== null && elementsOf(arg).length > 0) return arg
    }
    return fail('no non-null arguments')
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

type Flat = { values: Value[]; marks: number; known: boolean }

function flattenInto(value: Value, into: Flat): void {
  into.marks |= value.marks
  if (!isKnown(value) || !isKnown(unmark(lengthOf(value)))) {
    into.known = false
    return
  }
  for (const one of elementsOf(value)) {
    checkCount(into.values.length)
    if (one.type.kind === 'any' && one.data !== null) into.known = false
    if (!isSequence(one.type)) into.values.push(one)
    else if (one.data === null) into.values.push(one)
    else flattenInto(one, into)
  }
}

const flatten: FunctionSpec = {
  name: 'flatten',
  params: [{ name: 'list', type: any, marked: true }],
  returns: any,
  notNull: true,
  typeOf: ([value]) => {
    const v = value ?? no
    if (!isWhollyKnown(v)) return any
    if (!isSequence(v.type)) return fail('can only flatten lists, sets and tuples')
    const flat: Flat = { values: [], marks: 0, known: true }
    flattenInto(v, flat)
    return flat.known ? tupleOf(flat.values.map((one) => one.type)) : any
  },
  run: ([value], type) => {
    const v = value ?? no
    if (!isSequence(v.type)) return fail('can only flatten lists, sets and tuples')
    const flat: Flat = { values: [], marks: 0, known: true }
    flattenInto(v, flat)
    return withMarks(flat.known ? tuple(flat.values) : unknown(type), flat.marks)
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
    return failAt(0, `can only reverse list or tuple values, not ${friendly(type)}`)
  },
  run: ([value], type) => withMarks({ type, data: elementsOf(value ?? no).toReversed(), marks: 0 }, value?.marks ?? 0),
}

const setproduct: FunctionSpec = {
  name: 'setproduct',
  params: [],
  rest: { name: 'sets', type: any, marked: true },
  returns: any,
  notNull: true,
  typeOf: (args) => {
    if (args.length < 2) fail('at least two arguments are required')
    const types = args.map((arg, i): Type => {
      if (arg.type.kind === 'set' || arg.type.kind === 'list') return arg.type.element
      if (arg.type.kind !== 'tuple') return failAt(i, 'a set or a list is required')
      if (arg.type.elements.length === 0) return any
      return unify(arg.type.elements, true)?.type ?? failAt(i, 'all elements must be of the same type')
    })
    return { kind: args.some((arg) => arg.type.kind === 'set') ? 'set' : 'list', element: tupleOf(types) }
  },
  run: (args, type) => {
    let marks = 0
    for (const arg of args) {
      marks |= arg.marks
      if (!isKnown(unmark(lengthOf(arg)))) return withMarks(unknown(type), arg.marks)
    }
    const wanted = elementType(type)
    const types = wanted.kind === 'tuple' ? wanted.elements : []
    const columns = args.map((arg, j) => elementsOf(arg).map((one) => convert(one, types[j] ?? any)))
    let rows: (readonly Value[])[] = [[]]
    for (const column of columns) {
      checkCount(rows.length * column.length)
      rows = rows.flatMap((row) => column.map((one) => [...row, one]))
    }
    const tuples = rows.map((row) => tuple(row))
    const element = tuples[0]?.type ?? wanted
    return withMarks(type.kind === 'set' ? set(element, tuples) : list(element, tuples), marks)
  },
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

const matchkeys: FunctionSpec = {
  name: 'matchkeys',
  params: [{ name: 'values', type: listOfAny }, { name: 'keys', type: listOfAny }, { name: 'searchset', type: listOfAny }],
  returns: listOfAny,
  notNull: true,
  typeOf: ([values, keys, search]) => {
    if (unify([keys?.type ?? any, search?.type ?? any], true) === undefined) fail('keys and searchset must be of the same type')
    return values?.type ?? listOfAny
  },
  run: ([values, keys, search], type) => {
    const v = values ?? no
    if (elementsOf(v).length !== elementsOf(keys ?? no).length) fail('length of keys and values should be equal')
    const common = unify([keys?.type ?? any, search?.type ?? any], true)?.type ?? any
    const k = convert(keys ?? no, common)
    const s = convert(search ?? no, common)
    const element = elementType(type)
    if (elementsOf(s).length === 0) return list(element, [])
    if (!isWhollyKnown(v) || !isWhollyKnown(k)) return unknown(type)
    const found: Value[] = []
    for (const [i, key] of elementsOf(k).entries()) {
      for (const one of elementsOf(s)) {
        const equal = equals(key, one)
        if (!isKnown(equal)) return list(element, [])
        if (!isTrue(equal)) continue
        found.push(elementsOf(v)[i] ?? no)
        break
      }
    }
    return list(element, found)
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

const sumMessage = 'argument must be list, set, or tuple of number values'
const sum: FunctionSpec = {
  name: 'sum',
  params: [{ name: 'list', type: any }],
  returns: any,
  notNull: true,
  typeOf: () => number,
  run: ([value]) => {
    const v = value ?? no
    if (v.type.kind === 'string' || v.type.kind === 'number' || v.type.kind === 'bool') return failAt(0, 'cannot sum noniterable')
    const size = v.data instanceof Map ? v.data.size : elementsOf(v).length
    if (size === 0) return failAt(0, 'cannot sum an empty list')
    if (!isSequence(v.type)) return failAt(0, `argument must be list, set, or tuple. Received ${friendly(v.type)}`)
    if (!isWhollyKnown(v)) return unknown(number)
    let total: Num | undefined
    for (const one of elementsOf(v)) {
      if (one.data === null) return failAt(0, sumMessage)
      const n = numOf(reword(() => convert(one, number), () => failAt(0, sumMessage)))
      total = total === undefined ? n : add(total, n)
    }
    return num(total ?? 0)
  },
}

function allOrAny(name: string, deciding: boolean): FunctionSpec {
  return {
    name,
    params: [{ name: 'list', type: listOf(bool) }],
    returns: bool,
    notNull: true,
    run: ([value]) => {
      let open = false
      for (const one of elementsOf(value ?? no)) {
        if (!isKnown(one)) {
          if (name === 'alltrue') return unknown(bool)
          open = true
        } else if (one.data === null) {
          if (name === 'alltrue') return no
        } else if (one.data === deciding) return truth(deciding)
      }
      return open ? unknown(bool) : truth(!deciding)
    },
  }
}

const concat: FunctionSpec = {
  name: 'concat',
  params: [],
  rest: { name: 'seqs', type: any, marked: true },
  returns: any,
  notNull: true,
  typeOf: (args) => {
    if (args.length === 0) fail('at least one argument is required')
    if (args[0]?.type.kind === 'list') {
      const types = args.map((one) => one.type)
      if (!types.some((type) => type.kind !== 'list')) {
        const common = unify(types, false)
        if (common !== undefined) return common.type
      }
    }
    const elements: Type[] = []
    for (const [i, arg] of args.entries()) {
      const type: Type = arg.type
      if (type.kind === 'tuple') for (const one of type.elements) elements.push(one)
      else if (type.kind === 'list') {
        if (!isKnown(arg)) return any
        for (const one of elementsOf(arg)) elements.push(one.type)
      } else failAt(i, 'all arguments must be lists or tuples; got ' + friendly(arg.type))
    }
    return tupleOf(elements)
  },
  run: (args, type) => {
    let marks = 0
    const all: Value[] = []
    for (const arg of args) {
      marks |= arg.marks
      if (!isKnown(arg)) return withMarks(unknown(type), marks)
      const element = elementType(type)
      for (const one of elementsOf(arg)) all.push(type.kind === 'list' ? convert(one, element) : one)
      checkCount(all.length)
    }
    return withMarks(type.kind === 'list' ? list(type.element, all) : tuple(all), marks)
  },
}

const rangeOf: FunctionSpec = {
  name: 'range',
  params: [],
  rest: { name: 'params', type: number },
  returns: listOf(number),
  notNull: true,
  run: (args) => {
    const n = args.map(numOf)
    if (n.length < 1 || n.length > 3) return fail('must have one, two, or three arguments')
    const start: Num = n.length === 1 ? 0 : (n[0] ?? 0)
    const end: Num = n.length === 1 ? (n[0] ?? 0) : (n[1] ?? 0)
    const down = n.length === 3 ? compareNum(n[2] ?? 0, 0) < 0 : compareNum(end, start) < 0
    const step: Num = n[2] ?? (down ? -1 : 1)
    if (down && compareNum(end, start) > 0) return failAt(1, 'end must be less than start when step is negative')
    if (!down && compareNum(end, start) < 0) return failAt(1, 'end must be greater than start when step is positive')
    const values: Value[] = []
    for (let at = start; down ? compareNum(at, end) > 0 : compareNum(at, end) < 0; at = add(at, step)) {
      if (values.length >= 1024) return fail('more than 1024 values were generated; either decrease the difference between start and end or use a smaller step')
      values.push(num(at))
    }
    return list(number, values)
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

type Choose = (sets: readonly (readonly Value[])[], has: (set: readonly Value[], one: Value) => boolean) => Value[]
function setOperation(name: string, params: readonly string[], rest: string | undefined, choose: Choose): FunctionSpec {
  const setOfAny = setOf(any)
  const allowsUnknown = name !== 'setsubtract'
  const param = (one: string): FunctionSpec['params'][number] => ({ name: one, type: setOfAny, dynamic: true })
  return {
    name,
    params: params.map(param),
    ...(rest === undefined ? {} : { rest: param(rest) }),
    returns: setOfAny,
    notNull: true,
    typeOf: (args) => {
      const elements = args.filter((one) => !(one.type.kind === 'set' && one.type.element.kind === 'any' && isKnown(one) && elementsOf(one).length === 0)).map((one) => elementType(one.type))
      if (elements.length === 0) return setOfAny
      const common = unify(elements, true)
      return common === undefined ? fail('given sets must all have compatible element types') : setOf(common.type)
    },
    run: (args, type) => {
      const sets = args.map((one) => convert(one, type))
      if (sets.some((one) => !isKnown(one))) return unknown(type)
      if (!allowsUnknown && sets.some((one) => !isWhollyKnown(one))) return unknown(type)
      if (allowsUnknown && name === 'setintersection' && sets.some((one) => !isWhollyKnown(one))) return unknown(type)
      const has = (within: readonly Value[], one: Value): boolean => within.some((other) => isTrue(equals(other, one)))
      return set(elementType(type), choose(sets.map(elementsOf), has))
    },
  }
}

const setunion = setOperation('setunion', ['first_set'], 'other_sets', (sets) => sets.flat())
const setintersection = setOperation('setintersection', ['first_set'], 'other_sets', ([first = [], ...others], has) => first.filter((one) => others.every((other) => has(other, one))))
const setsubtract = setOperation('setsubtract', ['a', 'b'], undefined, ([a = [], b = []], has) => a.filter((one) => !has(b, one)))

export const sequences: readonly FunctionSpec[] = [
  length, element, coalesce, coalescelist, compact, contains, distinct, chunklist, flatten, reverse, setproduct, slice, indexOf, matchkeys, one, sum,
  allOrAny('alltrue', false), allOrAny('anytrue', true), concat, rangeOf, sort, setunion, setintersection, setsubtract,
]
