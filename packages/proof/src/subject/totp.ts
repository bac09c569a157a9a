/** kind "totp": an authenticator app, and who vouches for it. */
import { id } from '../schema/scalars.ts'
import { object, oneOf, type Shape, text } from '../schema/shape.ts'
import type { TotpSubject } from '../types/subject.ts'
import { common, person, voucher } from './common.ts'

export const totp: Shape<TotpSubject> = object<TotpSubject>({
  ...common,
  kind: oneOf('totp'),
  action: oneOf('authenticator.change'),
  request: id('req'),
  person,
  authenticator: id('aut'),
  label: text(256, 1),
  voucher,
})
