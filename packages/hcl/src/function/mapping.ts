/** Functions over maps and objects. */
import { convert } from '../value/convert.ts'
import { compareStrings } from '../value/order.ts'
import { quoteGo } from '../value/quote.ts'
import { any, listOf, mapOf, nameOf, objectOf, string, tupleOf, type Type } from '../value/type.ts'
import { elementsOf, isKnown, isWhollyKnown, list, map, membersOf, no, object, sensitiveMark, text, textOf, tuple, unknown, unmark, type Value, withMarks } from '../value/value.ts'
import { reword } from './count.ts'
import { fail, failAt, type FunctionSpec, typesDiffer } from './spec.ts'

const keys: FunctionSpec = {
  name: 'keys',
  params: [{ name: 'inputMap', type: any, unknown: true, marked: true }],
  returns: any,
  notNull: true,
  typeOf: ([value]) => {
    const type = value?.type ?? any
    if (type.kind === 'map') return listOf(string)
    if (type.kind === 'object') return tupleOf([...type.attributes].map(() => string))
    return failAt(0, 'must have map or object type')
  },
  run: ([value], type) => {
    const v = value ?? no
    if (v.type.kind === 'object') return withMarks(tuple([...v.type.attributes.keys()].map(text)), v.marks)
    return withMarks(isKnown(v) ? list(string, [...membersOf(v).keys()].map(text)) : unknown(type), v.marks)
  },
}

const values: FunctionSpec = {
  name: 'values',
  params: [{ name: 'mapping', type: any, marked: true }],
  returns: any,
  notNull: true,
  typeOf: ([value]) => {
    const type = value?.type ?? any
    if (type.kind === 'map') return listOf(type.element)
    if (type.kind === 'object') return tupleOf([...type.attributes.values()])
    return fail('values() requires a map as the first argument')
  },
  run: ([value], type) => withMarks({ type, data: [...membersOf(value ?? no).values()], marks: 0 }, value?.marks ?? 0),
}

const lookup: FunctionSpec = {
  name: 'lookup',
  params: [{ name: 'inputMap', type: any, marked: true, unknown: true }, { name: 'key', type: string, marked: true, unknown: true }],
  rest: { name: 'default', type: any, unknown: true, dynamic: true, nullable: true, marked: true },
  returns: any,
  typeOf: (args) => {
    if (args.length > 3) fail(`lookup() takes two or three arguments, got ${args.length}`)
    const [where = no, key = no, otherwise] = args
    if (where.type.kind === 'object') {
      if (!isKnown(key)) return any
      const found = where.type.attributes.get(textOf(key))
      if (found !== undefined) return found
      return otherwise?.type ?? failAt(0, `the given object has no attribute ${quoteGo(textOf(key))}`)
    }
    if (where.type.kind !== 'map') return failAt(0, 'lookup() requires a map as the first argument')
    const element = where.type.element
    if (otherwise !== undefined) reword(() => convert(otherwise, element), () => failAt(2, 'the default value must have the same type as the map elements'))
    return element
  },
  run: ([where = no, key = no, otherwise], type) => {
    const marks = where.marks | key.marks
    if (!isKnown(where) || !isKnown(key)) return withMarks(unknown(type), marks)
    const found = membersOf(where).get(textOf(key))
    if (found !== undefined) return withMarks(found, marks)
    if (otherwise !== undefined) return withMarks(convert(otherwise, type), marks)
    return fail(`lookup failed to find key ${(key.marks & sensitiveMark) === 0 ? quoteGo(textOf(key)) : '(sensitive value)'}`)
  },
}

const merge: FunctionSpec = {
  name: 'merge',
  params: [],
  rest: { name: 'maps', type: any, dynamic: true, nullable: true, marked: true },
  returns: any,
  notNull: true,
  typeOf: (args) => {
    if (args.length === 0) return objectOf([])
    const attributes = new Map<string, Type>()
    let complete = true
    for (const arg of args) {
      const type = arg.type
      if (type.kind === 'any') return any
      if (type.kind !== 'map' && type.kind !== 'object') return fail(`arguments must be maps or objects, got ${quoteGo(nameOf(type))}`)
      if (arg.data === null) continue
      if (type.kind === 'object') for (const [name, one] of type.attributes) attributes.set(name, one)
      else if (isKnown(arg)) for (const name of membersOf(arg).keys()) attributes.set(name, type.element)
      else complete = false
    }
    const types = args.map((arg) => arg.type)
    if (!typesDiffer(types)) return types[0] ?? any
    return complete ? objectOf(attributes) : any
  },
  run: (args, type) => {
    let marks = 0
    const all = new Map<string, Value>()
    for (const arg of args) {
      if (arg.data === null) continue
      marks |= arg.marks
      for (const [name, one] of membersOf(arg)) all.set(name, one)
    }
    return withMarks(type.kind === 'map' ? map(type.element, all) : object(all), marks)
  },
}

const zipmap: FunctionSpec = {
  name: 'zipmap',
  params: [{ name: 'keys', type: listOf(string), marked: true }, { name: 'values', type: any, marked: true }],
  returns: any,
  notNull: true,
  typeOf: ([names = no, given = no]) => {
    if (given.type.kind === 'list') return mapOf(given.type.element)
    if (given.type.kind !== 'tuple') return fail('values argument must be a list or tuple value')
    if (!isWhollyKnown(names)) return any
    const types = given.type.elements
    const found = elementsOf(names)
    if (found.length !== types.length) return fail(`number of keys (${found.length}) does not match number of values (${types.length})`)
    return objectOf(new Map(found.map((key, i): [string, Type] => [key.data === null ? fail(`keys list has null value at index ${i}`) : textOf(key), types[i] ?? any])))
  },
  run: ([names = no, given = no], type) => {
    let marks = names.marks | given.marks
    if (!isWhollyKnown(names)) return withMarks(unknown(type), marks)
    const found = elementsOf(names)
    const elements = elementsOf(given)
    if (found.length !== elements.length) return fail(`number of keys (${found.length}) does not match number of values (${elements.length})`)
    const all = new Map<string, Value>()
    for (const [i, key] of found.entries()) {
      if (key.data === null) return fail(`keys list has null value at index ${i}`)
      marks |= key.marks
      all.set(textOf(unmark(key)), elements[i] ?? no)
    }
    return withMarks(type.kind === 'map' ? map(type.element, all) : object(all), marks)
  },
}

const transposed = mapOf(listOf(string))
const transpose: FunctionSpec = {
  name: 'transpose',
  params: [{ name: 'values', type: transposed }],
  returns: transposed,
  notNull: true,
  run: ([value], type) => {
    const v = value ?? no
    if (!isWhollyKnown(v)) return unknown(type)
    const lists = new Map<string, string[]>()
    for (const [name, one] of membersOf(v)) {
      if (one.data === null) return fail('input must not contain null list')
      for (const key of elementsOf(one)) {
        if (key.data === null) return fail('input list must not contain null string')
        const into = lists.get(textOf(key)) ?? []
        into.push(name)
        lists.set(textOf(key), into)
      }
    }
    return map(listOf(string), [...lists].map(([key, names]) => [key, list(string, names.sort(compareStrings).map(text))]))
  },
}

export const mappings: readonly FunctionSpec[] = [keys, values, lookup, merge, zipmap, transpose]
