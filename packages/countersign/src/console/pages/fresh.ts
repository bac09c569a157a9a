/** A fresh proof for one thing: a touch of a key, or the code of an app where there is no key. */
import { call } from '../api/call.ts'
import type { FreshBegun } from '../api/views.ts'
import { askForTouch } from '../session/touch.ts'

export async function freshProof(path: string, code: string): Promise<object> {
  const begun = await call<FreshBegun>('POST', path, {})
  return begun.options === null ? { ceremony: begun.ceremony, code } : { ceremony: begun.ceremony, response: await askForTouch(begun.options) }
}
