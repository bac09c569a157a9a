/** kind "recovery": others say that a person has lost their keys; or that person, or others, say that it is not so. */
import { id } from '../schema/scalars.ts'
import { object, oneOf, type Shape } from '../schema/shape.ts'
import type { RecoverySubject } from '../types/subject.ts'
import { common, policyRef } from './common.ts'

export const recovery: Shape<RecoverySubject> = object<RecoverySubject>({
  ...common,
  kind: oneOf('recovery'),
  action: oneOf('member.recover'),
  request: id('req'),
  person: id('usr'),
  change: oneOf('start', 'veto'),
  requester: id('usr'),
  policy: policyRef,
})
