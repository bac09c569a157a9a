/**
 * The order of a set's elements: primitives by their own order, everything else by a text made from its content. Unknown
 * elements stand behind the known ones, null behind them all. Elements with an unknown inside never equal another.
 */
import { general } from './float-text.ts'
import { compare, isInfinite, numberText, toFloat, type Num } from './number.ts'
import { compareStrings } from './order.ts'
import { quoteGo } from './quote.ts'
import { sameType } from './type.ts'
import { Unknown, type Value } from './value.ts'

export function compareSetElements(a: Value, b: Value): number {
  const aUnknown = a.data instanceof Unknown
  const bUnknown = b.data instanceof Unknown
  if (a.data === null || b.data === null) return a.data === b.data ? 0 : a.data === null ? 1 : -1
  if (aUnknown || bUnknown) return aUnknown === bUnknown ? 0 : aUnknown ? 1 : -1
  switch (a.type.kind) {
    case 'string':
      return compareStrings(a.data as string, b.data as string)
    case 'number':
      return compare(a.data as Num, b.data as Num)
    case 'bool':
      return Number(a.data) - Number(b.data)
    default:
      return compareStrings(orderText(a), orderText(b))
  }
}

const texts = new WeakMap<Value, string>()

function orderText(value: Value): string {
  const known = texts.get(value)
  if (known !== undefined) return known
  const made = makeOrderText(value)
  texts.set(value, made)
  return made
}

function makeOrderText(value: Value): string {
  if (value.data instanceof Unknown) return '?'
  if (value.data === null) return '~'
  switch (value.type.kind) {
    case 'number':
      return isInfinite(value.data as Num) ? numberText(value.data as Num) : general(toFloat(value.data as Num), 10)
    case 'bool':
      return value.data === true ? 'T' : 'F'
    case 'string':
      return quoteGo(value.data as string)
    case 'map':
      return `{${[...(value.data as ReadonlyMap<string, Value>)].map(([key, one]) => `${quoteGo(key)}:${orderText(one)};`).join('')}}`
    case 'object':
      return `<${[...(value.data as ReadonlyMap<string, Value>).values()].map((one) => `${orderText(one)};`).join('')}>`
    case 'tuple':
      return `<${(value.data as readonly Value[]).map((one) => `${orderText(one)};`).join('')}>`
    default:
      return `[${(value.data as readonly Value[]).map((one) => `${orderText(one)};`).join('')}]`
  }
}

/** Certain equality of two values without marks: false when anything that would decide is unknown. */
export function equalElements(a: Value, b: Value): boolean {
  if (a.data instanceof Unknown || b.data instanceof Unknown) return false
  if (a.data === null || b.data === null) return a.data === b.data
  if (!sameType(a.type, b.type)) return false
  if (a.type.kind === 'number') return compare(a.data as Num, b.data as Num) === 0
  if (Array.isArray(a.data) && Array.isArray(b.data)) {
    const others = b.data as readonly Value[]
    const own = a.data as readonly Value[]
    return own.length === others.length && own.every((one, i) => others[i] !== undefined && equalElements(one, others[i]))
  }
  if (a.data instanceof Map && b.data instanceof Map) {
    const others = b.data as ReadonlyMap<string, Value>
    const own = a.data as ReadonlyMap<string, Value>
    if (own.size !== others.size) return false
    for (const [name, one] of own) {
      const other = others.get(name)
      if (other === undefined || !equalElements(one, other)) return false
    }
    return true
  }
  return a.data === b.data
}
