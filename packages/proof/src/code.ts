/**
 * The short code: the first 60 bits of a subject digest as 12 Crockford base32 characters. A locator that people can read
 * aloud, not integrity: 60 bits are no digest. What is signed is always the whole one.
 */
import { ProofError } from './errors.ts'

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Twelve characters without hyphens. @throws code_invalid when the input is not a digest in hex */
export function shortCode(digestHex: string): string {
  if (!/^[0-9a-f]{64}$/.test(digestHex)) throw new ProofError('code_invalid', 'a code is made of a subject digest in hex')
  let bits = BigInt(`0x${digestHex.slice(0, 15)}`)
  let code = ''
  for (let i = 0; i < 12; i++) {
    code = letters.charAt(Number(bits & 31n)) + code
    bits >>= 5n
  }
  return code
}

/** XXXX-XXXX-XXXX */
export const formatCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8, 12)}`

/** What a person typed: case, hyphens and spaces do not matter, O is 0, I and L are 1. @throws code_invalid */
export function parseCode(typed: string): string {
  // ASCII first: toUpperCase() would turn other alphabets' letters into ours
  const code = (/^[0-9A-Za-z -]{0,64}$/.test(typed) ? typed : '')
    .toUpperCase()
    .replace(/[- ]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
  if (!/^[0-9A-HJKMNP-TV-Z]{12}$/.test(code)) {
    throw new ProofError('code_invalid', 'this is not a code: it has twelve letters and digits, like K7QF-2M9D-4XWT')
  }
  return code
}
