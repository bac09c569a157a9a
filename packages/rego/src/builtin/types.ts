/** Types, and casts between them. */
import { isArray, isNumber, isObject, members, parseNumber, RegoSet, typeName, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { type Builtin, BuiltinFault, operandError, operandErrorText } from './registry.ts'

const is = (name: string, what: string, holds: (value: Value) => boolean): Builtin =>
  define(name, 'any -> boolean', `the value is ${what}`, ([value = null]) => holds(value))

const cast = (name: string, type: string, convert: (value: Value) => Value | undefined): Builtin =>
  define(name, `any -> ${type}`, `deprecated: the value, where it is ${type}`, ([value = null]) => {
    const converted = convert(value)
    if (converted === undefined) throw operandError(1, value, ...(type === 'array' || type === 'set' ? ['array', 'set'] : [type]))
    return converted
  })

const only = (holds: (value: Value) => boolean) => (value: Value): Value | undefined => (holds(value) ? value : undefined)
const isBoolean = (value: Value): boolean => typeof value === 'boolean'
const isString = (value: Value): boolean => typeof value === 'string'
const isNull = (value: Value): boolean => value === null

export const types: readonly Builtin[] = [
  is('is_number', 'a number', isNumber),
  is('is_string', 'a string', isString),
  is('is_boolean', 'a boolean', isBoolean),
  is('is_array', 'an array', isArray),
  is('is_set', 'a set', (value) => value instanceof RegoSet),
  is('is_object', 'an object', isObject),
  is('is_null', 'null', isNull),
  define('type_name', 'any -> string', 'the name of the type', ([value = null]) => typeName(value)),
  define('to_number', 'null|boolean|number|string -> number', 'a string, boolean, null or number as a number', ([value = null]) => toNumber(value)),
  cast('cast_array', 'array', (value) => (isArray(value) ? value : value instanceof RegoSet ? [...members(value)] : undefined)),
  cast('cast_set', 'set', (value) => (value instanceof RegoSet ? value : isArray(value) ? new RegoSet(value) : undefined)),
  cast('cast_string', 'string', only(isString)),
  cast('cast_boolean', 'boolean', only(isBoolean)),
  cast('cast_null', 'null', only(isNull)),
  cast('cast_object', 'object', only(isObject)),
]

/** What Go's ParseFloat takes besides digits, and JSON has no number for. */
const unrepresentable = /^[+-]?(nan|inf|infinity)$/i

function toNumber(value: Value): Value {
  if (value === null) return 0
  if (typeof value === 'boolean') return value ? 1 : 0
  if (isNumber(value)) return value
  if (typeof value !== 'string') throw operandError(1, value, 'null', 'boolean', 'number', 'string')
  if (unrepresentable.test(value)) throw operandErrorText(1, 'valid number string', 'string')
  const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)
  if (plain && !Number.isFinite(Number(value))) throw new BuiltinFault(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: value out of range`)
  const number = plain ? parseNumber(value.replace(/^\+/, '').replace(/^(-?)\./, '$10.').replace(/\.(?=$|e)/i, '')) : hexadecimal(value)
  if (number === undefined) throw new BuiltinFault(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`)
  return number
}

/** Go also reads `0x1p-2`. */
function hexadecimal(text: string): number | undefined {
  const parts = /^([+-]?)0[xX]([\da-fA-F]*)(?:\.([\da-fA-F]*))?[pP]([+-]?\d{1,4})$/.exec(text)
  if (parts === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  if (whole + fraction === '') return undefined
  const value = Number(`0x${whole}${fraction}`) * 2 ** (Number(exponent) - 4 * fraction.length)
  return Number.isFinite(value) ? (sign === '-' ? -value : value) : undefined
}
