/**
 * What a password must be: SP 800-63B-4 section 3.1.1.2. It is only ever the first of two factors here, never a session by itself, so
 * the length that is asked is that of a password used with another factor: 8 characters (it would be 15 if it stood alone). Each Unicode
 * code point counts as one; up to 256 are taken (at least 64 must be), none is cut off; no rule about kinds of characters; no
 * expiry. Refused: what is on a list of common ones, or made of this product's words, the person's name or their sign-in name.
 */
import { IdentityError } from '../errors.ts'
import { commonPasswords, contextWords } from './common.ts'

export const shortest = 8
export const longest = 256

declare const canonical: unique symbol
/** In NFC: the same characters typed on two keyboards are the same bytes. Only this file makes one. */
export type CanonicalPassword = string & { readonly [canonical]: true }

/** For sign-in: whatever was typed, in the form it would be kept in; null for what could never have been set. */
export function canonicalPassword(text: string): CanonicalPassword | null {
  const normal = text.normalize('NFC')
  return isCanonical(normal) ? normal : null
}

/** For setting one. `about`: names that belong to the person. */
export function parsePassword(text: string, about: readonly string[]): CanonicalPassword {
  const password = canonicalPassword(text)
  if (password === null || Array.from(password).length < shortest) {
    throw unfit(`A password has ${shortest} to ${longest} characters, and no control characters.`, 'A few words in a row are easy to remember and hard to guess.')
  }
  const lower = password.toLowerCase()
  if (commonPasswords.has(lower) || commonPasswords.has(withoutEnds(lower))) throw unfit('This password is one of the first that anybody would try.', 'Choose another one.')
  if (isPattern(lower)) throw unfit('This password is a pattern that goes on.', 'Choose another one.')
  if (isMadeOf(lower, [...contextWords, ...about.flatMap(wordsOf)])) {
    throw unfit('This password is made of your name or of what this is about.', 'Choose something that has nothing to do with either.')
  }
  return password
}

/** Lone surrogates have no UTF-8; control characters come from accidents, and cannot be typed again. */
function isCanonical(text: string): text is CanonicalPassword {
  return Array.from(text).length <= longest && !/[\p{Cc}\p{Cs}]/u.test(text)
}

function withoutEnds(text: string): string {
  return text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
}

/** aaaaaaaa, 12121212, abcdefgh, 87654321: one character, a short unit again and again, or steps of one. */
function isPattern(text: string): boolean {
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  for (let unit = 1; unit <= 3; unit++) if (points.every((point, at) => at < unit || point === points[at - unit])) return true
  return [1, -1].some((step) => points.every((point, at) => at === 0 || point === (points[at - 1] ?? 0) + step))
}

const leastOfItsOwn = 4

/** Less than four letters or digits are left when the words are taken out; digits at the ends are not counted. */
function isMadeOf(text: string, words: readonly string[]): boolean {
  let rest = text
  for (const word of [...words].sort((a, b) => b.length - a.length)) rest = rest.replaceAll(word, ' ')
  if (rest === text) return false
  return Array.from(rest.replaceAll(/[^\p{L}\p{N}]/gu, '').replace(/^\p{N}+|\p{N}+$/gu, '')).length < leastOfItsOwn
}

function wordsOf(name: string): string[] {
  const lower = name.normalize('NFC').toLowerCase()
  return [lower, ...lower.split(/[^\p{L}\p{N}]+/u)].filter((word) => Array.from(word).length >= 3)
}

function unfit(what: string, next: string): IdentityError {
  return new IdentityError('password_unfit', what, next)
}
