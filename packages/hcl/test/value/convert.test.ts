import { describe, expect, test } from 'vitest'
import { convert, convertible, unify } from '../../src/value/convert.ts'
import { display, displayType } from '../../src/value/display.ts'
import { toPlain } from '../../src/value/plain.ts'
import { set } from '../../src/value/set.ts'
import { any, bool, listOf, mapOf, number, objectOf, setOf, string, tupleOf, type Type } from '../../src/value/type.ts'
import { deepMarks, list, map, no, num, object, refinementOf, sensitiveMark, text, tuple, unknown, unmarkDeep, type Value, withMarks } from '../../src/value/value.ts'

const secret = (value: Value): Value => withMarks(value, sensitiveMark)
const shown = (value: Value): string => display(value).replace(/\s+/g, ' ')

describe('conversion', () => {
  test.each<[string, Value, Type, string]>([
    ['a tuple to a list of the one type', tuple([num(1), text('a')]), listOf(string), 'tolist([ "1", "a", ])'],
    ['a tuple to a set, equal elements once', tuple([num(2), text('2'), num(1)]), setOf(number), 'toset([ 1, 2, ])'],
    ['an object to a map', object([['a', num(1)], ['b', no]]), mapOf(string), 'tomap({ "a" = "1" "b" = "false" })'],
    ['an object to one with fewer attributes', object([['a', num(1)], ['b', num(2)]]), objectOf([['a', string]]), '{ "a" = "1" }'],
    ['an object to one with an optional attribute more', object([['a', num(1)]]), objectOf([['a', number], ['z', string]], new Set(['z'])), '{ "a" = 1 "z" = tostring(null) }'],
    ['a map to an object', map(number, [['a', num(1)]]), objectOf([['a', string]]), '{ "a" = "1" }'],
  ])('%s', (_, value, type, text_) => {
    expect(shown(convert(value, type))).toBe(text_)
  })

  test.each<[string, Value, Type, string]>([
    ['text that is no number', text('x'), number, 'a number is required'],
    ['a truth in capitals', text('True'), bool, 'a bool is required; to convert from string, use lowercase "true"'],
    ['a missing attribute', object([]), objectOf([['a', string]]), 'attribute "a" is required'],
    ['two missing attributes', object([]), objectOf([['b', string], ['a', string]]), 'attributes "a" and "b" are required'],
    ['an element deep inside', tuple([object([['a', tuple([])]])]), listOf(objectOf([['a', string]])), 'element 0: attribute "a": string required'],
    ['a list where a map is wanted', list(string, []), mapOf(string), 'map of string required'],
  ])('%s is an error that says so', (_, value, type, message) => {
    expect(() => convert(value, type)).toThrow(message)
  })

  test('a list becomes a set only where losing order and doubles is accepted', () => {
    expect([convertible(listOf(string), setOf(string), true), convertible(listOf(string), setOf(string), false), convertible(setOf(string), listOf(string), false)]).toEqual([true, false, true])
  })

  test('marks stay where they are, and move to a set as a whole', () => {
    const marked = tuple([secret(text('a')), text('b')])
    expect(shown(convert(marked, listOf(string)))).toBe('tolist([ (sensitive value), "b", ])')
    expect(shown(convert(marked, setOf(string)))).toBe('(sensitive value)')
    expect(deepMarks(unmarkDeep(marked)[0])).toBe(0)
  })

  test('of something unknown it stays known how long it is, and that it is not null', () => {
    const converted = convert(unknown(tupleOf([string, number]), { notNull: true }), setOf(string))
    expect([displayType(converted.type), refinementOf(converted)]).toEqual(['set(string)', { notNull: true, shortest: 1, longest: 2 }])
  })
})

describe('one type for several', () => {
  test.each<[string, Type[], string | undefined]>([
    ['primitives', [number, string, bool], 'string'],
    ['a truth and a number', [bool, number], undefined],
    ['objects of one shape', [objectOf([['a', number]]), objectOf([['a', string]])], 'object({ a: string, })'],
    ['objects of different shapes', [objectOf([['a', number]]), objectOf([['b', string]])], 'map(string)'],
    ['tuples of different lengths', [tupleOf([number]), tupleOf([string, string])], 'list(string)'],
    ['a list and a tuple', [listOf(number), tupleOf([string])], 'list(string)'],
    ['a map and an object', [mapOf(number), objectOf([['a', string]])], 'map(string)'],
    ['a tuple and an object', [tupleOf([]), objectOf([])], undefined],
    ['something not known yet and a number', [any, number], 'number'],
    ['something not known yet and an object', [any, objectOf([['a', number]])], 'dynamic'],
  ])('%s', (_, types, name) => {
    const found = unify(types, true)
    expect(found === undefined ? undefined : displayType(found.type).replace(/\s+/g, ' ')).toBe(name)
  })
})

describe('sets', () => {
  test('are ordered by code points, by size, no before yes, and unknown and null behind', () => {
    expect(toPlain(set(string, ['é', 'z', '\u{1f642}', '\uffff', 'a'].map(text)))).toEqual(['a', 'z', 'é', '\uffff', '\u{1f642}'])
    expect(toPlain(set(number, [10, 9, 1, -1].map(num)))).toEqual([-1, 1, 9, 10])
    expect(toPlain(set(string, [unknown(string), { type: string, data: null, marks: 0 }, text('a')]))).toEqual(['a', { unknown: true }, null])
  })

  test('hold an element once, however it was written, and never hold two unknown ones as one', () => {
    expect(toPlain(set(string, [text('e\u0301'), text('\u00e9')]))).toEqual(['é'])
    expect(toPlain(set(string, [unknown(string), unknown(string)]))).toEqual([{ unknown: true }, { unknown: true }])
  })
})
