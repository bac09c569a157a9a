/** kind "relying-party": the installation is served at one more site, or at one less. */
import { id, rpId } from '../schema/scalars.ts'
import { object, oneOf, type Shape } from '../schema/shape.ts'
import type { RelyingPartySubject } from '../types/subject.ts'
import { common, origins, policyRef } from './common.ts'

export const relyingParty: Shape<RelyingPartySubject> = object<RelyingPartySubject>({
  ...common,
  kind: oneOf('relying-party'),
  action: oneOf('relying-party.change'),
  request: id('req'),
  change: oneOf('add', 'retire'),
  rpId,
  origins,
  requester: id('usr'),
  policy: policyRef,
})
