/** Values: order, equality, exact numbers, JSON in and out. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalText, compare, equal, formatValue, fromJavaScript, objectOf, parseJson, RegoSet, sortValues, stringifyJson, type Value } from '../../src/index.ts'

const scalar: fc.Arbitrary<Value> = fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.bigInt().map((value) => fromJavaScript(value)), fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom('__proto__', 'constructor', '10', '9'))
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('value'), { maxLength: 4 }), fc.array(tie('value'), { maxLength: 4 }).map((items) => new RegoSet(items)), fc.array(fc.tuple(fc.oneof(scalar, tie('value')), tie('value')), { maxLength: 4 }).map((pairs) => objectOf(pairs))),
}))

describe('the order of values', () => {
  test('is total, and equality is what it says is neither less nor more', () => {
    fc.assert(fc.property(value, value, value, (a, b, c) => {
      expect(compare(a, b)).toBe(compare(b, a) === 0 ? 0 : -compare(b, a))
      expect(equal(a, b)).toBe(compare(a, b) === 0)
      expect(canonicalText(a) === canonicalText(b)).toBe(equal(a, b))
      const [x, y, z] = sortValues([a, b, c]) as [Value, Value, Value]
      expect([compare(x, y) <= 0, compare(y, z) <= 0, compare(x, z) <= 0]).toEqual([true, true, true])
      expect(new RegoSet([a, b, a]).size).toBe(equal(a, b) ? 1 : 2)
    }), { numRuns: 500 })
  })

  test('goes by type, then by value', () => {
    const all: Value[] = [null, false, true, -1, 0.5, 1, 2n ** 60n, '', 'a', [], [1], {}, { a: 1 }, new RegoSet(), new RegoSet([1])]
    expect(sortValues(all.toReversed()).map(formatValue)).toEqual(all.map(formatValue))
  })
})

describe('JSON', () => {
  test('integers of any size are exact, other texts are read as JSON.parse reads them', () => {
    expect(parseJson('{"a": [9007199254740993, -12345678901234567890, 1e3, 1.5e1, 1e20]}')).toEqual({ a: [9007199254740993n, -12345678901234567890n, 1000, 15, 100000000000000000000n] })
    fc.assert(fc.property(fc.jsonValue(), (one) => {
      const text = JSON.stringify(one)
      // beyond 2^53 the exact value is another one than the nearest double
      fc.pre(!/(?<![.\d])\d{16}|e\+/.test(text))
      expect(equal(parseJson(text), JSON.parse(text) as Value)).toBe(true)
      // with a number that asks for the exact reader, the rest of the text reads the same
      expect(equal(parseJson(`[${text}, 12345678901234567890]`), [JSON.parse(text) as Value, 12345678901234567890n])).toBe(true)
    }), { numRuns: 500 })
  })

  test('members called __proto__ stay members', () => {
    expect(stringifyJson(parseJson('{"__proto__": 12345678901234567890, "a": 1}'))).toBe('{"__proto__":12345678901234567890,"a":1}')
  })

  test('what is no JSON is an error', () => {
    for (const text of ['', '{', '[1,]', '{"a" 1}', '01', '[12345678901234567890']) expect(() => parseJson(text)).toThrow(SyntaxError)
  })
})
