/** The constraints of `io.jwt.decode_verify`. Unknown ones are refused: a check that is misspelt must not be a check that is skipped. */
import { bare, compare, entries, get, integer, isArray, isNumber, type PlainObject, type RegoNumber, type RegoObject } from '../../value/index.ts'
import { divided } from '../decimal.ts'
import { type BuiltinContext, BuiltinFault } from '../registry.ts'
import { type VerificationKey, verificationKeys } from './keys.ts'
import { bytesOf } from '../text/utf8.ts'
import type { Claims } from './token.ts'

export type Constraints = {
  readonly keys: readonly VerificationKey[]
  readonly alg: string
  readonly iss: string
  readonly aud: string
  /** Seconds. */
  readonly time: RegoNumber
}

export function constraintsOf(object: PlainObject | RegoObject, context: BuiltinContext): Constraints {
  const texts: Record<string, string> = { secret: '', alg: '', iss: '', aud: '' }
  let keys: VerificationKey[] | undefined
  let time: RegoNumber = integer(context.now)
  for (const [key, value] of entries(object)) {
    const name = bare(key)
    if (name === 'cert') {
      if (typeof value !== 'string') throw new BuiltinFault('cert constraint: must be a string')
      keys = verificationKeys(value)
    } else if (name === 'time') {
      if (!isNumber(value)) throw new BuiltinFault('token time constraint: must be a number')
      if (value < 0) throw new BuiltinFault('token time constraint: must not be negative')
      time = value
    } else if (Object.hasOwn(texts, name)) {
      if (typeof value !== 'string') throw new BuiltinFault(`${name} constraint: must be a string`)
      texts[name] = value
    } else throw new BuiltinFault(`unknown token validation constraint: ${name}`)
  }
  const { secret = '', alg = '', iss = '', aud = '' } = texts
  if (keys !== undefined && secret !== '') throw new BuiltinFault('duplicate key constraints')
  if (keys === undefined && secret === '') throw new BuiltinFault('no key constraint')
  return { keys: keys ?? [{ key: { kind: 'secret', bytes: bytesOf(secret) }, alg: '', kid: '' }], alg, iss, aud, time: divided(time, 1_000_000_000) ?? 0 }
}

/** Issuer, audience, expiry, not before (RFC 7519, section 4.1). A token for an audience is refused where none was asked for. */
export function claimsHold(claims: Claims, { iss, aud, time }: Constraints): boolean {
  if (iss !== '' && get(claims, 'iss') !== iss) return false
  const audience = get(claims, 'aud')
  if (audience === undefined ? aud !== '' : !(audience === aud || (isArray(audience) && audience.includes(aud)))) return false
  const expiry = get(claims, 'exp')
  if (expiry !== undefined && !isNumber(expiry)) throw new BuiltinFault('exp value must be a number')
  if (expiry !== undefined && compare(time, expiry) >= 0) return false
  const start = get(claims, 'nbf')
  if (start !== undefined && !isNumber(start)) throw new BuiltinFault('nbf value must be a number')
  return start === undefined || compare(time, start) >= 0
}
