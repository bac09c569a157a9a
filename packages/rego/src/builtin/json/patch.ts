/** `json.patch` (RFC 6902). Sets can be patched as well: their members are named by themselves. A patch that fails is undefined. */
import { equal, get, isArray, isObject, ObjectBuilder, RegoSet, unorderedKeys, type Value } from '../../value/index.ts'
import { define } from '../define.ts'
import { arrayAt } from '../operand.ts'
import { type Builtin, type BuiltinContext } from '../registry.ts'
import { pathOf } from './pointer.ts'

class PatchFailure extends Error {}

export const jsonPatch: Builtin = define('json.patch', 'any, array -> any', 'the document after a JSON Patch; undefined where the patch does not fit', (args, context) => {
  const operations = arrayAt(args, 2)
  try {
    return operations.reduce<Value>((document, operation) => apply(document, operation, context), args[0] ?? null)
  } catch (error) {
    if (error instanceof PatchFailure) return undefined
    throw error
  }
})

function apply(document: Value, operation: Value, context: BuiltinContext): Value {
  if (!isObject(operation)) throw new PatchFailure('every element must be an object')
  const field = (name: string): Value => {
    const value = get(operation, name)
    if (value === undefined) throw new PatchFailure(`missing '${name}' attribute`)
    return value
  }
  const path = (name: string): readonly Value[] => {
    const steps = pathOf(field(name))
    if (typeof steps === 'string') throw new PatchFailure(steps)
    return steps
  }
  switch (field('op')) {
    case 'add':
      return insert(document, path('path'), field('value'), context)
    case 'remove':
      return take(document, path('path'), context)
    case 'replace':
      return path('path').length === 0 ? field('value') : insert(take(document, path('path'), context), path('path'), field('value'), context)
    case 'copy':
      return insert(document, path('path'), find(document, path('from')), context)
    case 'move': {
      const moved = find(document, path('from'))
      return insert(take(document, path('from'), context), path('path'), moved, context)
    }
    case 'test':
      if (!equal(find(document, path('path')), field('value'))) throw new PatchFailure('test failed')
      return document
    default:
      throw new PatchFailure('unrecognized op')
  }
}

function find(document: Value, path: readonly Value[]): Value {
  return path.reduce<Value>((value, step) => child(value, step), document)
}

function child(value: Value, step: Value): Value {
  const found = isArray(value) ? value[indexOf(step, value.length - 1)] : value instanceof RegoSet ? (value.has(step) ? step : undefined) : isObject(value) ? get(value, step) : undefined
  if (found === undefined) throw new PatchFailure('the path does not exist')
  return found
}

/** A number, or its digits without a leading zero. */
function indexOf(step: Value, most: number): number {
  const index = typeof step === 'number' ? step : typeof step === 'string' && /^(0|[1-9]\d*)$/.test(step) ? Number(step) : -1
  if (!Number.isInteger(index) || index < 0 || index > most) throw new PatchFailure('the index is out of bounds')
  return index
}

function insert(document: Value, path: readonly Value[], value: Value, context: BuiltinContext): Value {
  if (path.length === 0) return value
  return changed(document, path, context, (parent, step) => {
    if (isArray(parent)) return parent.toSpliced(step === '-' ? parent.length : indexOf(step, parent.length), 0, value)
    if (parent instanceof RegoSet) {
      if (!equal(step, value)) throw new PatchFailure('a member of a set is named by itself')
      return new RegoSet(parent).add(value)
    }
    if (isObject(parent)) return withMember(parent, step, value)
    throw new PatchFailure('the path does not exist')
  })
}

function take(document: Value, path: readonly Value[], context: BuiltinContext): Value {
  if (path.length === 0) return null
  return changed(document, path, context, (parent, step) => {
    child(parent, step)
    if (isArray(parent)) return parent.toSpliced(indexOf(step, parent.length - 1), 1)
    if (parent instanceof RegoSet) return new RegoSet([...parent].filter((member) => !equal(member, step)))
    return withMember(parent, step, undefined)
  })
}

/** The document with the parent of the last step changed, everything on the way to it copied. */
function changed(document: Value, path: readonly Value[], context: BuiltinContext, change: (parent: Value, step: Value) => Value): Value {
  const [step = null, ...rest] = path
  if (rest.length === 0) {
    context.spend(sizeOf(document))
    return change(document, step)
  }
  const below = child(document, step)
  const next = changed(below, rest, context, change)
  context.spend(sizeOf(document))
  if (isArray(document)) return document.with(indexOf(step, document.length - 1), next)
  if (document instanceof RegoSet) return new RegoSet([...document].filter((member) => !equal(member, below))).add(next)
  return withMember(document, step, next)
}

function withMember(object: Value, key: Value, value: Value | undefined): Value {
  const out = new ObjectBuilder()
  if (isObject(object)) for (const old of unorderedKeys(object)) if (!equal(old, key)) out.set(old, get(object, old) as Value)
  if (value !== undefined) out.set(key, value)
  return out.build()
}

const sizeOf = (value: Value): number => (isArray(value) ? value.length : value instanceof RegoSet ? value.size : isObject(value) ? unorderedKeys(value).length : 1)
