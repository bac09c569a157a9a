/** Properties, against what Node and JavaScript know by themselves. fast-check prints the seed of what it refutes. */
import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equal, type Value } from '../../src/index.ts'
import { answer, call } from '../support/call.ts'

const runs = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 5_000 : 60
const holds = <Inputs extends [unknown, ...unknown[]]>(arbitraries: { [Index in keyof Inputs]: fc.Arbitrary<Inputs[Index]> }, check: (...inputs: Inputs) => void): void =>
  fc.assert(fc.property(...arbitraries, check), { numRuns: runs })

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const json: fc.Arbitrary<Value> = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Value>
const byteText = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64'))

describe('encodings', () => {
  test('every sequence of bytes survives base64, hexadecimal and back', () => {
    holds([byteText], (encoded) => {
      const bytes = call('base64.decode', [encoded]) as Value
      expect(call('base64.encode', [bytes])).toBe(encoded)
      expect(call('hex.encode', [bytes])).toBe(Buffer.from(encoded, 'base64').toString('hex'))
      expect(call('hex.decode', [Buffer.from(encoded, 'base64').toString('hex')])).toBe(bytes)
      expect(call('base64url.encode_no_pad', [bytes])).toBe(Buffer.from(encoded, 'base64').toString('base64url'))
    })
  })

  test('digests of all bytes are those of Node', () => {
    holds([byteText, byteText], (message, key) => {
      const [m, k] = [Buffer.from(message, 'base64'), Buffer.from(key, 'base64')]
      const decoded = [call('base64.decode', [message]), call('base64.decode', [key])] as Value[]
      expect(call('crypto.sha256', decoded.slice(0, 1))).toBe(createHash('sha256').update(m).digest('hex'))
      expect(call('crypto.hmac.sha512', decoded)).toBe(createHmac('sha512', k).update(m).digest('hex'))
    })
  })

  test('URL queries are those of URLSearchParams, but for what it escapes beyond need', () => {
    holds([text], (given) => {
      const escaped = call('urlquery.encode', [given]) as string
      expect(call('urlquery.decode', [escaped])).toBe(given)
      expect([...new URLSearchParams(`a=${escaped}`).values()]).toEqual([given])
    })
  })

  test('JSON and YAML give back every value', () => {
    holds([json], (value) => {
      expect(equal(call('json.unmarshal', [call('json.marshal', [value]) as Value]) as Value, value)).toBe(true)
      // beyond 64 bits Go's YAML has floats alone
      fc.pre(!/\d{17}|e\+/.test(JSON.stringify(value)))
      const written = call('yaml.marshal', [value]) as string
      const read = call('yaml.unmarshal', [written]) as Value
      expect(equal(read, value), written).toBe(true)
    })
  })

  test('YAML gives back every string, also those that look like something else', () => {
    const tricky = fc.oneof(text, fc.constantFrom('yes', 'No', '1e3', '0x1', '~', '- a', 'a: b', '# x', ' lead', 'trail ', '2001-01-01', 'a\nb\n\n', '\t', '', '@x', "it's", '"q"', '1:30', '.inf', '<<', '=', '? a', '...'))
    holds([tricky, tricky], (key, value) => {
      expect(call('yaml.unmarshal', [call('yaml.marshal', [{ [key]: [value] }]) as Value])).toEqual({ [key]: [value] })
    })
  })
})

describe('numbers', () => {
  test('sums and products of decimals are exact to the nearest double', () => {
    const cents = fc.integer({ min: -1_000_000, max: 1_000_000 })
    holds([cents, cents], (a, b) => {
      expect(call('plus', [a / 100, b / 100])).toBe((a + b) / 100 + 0)
      expect(call('mul', [a / 100, b / 100])).toBe((a * b) / 10_000 + 0)
    })
  })

  test('integers of any size add, multiply and divide exactly', () => {
    const big = fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n })
    holds([big, big], (a, b) => {
      expect(answer(`(${a} + ${b}) - ${b} == ${a}`)).toBe('true')
      expect(answer(`${a} * ${b} == ${a * b}`)).toBe('true')
      if (b !== 0n) expect(answer(`(${a * b}) / ${b} == ${a}`)).toBe('true')
    })
  })

  test('sprintf writes floats as JavaScript does, where both must agree', () => {
    holds([fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), fc.integer({ min: 0, max: 9 })], (value, precision) => {
      fc.pre(!Number.isInteger(value))
      const written = call('sprintf', ['%.12e', [value]]) as string
      expect(Number(written)).toBe(Number(value.toExponential(12)))
      expect((call('sprintf', [`%.${precision}f`, [value]]) as string).split('.')[1]?.length ?? 0).toBe(precision)
    })
  })
})

