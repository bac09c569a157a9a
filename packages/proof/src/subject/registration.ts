/** kind "registration": a further key, and who vouches for it. */
import { object, oneOf, type Shape } from '../schema/shape.ts'
import type { RegistrationSubject } from '../types/subject.ts'
import { enrolment, voucher } from './common.ts'

export const registration: Shape<RegistrationSubject> = object<RegistrationSubject>({
  ...enrolment,
  kind: oneOf('registration'),
  voucher,
})
