/**
 * RFC 8785 (JSON Canonicalization Scheme), narrowed: numbers are safe integers, strings hold no lone surrogate, nesting
 * ends at 64. What cannot be written so is refused, never repaired.
 */
import { utf8 } from '../bytes.ts'
import { ProofError } from '../errors.ts'

export const deepest = 64

const refuse = (why: string): never => {
  throw new ProofError('statement_not_canonical', `this value has no canonical form: ${why}`)
}

const loneSurrogate = /\p{Surrogate}/u

function text(value: string): string {
  if (loneSurrogate.test(value)) refuse('a string holds half of a surrogate pair')
  return JSON.stringify(value) // RFC 8785 section 3.2.2.2 takes ECMAScript's escapes
}

function number(value: number): string {
  if (!Number.isSafeInteger(value)) refuse('a number is not an integer within 2^53')
  return String(value + 0) // minus zero is written 0, as the scheme says
}

function write(value: unknown, depth: number): string {
  if (value === null || value === true || value === false) return String(value)
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number') return number(value)
  if (typeof value !== 'object') return refuse(`a ${typeof value} is not JSON`)
  if (depth >= deepest) return refuse(`it is nested deeper than ${deepest}`)
  if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1)).join(',')}]`

  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) refuse('an object is not a plain one')
  // section 3.2.3: names are sorted by UTF-16 code units, which is what sort() does
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${text(name)}:${write(member, depth + 1)}`)
  return `{${members.join(',')}}`
}

/** @throws ProofError statement_not_canonical */
export const canonicalText = (value: unknown): string => write(value, 0)

/** @throws ProofError statement_not_canonical */
export const canonicalize = (value: unknown): Uint8Array => utf8(canonicalText(value))
