/**
 * What may be typed as a code: exactly six ASCII digits, and nothing else that means the same.
 *
 * The adversary has one code that was used and sends it again in another spelling. Where the check of the digits and the memory of
 * what was used disagree about spaces or forms of digits, it is accepted twice (CVE-2025-6015). So there is one form, made here before
 * anything else looks at it; every other text is refused and never repaired. A page may drop spaces while the person types.
 */
import { IdentityError } from '../errors.ts'

declare const typed: unique symbol
/** Six ASCII digits: only `parseTyped` makes one. */
export type TypedCode = string & { readonly [typed]: true }

export function parseTyped(text: string): TypedCode {
  if (isTyped(text)) return text
  throw new IdentityError('code_malformed', 'A code is six digits, without spaces.', 'Type the six digits that the app shows now.')
}

/** `$` alone would let a line feed through at the end. */
function isTyped(text: string): text is TypedCode {
  return text.length === 6 && /^[0-9]{6}$/.test(text)
}
