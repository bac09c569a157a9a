/**
 * What stands where a value was taken out. A whole value becomes `{"$masked": why}`; a part of a string `(masked:why)`; a key of a map
 * or of for_each `(masked:why N)`, N telling two keys apart. A plan that writes such a mark itself only makes its own value count as
 * hidden, and a hidden value counts as the worst it could be.
 */
import type { Json } from '../shape.ts'

/** Why a value is hidden. `sensitive`: Terraform says so, or it recurs; `named`: its name says so; `reserved`: it imitates a mark. */
export const maskReasons = ['sensitive', 'named', 'private_key', 'aws_key', 'token', 'jwt', 'url_password', 'high_entropy', 'reserved'] as const
export type MaskReason = (typeof maskReasons)[number]

export const masked = (why: MaskReason): Json => ({ $masked: why })
/** On the after side: hidden on both sides, and not the same on both. */
export const maskedChanged = (why: string): Json => ({ $masked: why, changed: true })
export const maskedPart = (why: MaskReason): string => `(masked:${why})`

/** Why this value is hidden, or undefined when it is not: a mark by itself, or a string in which a part is masked. */
export function whyMasked(value: unknown): string | undefined {
  if (typeof value === 'string') return value.includes('(masked:') ? (/\(masked:([a-z_]{1,20})/.exec(value)?.[1] ?? 'reserved') : undefined
  if (typeof value !== 'object' || value === null || !('$masked' in value)) return undefined
  return typeof value.$masked === 'string' ? value.$masked : 'reserved'
}

/** True for `{"$number": "<lexeme>"}`. */
export function isBigNumber(value: { readonly [key: string]: unknown }): value is { $number: string } {
  const lexeme = value['$number']
  return typeof lexeme === 'string' && /^-?[0-9][0-9.eE+-]*$/.test(lexeme) && Object.keys(value).length === 1
}
