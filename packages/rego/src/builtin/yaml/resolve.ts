/** What a plain scalar of YAML means to Go's yaml.v2, which is YAML 1.1 with some of 1.2: `yes` is true, `010` is eight. */
import { integer, parseNumber, type Value } from '../../value/index.ts'

const words = new Map<string, Value>()
for (const [value, list] of [
  [true, 'y Y yes Yes YES true True TRUE on On ON'],
  [false, 'n N no No NO false False FALSE off Off OFF'],
  [null, '~ null Null NULL'],
] as const) for (const word of list.split(' ')) words.set(word, value)

const infinite = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/
const float = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/

/** The value of a plain scalar; undefined for the infinities and NaN, which no value of Rego is. */
export function resolvePlain(text: string): Value | undefined {
  if (text === '') return null
  const word = words.get(text)
  if (word !== undefined) return word
  if (infinite.test(text)) return undefined
  return /^[-+.\d]/.test(text) ? (numberOf(text) ?? text) : text
}

function numberOf(text: string): Value | undefined {
  const plain = text.replaceAll('_', '')
  const parts = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]+|0|[1-9]\d*)$/.exec(plain)
  if (parts !== null) {
    const [, sign, digits = '0'] = parts
    const size = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits)
    // beyond 64 bits Go goes on with floats
    if (size < 1n << 64n) return integer(sign === '-' ? -size : size)
  }
  if (!float.test(plain)) return undefined
  return parseNumber(String(Number(plain.replace(/\.(?=$|e)/i, ''))))
}
