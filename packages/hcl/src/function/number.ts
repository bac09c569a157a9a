/** Functions over numbers. */
import { absolute, compare, fromBigInt, fromDouble, isInfinite, isInteger, type Num, toDouble, toFloat } from '../value/number.ts'
import { towards } from '../value/float-text.ts'
import { quoteGo } from '../value/quote.ts'
import { any, nameOf, number } from '../value/type.ts'
import { count, isKnown, no, num, numOf, textOf, type Value } from '../value/value.ts'
import { reword, wholeNumber } from './count.ts'
import { fail, failAt, type FunctionSpec } from './spec.ts'

const one = (name: string, run: (n: Num, value: Value) => Value): FunctionSpec => ({
  name,
  params: [{ name: 'num', type: number }],
  returns: number,
  notNull: true,
  run: ([value]) => run(numOf(value ?? no), value ?? no),
})

const rounding =
  (way: 1 | -1) =>
  (n: Num): Value =>
    num(isInfinite(n) ? n : fromBigInt(towards(toFloat(n), way)))

function best(name: string, sign: 1 | -1): FunctionSpec {
  return {
    name,
    params: [],
    rest: { name: 'numbers', type: number },
    returns: number,
    notNull: true,
    run: (args) => {
      if (args.length === 0) return fail('must pass at least one number')
      return args.reduce((chosen, arg) => (compare(numOf(arg), numOf(chosen)) * sign > 0 ? arg : chosen))
    },
  }
}

const double = (n: number): Value => (Number.isNaN(n) ? fail('NaN is not a number') : num(fromDouble(n)))

const log: FunctionSpec = {
  name: 'log',
  params: [{ name: 'num', type: number }, { name: 'base', type: number }],
  returns: number,
  notNull: true,
  run: ([n = no, base = no]) => double(Math.log(toDouble(numOf(n))) / Math.log(toDouble(numOf(base)))),
}

/** The mantissa in [0.5, 1) and the exponent of a finite number that is not zero. */
function split(x: number): [number, number] {
  let exponent = Math.max(-1073, Math.floor(Math.log2(Math.abs(x))) + 1)
  let mantissa = exponent < -1000 ? x * 2 ** 600 * 2 ** (-exponent - 600) : x * 2 ** -(exponent - 1) / 2
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2
    exponent--
  }
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2
    exponent++
  }
  return [mantissa, exponent]
}

function scaled(mantissa: number, exponent: number): number {
  let result = mantissa
  let left = exponent
  while (left > 1000 && Number.isFinite(result)) {
    result *= 2 ** 1000
    left -= 1000
  }
  while (left < -1000 && result !== 0) {
    result *= 2 ** -1000
    left += 1000
  }
  return result * 2 ** left
}

/** Powers by repeated squaring of the mantissa, as Go's mathematics has it: other ways differ from it in the last digits. */
function power(x: number, y: number): number {
  if (y === 0 || x === 1) return 1
  if (y === 1) return x
  if (x === 0 || !Number.isFinite(x) || !Number.isFinite(y)) return x ** y
  if (y === 0.5) return Math.sqrt(x)
  if (y === -0.5) return 1 / Math.sqrt(x)
  let whole = Math.trunc(Math.abs(y))
  let fraction = Math.abs(y) - whole
  if (fraction !== 0 && x < 0) return Number.NaN
  if (whole >= 2 ** 63) return x === -1 ? 1 : Math.abs(x) < 1 === y > 0 ? 0 : Infinity
  let result = 1
  let exponent = 0
  if (fraction !== 0) {
    if (fraction > 0.5) {
      fraction--
      whole++
    }
    result = Math.exp(fraction * Math.log(x))
  }
  let [base, baseExponent] = split(x)
  for (let i = whole; i > 0; i = Math.floor(i / 2)) {
    if (Math.abs(baseExponent) > 4096) {
      exponent += baseExponent
      break
    }
    if (i % 2 === 1) {
      result *= base
      exponent += baseExponent
    }
    base *= base
    baseExponent *= 2
    if (base < 0.5) {
      base += base
      baseExponent--
    }
  }
  return y < 0 ? scaled(1 / result, -exponent) : scaled(result, exponent)
}

const pow: FunctionSpec = {
  name: 'pow',
  params: [{ name: 'num', type: number }, { name: 'power', type: number }],
  returns: number,
  notNull: true,
  run: ([n = no, p = no]) => double(power(toDouble(numOf(n)), toDouble(numOf(p)))),
}

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

const parseint: FunctionSpec = {
  name: 'parseint',
  params: [{ name: 'number', type: any }, { name: 'base', type: number }],
  returns: any,
  notNull: true,
  typeOf: ([given = no]) => (given.type.kind === 'string' ? number : failAt(0, `first argument must be a string, not ${nameOf(given.type)}`)),
  run: ([given = no, baseValue = no]) => {
    const s = textOf(given)
    const base = reword(() => wholeNumber(baseValue), (message) => failAt(1, message))
    if (base < 2 || base > 62) return failAt(1, 'base must be a whole number between 2 and 62 inclusive')
    const digits = /^[+-]/.test(s) ? s.slice(1) : s
    let total = 0n
    for (const c of base <= 36 ? digits.toLowerCase() : digits) {
      const digit = alphabet.indexOf(c)
      if (digit < 0 || digit >= base) return failAt(0, `cannot parse ${quoteGo(s)} as a base ${base} integer`)
      total = total * BigInt(base) + BigInt(digit)
    }
    if (digits === '') return failAt(0, `cannot parse ${quoteGo(s)} as a base ${base} integer`)
    return num(fromBigInt(s.startsWith('-') ? -total : total))
  },
}

const signum = one('signum', (_, value) => {
  if (!isKnown(value) || !isInteger(numOf(value))) wholeNumber(value)
  return count(Math.sign(wholeNumber(value)))
})

export const numbers: readonly FunctionSpec[] = [
  one('abs', (n) => num(absolute(n))), one('ceil', rounding(1)), one('floor', rounding(-1)), signum, best('max', 1), best('min', -1), log, pow, parseint,
]
