import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mayLoseNumbers, protectNumbers, survives } from '../../src/plan/text/lexemes.ts'
import { parseJson } from '../../src/plan/text/parse.ts'
import { redacted, change } from './plans.ts'

test.each([
  ['9007199254740991', true],
  ['9007199254740993', false],
  ['-9007199254740993', false],
  ['12345678901234567890', false],
  ['0.1', true],
  ['0.30000000000000004', true],
  ['0.1234567890123456789', false],
  ['4.0000000000000000001', false],
  ['1e400', false],
  ['1e-400', false],
  ['1.50', true],
  ['1.500000000000000000000', true],
  ['1e3', true],
  ['0e0', true],
  ['-0', true],
])('%s survives a double: %s', (lexeme, expected) => {
  expect(survives(lexeme)).toBe(expected)
})

test('a number that does not survive is kept as its lexeme, in the redacted text too', () => {
  const text = redacted([change({ after: { id: 1 } })]).text
  expect(text).toContain('"id":1')
  expect(parseJson('{"a":[12345678901234567890, -0.1234567890123456789],"b":{"c":1E400}}')).toEqual({
    a: [{ $number: '12345678901234567890' }, { $number: '-0.1234567890123456789' }],
    b: { c: { $number: '1E400' } },
  })
})

test('digits within strings and keys are never touched', () => {
  const text = '{"12345678901234567890":"a: 12345678901234567890 \\" , 12345678901234567890","b":"\\\\",  "c":1}'
  expect(mayLoseNumbers(text)).toBe(true)
  expect(protectNumbers(text)).toBe(text)
})

test('every JSON value is parsed as the runtime parses it, as long as its numbers survive', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value)
      const safe = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'number' && !survives(String(item)) ? 0 : item))
      expect(parseJson(safe)).toEqual(JSON.parse(safe))
      expect(() => parseJson(text)).not.toThrow()
    }),
  )
})

test('every integer is either read exactly or kept as its digits', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (number) => {
      const parsed = parseJson(`[${number}]`)
      const [item] = Array.isArray(parsed) ? parsed : []
      const digits = typeof item === 'number' ? BigInt(item).toString() : typeof item === 'object' && item !== null && !Array.isArray(item) ? item['$number'] : undefined
      expect(digits).toBe(number.toString())
    }),
  )
})
