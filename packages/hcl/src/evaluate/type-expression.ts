/** Type constraints of variables: `string`, `list(number)`, `object({ a = optional(bool, true) })`, and the defaults they carry. */
import { convert } from '../value/convert.ts'
import { any, bool, listOf, mapOf, number, objectOf, setOf, string, tupleOf, type Type } from '../value/type.ts'
import { isKnown, elementsOf, membersOf, nothing, object, tuple, unmark, type Value, withMarks } from '../value/value.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Source } from '../syntax/source.ts'
import type { Call, Expression } from '../syntax/tree.ts'
import { attempt } from './context.ts'
import { problem } from './finding.ts'

/** The defaults of optional attributes, and those inside of members: by attribute, or '' for every element of a collection. */
export type Defaults = { readonly own: ReadonlyMap<string, Value>; readonly inside: ReadonlyMap<string, Defaults> }
export type Constraint = { readonly type: Type; readonly defaults: Defaults | null }

const words: Record<string, Type> = { string, number, bool, any, list: listOf(any), map: mapOf(any), set: setOf(any) }
const simple = (type: Type): Constraint => ({ type, defaults: null })

/** Evaluates what a default is; the caller knows how, since there are no variables in it. */
export type Constant = (node: Expression) => Value

export function constraintOf(node: Expression, source: Source, diagnostics: Diagnostic[], constant: Constant): Constraint {
  const wrong = (at: Expression, detail: string): Constraint => {
    diagnostics.push(problem(source, at, 'Invalid type specification', detail))
    return simple(any)
  }
  const read = (at: Expression): Constraint => {
    // the oldest configurations name types in quotes
    if (at.kind === 'string') return at.value === 'list' || at.value === 'map' || at.value === 'string' ? simple(at.value === 'string' ? string : at.value === 'list' ? listOf(string) : mapOf(string)) : wrong(at, 'A type is not written in quotes.')
    if (at.kind === 'parentheses') return read(at.value)
    if (at.kind === 'wrap') return read(at.part.value)
    if (at.kind === 'traversal' && at.steps.length === 0) {
      const known = words[at.name]
      return known === undefined ? wrong(at, `The keyword "${at.name}" is not a valid type specification.`) : simple(known)
    }
    if (at.kind === 'call') return readCall(at)
    return at.kind === 'error' ? simple(any) : wrong(at, 'A type specification is either a primitive type keyword (bool, number, string) or a complex type constructor call, like list(string).')
  }
  const readCall = (call: Call): Constraint => {
    const [arg, ...more] = call.args
    if (arg === undefined || more.length > 0) return wrong(call, `The ${call.name} type constructor requires one argument.`)
    switch (call.name) {
      case 'list':
      case 'set':
      case 'map': {
        const { type, defaults } = read(arg)
        return { type: { kind: call.name, element: type }, defaults: defaults === null ? null : { own: new Map(), inside: new Map([['', defaults]]) } }
      }
      case 'tuple': {
        if (arg.kind !== 'tuple') return wrong(arg, 'Tuple type constructor requires a list of element types.')
        const parts = arg.items.map(read)
        const inside = new Map(parts.flatMap(({ defaults }, i) => (defaults === null ? [] : [[String(i), defaults] as const])))
        return { type: tupleOf(parts.map(({ type }) => type)), defaults: inside.size === 0 ? null : { own: new Map(), inside } }
      }
      case 'object':
        return arg.kind === 'object' ? readObject(arg) : wrong(arg, 'Object type constructor requires a map whose keys are attribute names and whose values are the corresponding attribute types.')
      default:
        return wrong(call, call.name === 'optional' ? 'Keyword "optional" is valid only as a modifier for object type attributes.' : `Keyword "${call.name}" is not a valid type constructor.`)
    }
  }
  const readObject = (node: Extract<Expression, { kind: 'object' }>): Constraint => {
    const attributes: [string, Type][] = []
    const optional = new Set<string>()
    const own = new Map<string, Value>()
    const inside = new Map<string, Defaults>()
    for (const { key, value } of node.items) {
      const name = key.kind === 'name' ? key.name : key.kind === 'string' ? key.value : undefined
      if (name === undefined) {
        wrong(node, 'Object constructor map keys must be attribute names.')
        continue
      }
      const modified = value.kind === 'call' && value.name === 'optional' ? value : null
      const part = modified?.args[0] ?? value
      const { type, defaults } = read(part)
      attributes.push([name, type])
      if (defaults !== null) inside.set(name, defaults)
      if (modified === null) continue
      optional.add(name)
      const given = modified.args[1]
      if (given === undefined) continue
      const applied = applyDefaults(constant(given), type, defaults)
      const converted = attempt(() => convert(applied, type))
      if (typeof converted === 'string') diagnostics.push(problem(source, given, 'Invalid default value for optional attribute', `This default value is not compatible with the attribute's type constraint: ${converted}.`))
      else own.set(name, converted)
    }
    return { type: objectOf(attributes, optional), defaults: own.size + inside.size === 0 ? null : { own, inside } }
  }
  return read(node)
}

/** Fills in what is missing or null, before the value is converted. What is unknown stays so. */
export function applyDefaults(value: Value, type: Type, defaults: Defaults | null): Value {
  if (defaults === null || value.data === null || !isKnown(value)) return value
  const bare = unmark(value)
  const filled = fill(bare, type, defaults)
  return withMarks(filled, value.marks)
}

function fill(value: Value, type: Type, defaults: Defaults): Value {
  const of = (name: string): Defaults | null => defaults.inside.get(name) ?? null
  if (type.kind === 'object') {
    if (value.type.kind !== 'object' && value.type.kind !== 'map') return value
    const members = new Map(membersOf(value))
    for (const [name, given] of defaults.own) if ((members.get(name) ?? nothing).data === null) members.set(name, given)
    for (const [name, one] of members) members.set(name, applyDefaults(one, type.attributes.get(name) ?? any, of(name)))
    return object(members)
  }
  if (type.kind === 'map') {
    if (value.type.kind !== 'object' && value.type.kind !== 'map') return value
    return object([...membersOf(value)].map(([name, one]) => [name, applyDefaults(one, type.element, of(''))] as const))
  }
  if (type.kind === 'list' || type.kind === 'set') {
    if (value.type.kind !== 'tuple' && value.type.kind !== 'list' && value.type.kind !== 'set') return value
    return tuple(elementsOf(value).map((one) => applyDefaults(one, type.element, of(''))))
  }
  if (type.kind === 'tuple' && value.type.kind === 'tuple') return tuple(elementsOf(value).map((one, i) => applyDefaults(one, type.elements[i] ?? any, of(String(i)))))
  return value
}

