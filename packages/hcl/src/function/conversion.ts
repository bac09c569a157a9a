/** Functions that convert, and those that look at marks and leave the value as it is. */
import { conversionBetween, convert, mismatch } from '../value/convert.ts'
import { ValueError } from '../value/error.ts'
import { quoteGo } from '../value/quote.ts'
import { any, bool, listOf, mapOf, nameOf, number, sameType, setOf, string, type Type } from '../value/type.ts'
import { deepMarks, elementsOf, ephemeralMark, isKnown, membersOf, no, nullOf, sensitiveMark, truth, unknown, Unknown, type Value, withMarks } from '../value/value.ts'
import { failAt, type FunctionSpec } from './spec.ts'

const whatever = { name: 'value', type: any, nullable: true, dynamic: true, unknown: true, marked: true } as const

function failedConversion(value: Value, to: Type): never {
  const wanted = nameOf(to, true)
  if ((deepMarks(value) & sensitiveMark) !== 0) return failAt(0, `cannot convert this sensitive ${nameOf(value.type)} to ${wanted}`)
  const what = typeof value.data === 'string' ? quoteGo(value.data) : 'string'
  if (value.type.kind === 'string' && to.kind === 'bool') return failAt(0, `cannot convert ${what} to bool; only the strings "true" or "false" are allowed`)
  if (value.type.kind === 'string' && to.kind === 'number') return failAt(0, `cannot convert ${what} to number; given string must be a decimal representation of a number`)
  return failAt(0, `cannot convert ${nameOf(value.type)} to ${wanted}`)
}

function to(name: string, wanted: Type): FunctionSpec {
  return {
    name,
    params: [{ ...whatever, name: 'v' }],
    returns: wanted,
    typeOf: ([value = no]) => {
      if (sameType(value.type, wanted) || conversionBetween(value.type, wanted, true) !== undefined) return wanted
      const pair = value.type.kind === wanted.kind && (wanted.kind === 'tuple' || wanted.kind === 'object')
      return failAt(0, pair ? `incompatible ${wanted.kind} type for conversion: ${mismatch(value.type, wanted)}` : `cannot convert ${nameOf(value.type)} to ${nameOf(wanted, true)}`)
    },
    run: ([value = no]) => {
      if (!isKnown(value)) {
        const converted = convert(value, wanted)
        return withMarks(unknown(converted.type), value.marks)
      }
      try {
        return convert(value, wanted)
      } catch (error) {
        if (error instanceof ValueError) return failedConversion(value, wanted)
        throw error
      }
    },
  }
}

const same = (name: string, change: (value: Value) => Value): FunctionSpec => ({
  name,
  params: [whatever],
  returns: any,
  typeOf: ([value = no]) => value.type,
  run: ([value = no]) => change(value),
})

const issensitive: FunctionSpec = {
  name: 'issensitive',
  params: [whatever],
  returns: bool,
  run: ([value = no]) => ((value.marks & sensitiveMark) !== 0 ? truth(true) : isKnown(value) ? no : unknown(bool)),
}

/** What is only for the moment becomes null, wherever it stands; its type stays. */
function withoutEphemeral(value: Value): Value {
  if ((value.marks & ephemeralMark) !== 0) {
    const marks = value.marks & ~ephemeralMark
    return withMarks(value.data instanceof Unknown ? unknown(value.type) : nullOf(value.type), marks)
  }
  if ((deepMarks(value) & ephemeralMark) === 0) return value
  const data = value.data instanceof Map ? new Map([...membersOf(value)].map(([name, one]) => [name, withoutEphemeral(one)])) : elementsOf(value).map(withoutEphemeral)
  return { type: value.type, data, marks: value.marks }
}

export const conversions: readonly FunctionSpec[] = [
  to('tostring', string), to('tonumber', number), to('tobool', bool), to('tolist', listOf(any)), to('toset', setOf(any)), to('tomap', mapOf(any)),
  same('sensitive', (value) => withMarks(value, sensitiveMark)),
  same('nonsensitive', (value) => ({ ...value, marks: value.marks & ~sensitiveMark })),
  same('ephemeralasnull', withoutEphemeral),
  issensitive,
]
