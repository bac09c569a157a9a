/**
 * Shapes: small readers that take a JSON value and answer it typed, or say where it is not what it should be. An object
 * has exactly the members of its shape: none missing, none unknown. Values are copied, so what was read is what was
 * checked. The first refusal wins, members in the order of the shape; a missing or unknown member comes before any of them.
 */
import { utf8 } from '../bytes.ts'
import type { JsonValue } from '../types/json.ts'

export class ShapeError extends Error {
  readonly path: string
  constructor(path: string, why: string) {
    super(`${path === '' ? 'it' : path} ${why}`)
    this.name = 'ShapeError'
    this.path = path
  }
}

export type Shape<T> = (value: JsonValue, path: string) => T

const refuse = (path: string, why: string): never => {
  throw new ShapeError(path, why)
}

const isObject = (value: JsonValue): value is { readonly [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function object<T extends object>(members: { [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const shapes = Object.entries(members) as [string, Shape<unknown>][]
  const names = new Set(Object.keys(members))
  return (value, path) => {
    if (!isObject(value)) return refuse(path, 'is not an object')
    for (const name of names) if (!Object.hasOwn(value, name)) refuse(`${path}/${name}`, 'is missing')
    for (const name of Object.keys(value)) if (!names.has(name)) refuse(`${path}/${name}`, 'is not known here')
    return Object.fromEntries(shapes.map(([name, shape]) => [name, shape(value[name] ?? null, `${path}/${name}`)])) as T
  }
}

export function array<T>(item: Shape<T>, most: number): Shape<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(path, 'is not an array')
    if (value.length > most) refuse(path, `has more than ${most} items`)
    return value.map((one: JsonValue, i) => item(one, `${path}/${i}`))
  }
}

/** Items in strictly ascending order of one member, by UTF-16 code units. */
export function sorted<T>(items: Shape<T[]>, by: (item: T) => string): Shape<T[]> {
  return (value, path) => {
    const list = items(value, path)
    const names = list.map(by)
    if (names.some((name, i) => i > 0 && name <= (names[i - 1] ?? ''))) refuse(path, 'is not sorted, or names one twice')
    return list
  }
}

/** A string of so many bytes of UTF-8. */
export function text(most: number, least = 0): Shape<string> {
  return (value, path) => {
    if (typeof value !== 'string') return refuse(path, 'is not a string')
    const size = value.length * 3 <= most && value.length >= least ? value.length : utf8(value).length
    if (size < least || size > most) refuse(path, `is not of ${least} to ${most} bytes`)
    return value
  }
}

export function matching(pattern: RegExp, what: string): Shape<string> {
  return (value, path) => (typeof value === 'string' && pattern.test(value) ? value : refuse(path, `is not ${what}`))
}

export function oneOf<const T extends string | number>(...values: readonly T[]): Shape<T> {
  return (value, path) => values.find((one) => one === value) ?? refuse(path, `is not one of ${values.join(', ')}`)
}

export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  return (value, path) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
      ? value
      : refuse(path, `is not an integer from ${least} to ${most}`)
}

export const flag: Shape<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : refuse(path, 'is not true or false')

export const json: Shape<JsonValue> = (value) => value

/** A rule across members, checked after each of them was. */
export function where<T>(shape: Shape<T>, rule: (value: T) => boolean, why: string): Shape<T> {
  return (value, path) => {
    const read = shape(value, path)
    return rule(read) ? read : refuse(path, why)
  }
}

/** A map from short names to short texts. */
export function strings(most: number, name: RegExp, item: Shape<string>): Shape<Record<string, string>> {
  return (value, path) => {
    if (!isObject(value)) return refuse(path, 'is not an object')
    const entries = Object.entries(value)
    if (entries.length > most) refuse(path, `has more than ${most} members`)
    return Object.fromEntries(
      entries.map(([key, one]) => [name.test(key) ? key : refuse(path, 'has a name that is not allowed'), item(one, `${path}/${key}`)]),
    )
  }
}
