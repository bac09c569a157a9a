/** Values as plain JavaScript, for rules and reports. */
import { isInfinite, numberText, toCount, toDouble, type Num } from './number.ts'
import { elementsOf, membersOf, sensitiveMark, Unknown, type Value } from './value.ts'

/** What stands where there is no value to give. */
export type Placeholder = { readonly unknown: true } | { readonly sensitive: true }
/** What {@link toPlain} gives. */
export type Plain = null | string | number | boolean | Placeholder | readonly Plain[] | { readonly [name: string]: Plain }

/**
 * Lists, sets and tuples as arrays, maps and objects as objects. What is unknown is `{unknown: true}`, what is sensitive `{sensitive: true}` unless
 * `reveal` is given. A number that a double does not hold exactly is the nearest double; an infinity is its text.
 */
export function toPlain(value: Value, reveal = false): Plain {
  if (!reveal && (value.marks & sensitiveMark) !== 0) return { sensitive: true }
  if (value.data instanceof Unknown) return { unknown: true }
  if (value.data === null) return null
  switch (value.type.kind) {
    case 'string':
      return value.data as string
    case 'bool':
      return value.data === true
    case 'number':
      return isInfinite(value.data as Num) ? numberText(value.data as Num) : (toCount(value.data as Num) ?? toDouble(value.data as Num))
    case 'map':
    case 'object':
      return Object.fromEntries([...membersOf(value)].map(([name, one]) => [name, toPlain(one, reveal)]))
    default:
      return elementsOf(value).map((one) => toPlain(one, reveal))
  }
}
