/** Builtins that belong to the language itself: operators on membership, and what the compiler answers. */
import type { Builtin } from '../builtin/registry.ts'
import { equal, get, isArray, isObject, keys, RegoSet, type Value } from '../value/index.ts'

/** `value in collection`. */
export function isMember(value: Value, collection: Value): boolean {
  if (collection instanceof RegoSet) return collection.has(value)
  if (isArray(collection)) return collection.some((one) => equal(one, value))
  return isObject(collection) && keys(collection).some((key) => equal(get(collection, key) as Value, value))
}

/** `key, value in collection`. */
export function isMemberAt(key: Value, value: Value, collection: Value): boolean {
  let found: Value | undefined
  if (collection instanceof RegoSet) return collection.has(value) && equal(key, value)
  if (isArray(collection)) found = typeof key === 'number' ? collection[key] : undefined
  else if (isObject(collection)) found = get(collection, key)
  return found !== undefined && equal(found, value)
}

const compilerOnly = (name: string, params: readonly string[], about: string): Builtin => ({ name, params, result: 'any', kind: 'compiler', about, call: () => undefined })

const all: readonly Builtin[] = [
  { name: 'internal.member_2', params: ['any', 'any'], result: 'boolean', kind: 'pure', infix: 'in', call: ([value, collection]) => isMember(value as Value, collection as Value) },
  { name: 'internal.member_3', params: ['any', 'any', 'any'], result: 'boolean', kind: 'pure', infix: 'in', call: ([key, value, collection]) => isMemberAt(key as Value, value as Value, collection as Value) },
  compilerOnly('rego.metadata.chain', [], 'The annotations from the rule outwards'),
  compilerOnly('rego.metadata.rule', [], 'The annotations of the rule'),
  { ...compilerOnly('print', [], 'Notes values for the caller, with `<undefined>` for what is not defined'), variadic: true },
]

export const languageBuiltins: ReadonlyMap<string, Builtin> = new Map(all.map((one) => [one.name, one]))
