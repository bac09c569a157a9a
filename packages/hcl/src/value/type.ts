/**
 * The types of Terraform's language: primitives, collections (all elements of one type), structures (each member its own type), and
 * `any`, which stands for "not known yet" in a value and for "whatever comes" in a constraint. Types are compared by structure.
 */
import { sortedMap } from './order.ts'

/** Text, number, truth. */
export type PrimitiveType = { readonly kind: 'string' } | { readonly kind: 'number' } | { readonly kind: 'bool' }
/** Not known yet in a value, anything in a constraint. */
export type AnyType = { readonly kind: 'any' }
/** Elements of one type. */
export type CollectionType = { readonly kind: 'list' | 'set' | 'map'; readonly element: Type }
/** Elements each of its own type. */
export type TupleType = { readonly kind: 'tuple'; readonly elements: readonly Type[] }
/** `attributes` in code point order of their names; `optional` names those that a value may leave out when it is converted. */
export type ObjectType = { readonly kind: 'object'; readonly attributes: ReadonlyMap<string, Type>; readonly optional: ReadonlySet<string> }
/** Any type. */
export type Type = PrimitiveType | AnyType | CollectionType | TupleType | ObjectType

export const string: Type = { kind: 'string' }
export const number: Type = { kind: 'number' }
export const bool: Type = { kind: 'bool' }
export const any: Type = { kind: 'any' }

const none: ReadonlySet<string> = new Set()

export const listOf = (element: Type): CollectionType => ({ kind: 'list', element })
export const setOf = (element: Type): CollectionType => ({ kind: 'set', element })
export const mapOf = (element: Type): CollectionType => ({ kind: 'map', element })
export const tupleOf = (elements: readonly Type[]): TupleType => ({ kind: 'tuple', elements })
export const objectOf = (attributes: Iterable<readonly [string, Type]>, optional: ReadonlySet<string> = none): ObjectType => ({
  kind: 'object',
  attributes: sortedMap(attributes),
  optional,
})

export const isPrimitive = (type: Type): type is PrimitiveType => type.kind === 'string' || type.kind === 'number' || type.kind === 'bool'
export const isCollection = (type: Type): type is CollectionType => type.kind === 'list' || type.kind === 'set' || type.kind === 'map'

const sameNames = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => a === b || (a.size === b.size && [...a].every((name) => b.has(name)))

/** Equal in structure, optional attributes included. */
export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true
  if (a.kind !== b.kind) return false
  switch (a.kind) {
    case 'list':
    case 'set':
    case 'map':
      return sameType(a.element, (b as CollectionType).element)
    case 'tuple': {
      const others = (b as TupleType).elements
      return a.elements.length === others.length && a.elements.every((element, i) => element === others[i] || sameType(element, others[i] ?? any))
    }
    case 'object': {
      const other = b as ObjectType
      if (a.attributes.size !== other.attributes.size || !sameNames(a.optional, other.optional)) return false
      for (const [name, type] of a.attributes) {
        const theirs = other.attributes.get(name)
        if (theirs === undefined || !sameType(type, theirs)) return false
      }
      return true
    }
    default:
      return true
  }
}

/** Whether `any` stands anywhere in it: such a type is not settled before a value is. */
export function hasAny(type: Type): boolean {
  switch (type.kind) {
    case 'any':
      return true
    case 'list':
    case 'set':
    case 'map':
      return hasAny(type.element)
    case 'tuple':
      return type.elements.some(hasAny)
    case 'object':
      for (const one of type.attributes.values()) if (hasAny(one)) return true
      return false
    default:
      return false
  }
}

/** The same type with every optional attribute made ordinary: what values have. */
export function withoutOptional(type: Type): Type {
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map': {
      const element = withoutOptional(type.element)
      return element === type.element ? type : { kind: type.kind, element }
    }
    case 'tuple': {
      const elements = type.elements.map(withoutOptional)
      return elements.every((element, i) => element === type.elements[i]) ? type : tupleOf(elements)
    }
    case 'object': {
      let changed = type.optional.size > 0
      const attributes: [string, Type][] = []
      for (const [name, one] of type.attributes) {
        const plain = withoutOptional(one)
        if (plain !== one) changed = true
        attributes.push([name, plain])
      }
      return changed ? objectOf(attributes) : type
    }
    default:
      return type
  }
}

const depths = new WeakMap<Type, number>()

/** How many levels of collections and structures it has. Every type is looked into once. */
export function depthOf(type: Type): number {
  if (type.kind === 'any' || isPrimitive(type)) return 0
  const known = depths.get(type)
  if (known !== undefined) return known
  let inner = 0
  if (isCollection(type)) inner = depthOf(type.element)
  else for (const one of type.kind === 'tuple' ? type.elements : type.attributes.values()) inner = Math.max(inner, depthOf(one))
  if (inner > 0) depths.set(type, inner + 1)
  return inner + 1
}

/** As diagnostics name a type: `list of string`, `object`. `constraint` says "any type" where a value would be called dynamic. */
export function nameOf(type: Type, constraint = false): string {
  switch (type.kind) {
    case 'any':
      return constraint ? 'any type' : 'dynamic'
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind} of ${type.element.kind === 'any' && constraint ? 'any single type' : nameOf(type.element, constraint)}`
    default:
      return type.kind
  }
}
