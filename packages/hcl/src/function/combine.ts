/** Functions that put lists, tuples and sets together. */
import { convert, unify } from '../value/convert.ts'
import { equals, lengthOf } from '../value/operate.ts'
import { set } from '../value/set.ts'
import { any, listOf, nameOf, tupleOf, type Type } from '../value/type.ts'
import { elementsOf, isKnown, isTrue, isWhollyKnown, list, no, tuple, unknown, unmark, type Value, withMarks } from '../value/value.ts'
import { checkCount, elementType, fail, failAt, type FunctionSpec, isSequence, typesDiffer } from './spec.ts'

const listOfAny = listOf(any)

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
      } else failAt(i, 'all arguments must be lists or tuples; got ' + nameOf(arg.type))
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

export const combinations: readonly FunctionSpec[] = [coalesce, coalescelist, flatten, concat, matchkeys, setproduct]
