/** Taking attributes and elements of values (hclsyntax/spec.md, "Index Operator", "Attribute Access Operator"). */
import { convert } from '../value/convert.ts'
import { ValueError } from '../value/error.ts'
import { compare, isInfinite, isInteger, toCount } from '../value/number.ts'
import { quoteGo } from '../value/quote.ts'
import { any, isPrimitive, nameOf, number, string, type Type } from '../value/type.ts'
import { dynamic, elementsOf, isKnown, membersOf, numOf, refinementOf, textOf, unknown, Unknown, unmark, type Value, withMarks } from '../value/value.ts'

/** A value, or the summary and the detail of what is wrong. */
export type Taken = Value | { readonly problem: readonly [summary: string, detail: string] }

const wrong = (summary: string, detail: string): Taken => ({ problem: [summary, detail] })
const noSuch = (detail: string): Taken => wrong('Invalid index', `The given key does not identify an element in this collection value${detail}.`)
const open = (type: Type, like: Value): Value => withMarks(unknown(type), like.marks)

export const failed = (taken: Taken): taken is { readonly problem: readonly [string, string] } => 'problem' in taken

export function getAttribute(value: Value, name: string): Taken {
  if (value.data === null) return wrong('Attempt to get attribute from null value', 'This value is null, so it does not have any attributes.')
  const unsupported = (detail: string): Taken => wrong('Unsupported attribute', detail)
  const { type } = value
  switch (type.kind) {
    case 'object': {
      const of = type.attributes.get(name)
      if (of === undefined) return unsupported(`This object does not have an attribute named ${quoteGo(name)}.`)
      const found = membersOf(value).get(name)
      return found === undefined ? open(of, value) : withMarks(found, value.marks)
    }
    case 'map': {
      if (!isKnown(value)) return open(type.element, value)
      const found = membersOf(value).get(name)
      return found === undefined ? wrong('Missing map element', `This map does not have an element with the key ${quoteGo(name)}.`) : withMarks(found, value.marks)
    }
    case 'any': {
      const found = value.data instanceof Unknown ? value.data.attribute?.(name) : undefined
      return found === undefined ? open(any, value) : withMarks(found, value.marks)
    }
    case 'list':
    case 'set':
      if (type.element.kind === 'object') {
        if (type.kind === 'set') return unsupported("Can't access attributes on a set of objects. Did you mean to access an attribute across all elements of the set?")
        const which = type.element.attributes.has(name) ? `attribute ${quoteGo(name)}` : 'an attribute'
        return unsupported(`Can't access attributes on a list of objects. Did you mean to access ${which} for a specific element of the list, or across all elements of the list?`)
      }
      return unsupported('This value does not have any attributes.')
    default:
      return unsupported(isPrimitive(type) ? `Can't access attributes on a primitive-typed value (${nameOf(type)}).` : 'This value does not have any attributes.')
  }
}

export function getIndex(value: Value, key: Value): Taken {
  if (value.data === null) return wrong('Attempt to index null value', 'This value is null, so it does not have any indices.')
  if (key.data === null) return wrong('Invalid index', "Can't use a null value as an indexing key.")
  const { type } = value
  if (type.kind === 'any' && typeof key.data === 'string') return getAttribute(value, key.data)
  if (type.kind === 'any' || key.type.kind === 'any') return withMarks(dynamic, value.marks)
  switch (type.kind) {
    case 'list':
    case 'tuple':
    case 'map':
      return inCollection(value, key)
    case 'object':
      return inObject(value, key)
    case 'set':
      return wrong('Invalid index', "Elements of a set are identified only by their value and don't have any separate index or key to select with, so it's only possible to perform operations across all elements of the set.")
    default:
      return wrong('Invalid index', 'This value does not have any indices.')
  }
}

function asKey(key: Value, type: Type): Value | Taken {
  try {
    return convert(key, type)
  } catch (error) {
    if (error instanceof ValueError) return noSuch(`: ${error.message}`)
    throw error
  }
}

function inCollection(value: Value, given: Value): Taken {
  const { type } = value
  const key = asKey(given, type.kind === 'map' ? string : number)
  if (failed(key)) return key
  const element = type.kind === 'list' || type.kind === 'map' ? type.element : any
  if (!isKnown(key)) return open(element, value)
  const marks = value.marks | key.marks
  if (type.kind === 'map') {
    if (!isKnown(value)) return open(element, value)
    const found = membersOf(value).get(textOf(key))
    return found === undefined ? noSuch('') : withMarks(found, marks)
  }
  const n = numOf(key)
  const size = type.kind === 'tuple' ? type.elements.length : isKnown(value) ? elementsOf(value).length : undefined
  const at = toCount(n)
  if (at !== undefined && at >= 0 && size !== undefined && at < size) {
    if (isKnown(value)) return withMarks(elementsOf(value)[at] ?? dynamic, marks)
    return withMarks(unknown(type.kind === 'tuple' ? (type.elements[at] ?? any) : element), marks)
  }
  if (isInfinite(n) || !isInteger(n)) return noSuch(': indexing a sequence requires a whole number, but the given index has a fractional part')
  if (compare(n, 0) < 0) return noSuch(': a negative number is not a valid index for a sequence')
  if (size === undefined) {
    const { longest } = refinementOf(value)
    return longest !== undefined && at !== undefined && at >= longest ? noSuch('') : withMarks(unknown(element), marks)
  }
  // far behind the end Terraform does not say why
  if (value.marks !== 0 || at === undefined || at > size) return noSuch('')
  return noSuch(size === 0 ? ': the collection has no elements' : ': the given index is greater than or equal to the length of the collection')
}

function inObject(value: Value, given: Value): Taken {
  const { type } = value
  if (type.kind !== 'object') return dynamic
  const key = asKey(given, string)
  if (failed(key)) return key
  if (!isKnown(key)) return withMarks(dynamic, value.marks)
  const name = textOf(unmark(key))
  const of = type.attributes.get(name)
  if (of === undefined) return wrong('Invalid index', `The given key does not identify an element in this collection value.${given.type.kind === 'number' ? ' An object only supports looking up attributes by name, not by numeric index.' : ''}`)
  const found = membersOf(value).get(name)
  return found === undefined ? open(of, value) : withMarks(found, value.marks)
}
