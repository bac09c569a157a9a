/**
 * What of the library's records is stored: not the id, which is the secret; not the code that a person types, which is one as well; and not
 * the cookie that an interaction's record also names.
 */
import type { AdapterPayload } from 'oidc-provider'

export function withoutId(payload: AdapterPayload): string {
  const { jti: _id, userCode: _typed, ...rest } = payload
  return JSON.stringify(rest, (name, value: unknown) => (name === 'cookie' ? undefined : value))
}
