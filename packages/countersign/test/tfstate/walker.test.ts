import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TfstateError } from '../../src/tfstate/index.ts'
import { Cursor, maxDepth } from '../../src/tfstate/text/cursor.ts'

const seed = Number(process.env['COUNTERSIGN_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const numRuns = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 100_000 : 3000

function walk(bytes: Buffer): string {
  try {
    const cursor = new Cursor(bytes)
    cursor.skip()
    cursor.end()
    return 'accepted'
  } catch (error) {
    if (error instanceof TfstateError) return error.code
    throw error
  }
}
const walkText = (text: string): string => walk(Buffer.from(text))

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Pieces of which every JSON is made, and many texts that are none. */
const pieces = ['{', '}', '[', ']', ',', ':', '"a"', '"b"', '"', '\\', '0', '1', '-', '.', 'e', 'E', '+', 'true', 'false', 'null', 'nul', ' ', '\n', '\t', '\u0001', '\\u00e9', '"\\u0061"', 'é', '😀', '00', '1.5e-3', '\uFEFF', '\u00a0']

describe('the walker', () => {
  test('accepts every JSON that the runtime writes', () => {
    const document = fc.tuple(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(undefined, 1, '\t'))
    fc.assert(fc.property(document, ([value, space]) => walkText(JSON.stringify(value, null, space)) === 'accepted'), { seed, numRuns })
  })

  test('accepts and refuses texts as the runtime does, but for keys that repeat', () => {
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((some) => some.join(''))
    fc.assert(
      fc.property(texts, (text) => {
        const code = walkText(text)
        return code === 'state_duplicate_key' ? repeats(text) : (code === 'accepted') === parses(text)
      }),
      { seed, numRuns: numRuns * 5 },
    )
  })

  test('accepts and refuses a JSON with one byte changed as the runtime does', () => {
    const change = fc.tuple(fc.jsonValue({ maxDepth: 3 }), fc.nat(), fc.integer({ min: 0x20, max: 0x7e }))
    fc.assert(
      fc.property(change, ([value, at, unit]) => {
        const bytes = Buffer.from(JSON.stringify(value))
        bytes[at % bytes.length] = unit
        const text = bytes.toString('utf8')
        const code = walk(bytes)
        // A changed byte may break a character, half a pair, or make two keys one: see below.
        if (code === 'state_duplicate_key' || text.includes('\uFFFD') || /\\u[dD][89a-fA-F]/.test(text)) return true
        return (code === 'accepted') === parses(text)
      }),
      { seed, numRuns },
    )
  })

  test('says of every beginning of a JSON that it ends too early', () => {
    const bytes = Buffer.from('{"a": [1, -2.5e+3, "x\\u00e9\\n é😀", true, false, null, {}], "b": {"c": []}}')
    for (let end = 1; end < bytes.length; end++) {
      const code = walk(bytes.subarray(0, end))
      expect(['state_truncated', 'state_not_json'], `${end}`).toContain(code)
    }
    expect(walkText('{"a": [1, 2')).toBe('state_truncated')
    expect(walkText('{"a": "x')).toBe('state_truncated')
  })
})

/** Does some object of the text name one key twice? By the reviver's own count: it sees each surviving member once. */
function repeats(text: string): boolean {
  if (!parses(text)) return true
  let members = 0
  JSON.parse(text, function (this: unknown, _key, value: unknown) {
    if (typeof this === 'object' && !Array.isArray(this)) members++
    return value
  })
  return (text.replace(/"(?:[^"\\]|\\.)*"/g, '"').match(/:/g)?.length ?? 0) > members - 1
}

describe('what Terraform would read in another way', () => {
  test.each([
    ['twice in one object', '{"a":1,"b":2,"a":3}'],
    ['in order', '{"a":1,"a":2}'],
    ['under an escape', '{"a":1,"\\u0061":2}'],
    ['both escaped', '{"\\u0061":1,"\\u0061":2}'],
    ['deep inside', '{"x":[{"y":{"b":1,"a":2,"b":3}}]}'],
    ['after many others', `{${Array.from({ length: 40 }, (_, i) => `"k${(i * 7) % 40}":1`).join(',')},"k3":1}`],
    ['beyond ASCII', '{"é":1,"\\u00e9":2}'],
  ])('a key %s is refused', (_, text) => {
    expect(walkText(text)).toBe('state_duplicate_key')
  })

  test('keys that only begin alike, or repeat in another object, are accepted', () => {
    expect(walkText('{"ab":1,"a":{"a":1,"ab":2},"abc":[{"a":1},{"a":2}],"":0}')).toBe('accepted')
  })

  test('halves of characters are refused, pairs are not', () => {
    expect(walkText('"\\ud83d\\ude00"')).toBe('accepted')
    for (const half of ['"\\ud83d"', '"\\ude00"', '"\\ud83dx"', '"\\ud83d\\ud83d"', '{"\\udc00":1}']) expect(walkText(half), half).toBe('state_not_json')
  })

  test.each([[[0xff]], [[0xc0, 0xaf]], [[0xe0, 0x80, 0xaf]], [[0xed, 0xa0, 0x80]], [[0xf4, 0x90, 0x80, 0x80]], [[0xf8, 0x88, 0x80, 0x80, 0x80]], [[0xc3]], [[0xe2, 0x82]], [[0x80]]])('bytes that are no UTF-8 are refused: %j', (bytes) => {
    expect(walk(Buffer.from([0x22, ...bytes, 0x22]))).toBe('state_not_json')
  })

  test('every character is accepted as UTF-8', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => walkText(JSON.stringify(text)) === 'accepted'), { seed, numRuns })
  })
})

describe('nesting', () => {
  test.each([
    ['lists', '['.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000)],
    ['both, closed', '[{"a":'.repeat(50_000) + '1' + '}]'.repeat(50_000)],
  ])('100,000 levels of %s are refused without overflowing the stack', (_, text) => {
    expect(walkText(text)).toBe('state_too_deep')
  })

  test('the deepest that is taken', () => {
    expect(walkText('['.repeat(maxDepth) + ']'.repeat(maxDepth))).toBe('accepted')
    expect(walkText('['.repeat(maxDepth + 1) + ']'.repeat(maxDepth + 1))).toBe('state_too_deep')
  })
})
