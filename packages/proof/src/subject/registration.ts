/** kind "registration": a further key, and who vouches for it. */
import { id } from '../schema/scalars.ts'
import { object, oneOf, type Shape } from '../schema/shape.ts'
import type { RegistrationSubject } from '../types/subject.ts'
import { credentialId, enrolment } from './common.ts'

export const registration: Shape<RegistrationSubject> = object<RegistrationSubject>({
  ...enrolment,
  kind: oneOf('registration'),
  voucher: object({ person: id('usr'), credential: credentialId }),
})