describe('text', () => {
  test('substring, indexof and count agree about characters', () => {
    holds([text, text], (a, b) => {
      const whole = a + b
      expect(call('substring', [whole, call('count', [a]) as Value, -1])).toBe(b)
      expect(call('strings.reverse', [call('strings.reverse', [a]) as Value])).toBe(a)
      if (b !== '') expect(call('substring', [whole, call('indexof', [whole, b]) as Value, call('count', [b]) as Value])).toBe(b)
    })
  })

  test('a quoted text is a pattern, a glob and a template of itself', () => {
    holds([text], (given) => {
      expect(call('glob.match', [call('glob.quote_meta', [given]) as Value, [], given])).toBe(true)
      if (!given.includes('{{')) expect(call('strings.render_template', [given, {}])).toBe(given)
    })
  })

  test('patterns of letters, dots and stars match as in JavaScript', () => {
    const pattern = fc.array(fc.constantFrom('a', 'b', '.', '[ab]', 'a*', '(a|b)', 'b+', 'a?'), { maxLength: 6 }).map((parts) => parts.join(''))
    const subject = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 10 })
    holds([pattern, subject], (given, over) => {
      expect(call('regex.match', [`^${given}$`, over])).toBe(new RegExp(`^${given}$`, 'u').test(over))
      expect(call('regex.find_n', [given === '' ? 'x' : given, over, -1])).toEqual([...over.matchAll(new RegExp(given === '' ? 'x' : given, 'gu'))].filter((found, index, all) => found[0] !== '' || index === 0 || (all[index - 1]?.index ?? 0) + (all[index - 1]?.[0].length ?? 0) !== found.index).map((found) => found[0]))
    })
  })
})

describe('time', () => {
  test('dates and clocks in UTC are those of JavaScript', () => {
    holds([fc.integer({ min: -9_000_000_000, max: 9_000_000_000 })], (seconds) => {
      const at = BigInt(seconds) * 1_000_000_000n
      const date = new Date(seconds * 1000)
      const nanoseconds = Number.isSafeInteger(Number(at)) ? Number(at) : at
      expect(call('time.date', [nanoseconds])).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()])
      expect(call('time.clock', [nanoseconds])).toEqual([date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()])
      expect(call('time.parse_rfc3339_ns', [date.toISOString()])).toEqual(nanoseconds)
    })
  })

  test('what a layout writes with an offset, it reads', () => {
    const zone = fc.constantFrom('Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC', 'America/Sao_Paulo')
    holds([fc.integer({ min: 0, max: 4_000_000_000 }), zone], (seconds, name) => {
      const at = BigInt(seconds) * 1_000_000_000n
      const layout = 'Monday, 02 January 2006 15:04:05.000 -07:00'
      const written = call('time.format', [[at, name, layout]]) as string
      expect(call('time.parse_ns', [layout, written])).toEqual(Number.isSafeInteger(Number(at)) ? Number(at) : at)
    })
  })
})

describe('networks', () => {
  test('merged networks hold the same addresses', () => {
    const network = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 })).map(([last, prefix]) => `10.0.0.${last}/${prefix}`)
    holds([fc.array(network, { maxLength: 6 })], (networks) => {
      const addresses = `{a | some n in input.n; some a in net.cidr_expand(n)}`
      expect(answer(`${addresses} == {a | some n in net.cidr_merge(input.n); some a in net.cidr_expand(n)}`, { input: { n: networks } })).toBe('true')
      expect(answer('count(net.cidr_merge(input.n)) <= count(input.n)', { input: { n: networks } })).toBe('true')
    })
  })
})

describe('documents', () => {
  test('a patch that adds and removes again changes nothing', () => {
    holds([fc.dictionary(fc.string({ maxLength: 4 }), json, { maxKeys: 4 }), fc.string({ minLength: 1, maxLength: 5 }), json], (document, key, value) => {
      fc.pre(!Object.hasOwn(document, key) && !key.startsWith('/') && key !== '__proto__')
      const path = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
      const patched = call('json.patch', [document, [{ op: 'add', path, value }, { op: 'test', path, value }, { op: 'remove', path }]])
      expect(equal(patched as Value, document as Value)).toBe(true)
    })
  })

  test('what walk names, object.get finds', () => {
    holds([json], (value) => {
      expect(answer('count([p | [p, v] := walk(input); object.get({"r": input}, array.concat(["r"], p), "missing") != v]) == 0', { input: value })).toBe('true')
    })
  })
})
