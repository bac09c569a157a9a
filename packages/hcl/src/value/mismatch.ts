/** In words why a value of one type is not accepted where another is wanted. Made only after a conversion was not possible. */
import type { Between } from './unify.ts'
import { quoteGo } from './quote.ts'
import { compareStrings } from './order.ts'
import { isCollection, nameOf, type ObjectType, sameType, type Type, type CollectionType } from './type.ts'

const required = (want: Type): string => `${nameOf(want, true)} required`

export function mismatchWith(between: Between, got: Type, want: Type): string {
  if (got.kind === 'object' && want.kind === 'object') return betweenObjects(between, got, want)
  if (isCollection(want) && want.element.kind === 'any') {
    if (got.kind === 'tuple' && (want.kind === 'list' || want.kind === 'set')) return `all ${want.kind} elements must have the same type`
    if (got.kind === 'object' && want.kind === 'map') return 'all map elements must have the same type'
  }
  if ((got.kind === 'tuple' || got.kind === 'object') && isCollection(want)) return fromStructure(between, got, want)
  if (isCollection(got) && isCollection(want)) {
    const sequences = (got.kind === 'list' || got.kind === 'set') && want.kind !== 'map'
    if (!sequences && got.kind !== want.kind) return required(want)
    return `incorrect ${want.kind} element type: ${mismatchWith(between, got.element, want.element)}`
  }
  return required(want)
}

function betweenObjects(between: Between, got: ObjectType, want: ObjectType): string {
  const missing: string[] = []
  let unsafe: string | undefined
  let safe: string | undefined
  for (const [name, wanted] of want.attributes) {
    const given = got.attributes.get(name)
    if (given === undefined) {
      if (!want.optional.has(name)) missing.push(name)
      continue
    }
    if (sameType(given, wanted)) continue
    if (unsafe === undefined && between(given, wanted, true) === undefined) unsafe = `attribute ${quoteGo(name)}: ${mismatchWith(between, given, wanted)}`
    if (safe === undefined && between(given, wanted, false) === undefined) safe = `attribute ${quoteGo(name)}: ${mismatchWith(between, given, wanted)}`
  }
  const quoted = missing.sort(compareStrings).map(quoteGo)
  if (quoted.length === 1) return `attribute ${quoted[0]} is required`
  if (quoted.length === 2) return `attributes ${quoted[0]} and ${quoted[1]} are required`
  if (quoted.length > 2) return `attributes ${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)} are required`
  return unsafe ?? safe ?? 'incorrect object attributes'
}

function fromStructure(between: Between, got: Type, want: CollectionType): string {
  const fits = want.kind === 'map' ? got.kind === 'object' : got.kind === 'tuple'
  if (!fits) return required(want)
  const members: [string, Type][] = got.kind === 'tuple' ? got.elements.map((one, i) => [String(i), one]) : got.kind === 'object' ? [...got.attributes].map(([name, one]) => [quoteGo(name), one]) : []
  for (const [label, one] of members) {
    if (sameType(one, want.element) || between(one, want.element, true) !== undefined) continue
    return `element ${label}: ${mismatchWith(between, one, want.element)}`
  }
  return `all elements must be ${nameOf(want.element, true)}`
}

