/** Recovery codes as people write them down: sixteen Crockford characters in groups of four, 80 random bits. */
import type { Random } from '../../platform/random.ts'

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 80 bits: sixteen characters of five. */
const codeBytes = 10

declare const canonical: unique symbol
/** Sixteen upper-case characters without hyphens. */
export type RecoveryCode = string & { readonly [canonical]: true }

export function newRecoveryCode(random: Random): RecoveryCode {
  let bits = BigInt(`0x${Buffer.from(random.bytes(codeBytes)).toString('hex')}`)
  let code = ''
  for (let at = 0; at < 16; at++) {
    code = letters.charAt(Number(bits & 31n)) + code
    bits >>= 5n
  }
  return canonicalRecoveryCode(code) ?? refuse()
}

/** XXXX-XXXX-XXXX-XXXX */
export function shownRecoveryCode(code: RecoveryCode): string {
  return code.replaceAll(/(.{4})(?=.)/g, '$1-')
}

/** Case, hyphens and ordinary spaces do not matter, O is 0, I and L are 1; null for what is no code. ASCII first, then the case. */
export function canonicalRecoveryCode(text: string): RecoveryCode | null {
  if (!/^[0-9A-Za-z -]{16,64}$/.test(text)) return null
  const code = text.replaceAll(/[- ]/g, '').toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return isCode(code) ? code : null
}

function isCode(code: string): code is RecoveryCode {
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(code)
}

function refuse(): never {
  throw new TypeError('a new recovery code is a recovery code')
}
