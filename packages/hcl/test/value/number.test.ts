import { describe, expect, test } from 'vitest'
import { add, bitLength, compare, divide, type Float, fromDouble, multiply, rounded, toDouble } from '../../src/value/float.ts'
import { fixed, general, parseFloatText, scientific } from '../../src/value/float-text.ts'
import * as num from '../../src/value/number.ts'
import { random } from '../evaluate/generate.ts'

const seed = 4711

/** As `expect`, which is slow for tens of thousands of cases. */
function same(given: unknown, ours: unknown, theirs: unknown): void {
  if (!Object.is(ours, theirs)) expect([given, ours]).toEqual([given, theirs])
}
const r = random(seed)
const double = (): number => {
  const view = new DataView(new ArrayBuffer(8))
  do {
    view.setUint32(0, Math.floor(r() * 2 ** 32))
    view.setUint32(4, Math.floor(r() * 2 ** 32))
  } while (!Number.isFinite(view.getFloat64(0)))
  return view.getFloat64(0)
}
/** Of a size at which sums and products stay within the range of doubles. */
const modest = (): number => (r() - 0.5) * 2 ** Math.floor(r() * 200 - 100)

describe(`numbers of 53 bits against the machine's own (seed ${seed})`, () => {
  test('are the doubles that they were made of', () => {
    for (let i = 0; i < 2000; i++) {
      const n = double()
      same(n, toDouble(fromDouble(n)), n)
    }
  })

  test('add, multiply, divide and compare as doubles do', () => {
    for (let i = 0; i < 2000; i++) {
      const [a, b] = [modest(), modest()]
      const [x, y] = [fromDouble(a), fromDouble(b)]
      same([a, b], toDouble(add(x, y)), a + b)
      same([a, b], toDouble(multiply(x, y)), a * b)
      same([a, b], toDouble(divide(x, y)), a / b)
      same([a, b], Math.sign(compare(x, y)), Math.sign(a - b))
    }
  })

  test('are printed in the shortest form that reads as the same double', () => {
    for (let i = 0; i < 1000; i++) {
      const n = modest()
      same(n, Number(general(fromDouble(n))), n)
      same(n, scientific(fromDouble(n)).replace(/e([+-])0*(\d+)$/, 'e$1$2'), n.toExponential())
      same(n, Number(fixed(fromDouble(n))), n)
      if (Math.abs(n) < 1e9) same(n, Math.abs(Number(fixed(fromDouble(n), 3)) - n) < 0.000501, true)
    }
  })
})

describe('where the next number is more than one away', () => {
  test('the shortest form never lies half way to it unless it reads as the number', () => {
    for (let k = 0; k < 2000; k++) {
      for (const n of [2 ** 54 + 4 * k, 2 ** 57 + 32 * k]) same(n, Number(fixed(fromDouble(n))), n)
    }
  })
})

describe(`numbers of 512 bits against fractions (seed ${seed})`, () => {
  const exact = ({ negative, mantissa, exponent }: Float): [bigint, bigint] => [(negative ? -mantissa : mantissa) * (exponent > 0 ? 1n << BigInt(exponent) : 1n), exponent < 0 ? 1n << BigInt(-exponent) : 1n]

  test('a quotient is the nearest number of 512 bits', () => {
    for (let i = 0; i < 500; i++) {
      const [a, b] = [BigInt(Math.floor(r() * 2 ** 50)) * 3n ** BigInt(Math.floor(r() * 200)) + 1n, BigInt(Math.floor(r() * 2 ** 50)) * 7n ** BigInt(Math.floor(r() * 150)) + 1n]
      const q = divide(rounded(false, a, 0, 2000), rounded(false, b, 0, 2000), 512)
      expect(bitLength(q.mantissa)).toBeLessThanOrEqual(512)
      const [n, d] = exact(q)
      const off = n * b - a * d
      const [above] = exact({ ...q, mantissa: (q.mantissa << BigInt(512 - bitLength(q.mantissa))) + 1n, exponent: q.exponent - (512 - bitLength(q.mantissa)) })
      const step = above - (n * (above / n)) // one unit in the last place, in the same measure or smaller
      expect(off < 0n ? -off : off).toBeLessThanOrEqual((step > 0n ? step : 1n) * b * d)
    }
  })

  test('text of up to 150 digits is read and printed as itself', () => {
    for (let i = 0; i < 500; i++) {
      const digits = (n: number): string => Array.from({ length: n }, () => Math.floor(r() * 10)).join('')
      const text = `${r() < 0.5 ? '-' : ''}${1 + Math.floor(r() * 9)}${digits(Math.floor(r() * 70))}.${digits(Math.floor(r() * 70))}${1 + Math.floor(r() * 9)}`
      const parsed = parseFloatText(text)
      expect(parsed === undefined ? undefined : fixed(parsed)).toBe(text)
    }
  })
})

describe('both forms of a number', () => {
  test('give the same sums, products, quotients and remainders', () => {
    for (let i = 0; i < 2000; i++) {
      const [a, b] = [Math.floor((r() - 0.5) * 2 ** 40), Math.floor((r() - 0.5) * 2 ** 20) || 1]
      const [x, y] = [num.toFloat(a), num.toFloat(b)]
      for (const operation of [num.add, num.subtract, num.multiply, num.divide, num.modulo]) same([a, b], num.numberText(operation(x, y)), num.numberText(operation(a, b)))
      same([a, b], num.toBigInt(num.modulo(x, y)), BigInt(a) % BigInt(b))
    }
  })

  test.each([
    ['infinity minus infinity', () => num.subtract(Infinity, Infinity)],
    ['zero by zero', () => num.divide(0, 0)],
    ['zero times infinity', () => num.multiply(0, Infinity)],
    ['opposing infinities', () => num.add(Infinity, -Infinity)],
  ])('%s has no answer', (_, work) => {
    expect(work).toThrow(num.ArithmeticError)
  })
})
