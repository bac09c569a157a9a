/** One step of a reference, and iteration over what a reference may pass through. */
import { get, isArray, isPlain, keys, member, members, type PlainObject, RegoObject, RegoSet, type Value } from '../value/index.ts'
import type { Context, Registers } from './context.ts'

/** `value[key]`. */
export function lookup(value: Value, key: Value): Value | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (isArray(value)) return typeof key === 'number' ? value[key] : undefined
  if (value instanceof RegoSet) return value.has(key) ? key : undefined
  if (value instanceof RegoObject) return value.get(key)
  return typeof key === 'string' ? member(value, key) : undefined
}

/** The same in base documents that a path into `data` reaches: there a number finds the name of that text. */
export function lookupBase(value: Value, key: Value): Value | undefined {
  const found = lookup(value, key)
  return found === undefined && typeof key === 'number' && isPlain(value) ? member(value, String(key)) : found
}

/** Names that something inherits: reading them off a value would find what is no member. */
const inherited = new Set<string>()
for (const prototype of [Object.prototype, Array.prototype, RegoSet.prototype, RegoObject.prototype]) {
  for (const name of Object.getOwnPropertyNames(prototype)) inherited.add(name)
}
inherited.add('sorted')

/** `value.name` for a name that is known beforehand. */
export function memberOf(name: string): (value: Value) => Value | undefined {
  if (inherited.has(name) || /^\d/.test(name)) return (value) => lookup(value, name)
  return (value) => {
    if (typeof value !== 'object' || value === null) return undefined
    const found = (value as PlainObject)[name]
    if (found !== undefined) return found
    return value instanceof RegoSet || value instanceof RegoObject ? lookup(value, name) : undefined
  }
}

/** Calls `each` with every key and value, in OPA's order; stops when it returns true. */
export function iterate(value: Value, c: Context, r: Registers, each: (key: Value, value: Value, r: Registers, c: Context) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { query } = c
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (--query.fuel < 0) query.refuel()
      if (each(i, value[i] as Value, r, c)) return true
    }
    return false
  }
  if (value instanceof RegoSet) {
    for (const one of members(value)) {
      if (--query.fuel < 0) query.refuel()
      if (each(one, one, r, c)) return true
    }
    return false
  }
  const list = keys(value)
  if (isPlain(value)) {
    for (const name of list as readonly string[]) {
      if (--query.fuel < 0) query.refuel()
      if (each(name, value[name] as Value, r, c)) return true
    }
    return false
  }
  for (const key of list) {
    if (--query.fuel < 0) query.refuel()
    if (each(key, get(value, key) as Value, r, c)) return true
  }
  return false
}
