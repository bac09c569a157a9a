import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalize, canonicalText, parseCanonical, ProofError } from '../../src/index.ts'
import { readJson } from '../../src/canonical/read-json.ts'

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return error instanceof ProofError ? error.code : String(error)
  }
}

const name = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !/\p{Surrogate}/u.test(text))
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.constant(null), fc.boolean(), fc.maxSafeInteger(), name, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 5 }),
  map: fc.dictionary(name, tie('value'), { maxKeys: 5 }),
}))

describe('canonical JSON', () => {
  test('sorts names by UTF-16 code units and escapes as RFC 8785 says', () => {
    // the names of the example in RFC 8785 section 3.2.3
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6']
    const text = canonicalText(Object.fromEntries(names.map((key, i) => [key, i])))
    expect(text).toBe('{"\\r":1,"1":3,"\u0080":5,"\u00f6":6,"\u20ac":0,"\ud83d\ude00":4,"\ufb33":2}')
    expect(canonicalText('\u20ac$\u000f\nA\'B"\\\\"/')).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"')
  })

  test('is read back as what it was, and its order is nobody\'s choice', () => {
    fc.assert(
      fc.property(value, (json) => {
        const text = canonicalText(json)
        expect(parseCanonical(text)).toEqual(json)
        expect(parseCanonical(canonicalize(json))).toEqual(json)
        expect(canonicalText(JSON.parse(text))).toBe(text)
      }),
    )
  })

  test.each([
    ['a duplicate name', '{"a":1,"a":1}'],
    ['a duplicate name with an escape', '{"a":1,"\\u0061":1}'],
    ['another order', '{"b":1,"a":2}'],
    ['a space', '{"a": 1}'],
    ['a newline at the end', '{}\n'],
    ['an escape that is not needed', '"\\u0041"'],
    ['an escaped slash', '"\\/"'],
    ['upper-case hex', '"\\u000F"'],
    ['1.0', '1.0'],
    ['1e2', '1e2'],
    ['minus zero', '-0'],
    ['a fraction', '1.5'],
    ['an integer beyond 2^53', '9007199254740993'],
    ['infinity', '1e999'],
    ['a lone surrogate', '"\\ud800"'],
    ['a lone surrogate in a name', '{"\\udc00":1}'],
    ['a raw lone surrogate', '"\ud800"'],
    ['a byte order mark', '\ufeff{}'],
    ['no JSON', '{'],
    ['nothing', ''],
    ['nesting that is too deep', '['.repeat(65) + ']'.repeat(65)],
    ['a nesting bomb', '['.repeat(1_000_000)],
    ['a nesting bomb that ends', '['.repeat(200_000) + ']'.repeat(200_000)],
  ])('refuses %s', (_, text) => {
    expect(codeOf(() => parseCanonical(text))).toBe('statement_not_canonical')
  })

  test('accepts nesting of 64, and __proto__ as a name like any other', () => {
    expect(codeOf(() => parseCanonical('['.repeat(64) + ']'.repeat(64)))).toBe('accepted')
    const text = '{"__proto__":{"admin":true}}'
    expect(canonicalText(parseCanonical(text))).toBe(text)
    expect(codeOf(() => ({})['admin' as never])).toBe('accepted')
  })

  test.each([
    ['undefined', undefined],
    ['undefined in an object', { a: undefined }],
    ['a hole', [, 1]], // eslint-disable-line no-sparse-arrays
    ['a function', () => 1],
    ['a bigint', 1n],
    ['a date', new Date(0)],
    ['NaN', Number.NaN],
    ['2^53', 2 ** 53],
    ['bytes', new Uint8Array(2)],
  ])('writes no %s', (_, input) => {
    expect(codeOf(() => canonicalText(input))).toBe('statement_not_canonical')
  })

  test('writes no cycle', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    expect(codeOf(() => canonicalText(cycle))).toBe('statement_not_canonical')
  })

  test('any text and any bytes are accepted or refused with the one code', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => void expect(['accepted', 'statement_not_canonical']).toContain(codeOf(() => parseCanonical(text)))))
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void expect(['accepted', 'statement_not_canonical']).toContain(codeOf(() => parseCanonical(bytes)))))
  })
})

describe('JSON that others wrote', () => {
  const parsed = (text: string): unknown => {
    const read = readJson(text)
    return read.ok ? read.value : undefined
  }
  const platform = (text: string): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      return undefined
    }
  }

  test('is read as the platform reads it, where no name occurs twice', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.json().map((text) => ` ${text.replaceAll(',', ' ,\n')}\t`)), (text) => void expect(parsed(text)).toEqual(platform(text))))
  })

  test('is refused where the platform refuses it, and no text makes the reader throw', () => {
    const soup = fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', 'u0041', '0', '1', '-', '.', 'e', 'E', '+', 'true', 'null', ' ', '\n', '\u0000', 'a'), { maxLength: 12 })
    fc.assert(
      fc.property(soup, (parts) => {
        const text = parts.join('')
        const ours = readJson(text)
        if (ours.ok) expect(ours.value).toEqual(platform(text))
        else if (!/twice/.test(ours.why)) expect(platform(text)).toBeUndefined()
      }),
      { numRuns: 3000 },
    )
  })

  test.each([
    ['a name that occurs twice', '{"a":1,"a":1}'],
    ['one that occurs twice by an escape', '{"a":1,"\\u0061":1}'],
    ['nesting that is too deep', '['.repeat(65) + ']'.repeat(65)],
    ['a nesting bomb', '{"a":'.repeat(1_000_000)],
    ['a byte order mark', '\ufeff{}'],
  ])('is refused with %s', (_, text) => {
    expect(readJson(text).ok).toBe(false)
  })
})
