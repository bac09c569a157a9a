/** Objects. Nothing is changed in place: arguments belong to others. */
import { equal, get, isArray, isObject, keys, members, ObjectBuilder, type PlainObject, type RegoObject, RegoSet, size, unorderedKeys, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { type Args, arrayAt, elementError, objectAt } from './operand.ts'
import { type Builtin, type BuiltinContext, operandError } from './registry.ts'

export const objects: readonly Builtin[] = [
  define('object.get', 'object, any, any -> any', 'the value under a key or an array of keys, or the third argument', lookUp),
  define('object.keys', 'object -> set', 'the keys', (args, context) => {
    const object = objectAt(args, 1)
    context.spend(size(object))
    return new RegoSet(unorderedKeys(object))
  }),
  define('object.filter', 'object, array|set|object -> object', 'the members whose keys are named', (args, context) => {
    const object = objectAt(args, 1)
    const out = new ObjectBuilder()
    for (const key of keysAt(args, 2, context)) {
      const value = get(object, key)
      if (value !== undefined) out.set(key, value)
    }
    return out.build()
  }),
  define('object.remove', 'object, array|set|object -> object', 'the members whose keys are not named', (args, context) => {
    const object = objectAt(args, 1)
    const without = new RegoSet(keysAt(args, 2, context))
    context.spend(size(object))
    const out = new ObjectBuilder()
    for (const key of unorderedKeys(object)) if (!without.has(key)) out.set(key, get(object, key) as Value)
    return out.build()
  }),
  define('object.union', 'object, object -> object', 'both objects, members of the second first; objects in objects are joined as well', (args, context) => union(objectAt(args, 1), objectAt(args, 2), context)),
  define('object.union_n', 'array -> object', 'all objects of an array, later ones first', (args, context) => {
    let out: PlainObject | RegoObject = {}
    for (const value of arrayAt(args, 1)) {
      if (!isObject(value)) throw elementError(1, args[0] ?? null, value, 'object')
      out = union(out, value, context)
    }
    return out
  }),
  define('object.subset', 'object|set|array, object|set|array -> boolean', 'the second is part of the first; in objects at every depth', (args, context) => {
    const [whole = null, part = null] = args
    if (isObject(whole) && isObject(part)) return objectPart(whole, part, context)
    if (whole instanceof RegoSet && part instanceof RegoSet) return setPart(whole, part, context)
    if (isArray(whole) && isArray(part)) return arrayPart(whole, part, context)
    if (isArray(whole) && part instanceof RegoSet) return setPart(new RegoSet(whole), part, context)
    if (!isObject(whole) && !isArray(whole) && !(whole instanceof RegoSet)) throw operandError(1, whole, 'object', 'set', 'array')
    throw operandError(2, part, 'object', 'set', 'array')
  }),
]

function lookUp(args: Args): Value | undefined {
  const object = objectAt(args, 1)
  const [, key = null, otherwise = null] = args
  if (!isArray(key)) return get(object, key) ?? otherwise
  let value: Value = object
  for (const step of key) {
    const next: Value | undefined = isObject(value) ? get(value, step) : isArray(value) ? (typeof step === 'number' ? value[step] : undefined) : value instanceof RegoSet && value.has(step) ? step : undefined
    if (next === undefined) return otherwise
    value = next
  }
  return value
}

/** The keys that an array, a set, or another object names. */
function keysAt(args: Args, position: number, context: BuiltinContext): readonly Value[] {
  const value = args[position - 1] ?? null
  const found = isArray(value) ? value : value instanceof RegoSet ? members(value) : isObject(value) ? keys(value) : undefined
  if (found === undefined) throw operandError(position, value, 'object', 'set', 'array')
  context.spend(found.length)
  return found
}

function union(a: PlainObject | RegoObject, b: PlainObject | RegoObject, context: BuiltinContext): PlainObject | RegoObject {
  context.spend(size(a) + size(b))
  const out = new ObjectBuilder()
  for (const key of unorderedKeys(a)) out.set(key, get(a, key) as Value)
  for (const key of unorderedKeys(b)) {
    const mine = out.get(key)
    const theirs = get(b, key) as Value
    out.set(key, mine !== undefined && isObject(mine) && isObject(theirs) ? union(mine, theirs, context) : theirs)
  }
  return out.build()
}

function objectPart(whole: PlainObject | RegoObject, part: PlainObject | RegoObject, context: BuiltinContext): boolean {
  context.spend(size(part))
  return unorderedKeys(part).every((key) => {
    const mine = get(whole, key)
    const theirs = get(part, key) as Value
    if (mine === undefined) return false
    if (isObject(mine) && isObject(theirs)) return objectPart(mine, theirs, context)
    if (mine instanceof RegoSet && theirs instanceof RegoSet) return setPart(mine, theirs, context)
    if (isArray(mine) && isArray(theirs)) return arrayPart(mine, theirs, context)
    return equal(mine, theirs)
  })
}

function setPart(whole: RegoSet, part: RegoSet, context: BuiltinContext): boolean {
  context.spend(part.size)
  return [...part].every((value) => whole.has(value))
}

/** The part must stand in the whole without gaps. */
function arrayPart(whole: readonly Value[], part: readonly Value[], context: BuiltinContext): boolean {
  context.spend(whole.length * Math.max(part.length, 1))
  for (let start = 0; start + part.length <= whole.length; start++) {
    if (part.every((value, index) => equal(value, whole[start + index] ?? null))) return true
  }
  return false
}
