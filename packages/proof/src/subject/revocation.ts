/** kind "revocation": a key or an authenticator app that is believed no longer. */
import { id } from '../schema/scalars.ts'
import { object, oneOf, type Shape } from '../schema/shape.ts'
import type { RevocationSubject } from '../types/subject.ts'
import { common, credentialIdOrNone, policyRef } from './common.ts'

export const revocation: Shape<RevocationSubject> = object<RevocationSubject>({
  ...common,
  kind: oneOf('revocation'),
  action: oneOf('authenticator.change'),
  request: id('req'),
  person: id('usr'),
  authenticator: id('aut'),
  credential: credentialIdOrNone,
  reason: oneOf('removed', 'lost', 'compromised', 'vetoed'),
  requester: id('usr'),
  policy: policyRef,
})
