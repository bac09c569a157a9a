/** The scalars of our formats, each with one spelling. */
import { fromBase64url } from '../base64.ts'
import { matching, type Shape, ShapeError } from './shape.ts'

export const digest = matching(/^[0-9a-f]{64}$/, 'a SHA-256 digest in lower-case hex')
export const digestOrNone = matching(/^(?:[0-9a-f]{64})?$/, 'a SHA-256 digest in lower-case hex, or ""')
export const aaguid = matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'an AAGUID')
/** instance and organisation: they become parts of other formats, so they hold nothing that those could read differently */
export const name = matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a name of letters, digits, ".", "_" and "-"')
export const rpId = matching(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, 'an rpId')
export const origin = matching(/^https?:\/\/[a-z0-9.[\]:-]{1,255}$/, 'a web origin')
export const role = matching(/^[a-z][a-z0-9-]{0,63}$/, 'the name of a role')

/** An id: its prefix and a UUID as 32 hex characters. */
export const id = (prefix: string): Shape<string> =>
  matching(new RegExp(`^${prefix}_[0-9a-f]{32}$`), `an id that begins with ${prefix}_`)
export const anyId = matching(/^[a-z]{2,8}_[0-9a-f]{32}$/, 'an id')

const timePattern = /^(?:19[7-9]\d|[2-9]\d{3})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** RFC 3339 UTC with milliseconds, from 1970 on, and a moment that exists. */
export const time: Shape<string> = (value, path) => {
  if (typeof value === 'string' && timePattern.test(value)) {
    const moment = new Date(value)
    if (!Number.isNaN(moment.getTime()) && moment.toISOString() === value) return value
  }
  throw new ShapeError(path, 'is not a time like 2026-11-20T19:30:00.000Z')
}

/** So many bytes in base64url. */
export function bytes(least: number, most: number = least): Shape<string> {
  return (value, path) => {
    const decoded = typeof value === 'string' && value.length <= 2 * most ? fromBase64url(value) : undefined
    if (typeof value === 'string' && decoded !== undefined && decoded.length >= least && decoded.length <= most) return value
    throw new ShapeError(path, `is not ${least === most ? least : `${least} to ${most}`} bytes in base64url`)
  }
}
