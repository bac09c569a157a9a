/** kind "removal": a person leaves, and their id with them. */
import { id } from '../schema/scalars.ts'
import { object, oneOf, type Shape } from '../schema/shape.ts'
import type { RemovalSubject } from '../types/subject.ts'
import { common, policyRef } from './common.ts'

export const removal: Shape<RemovalSubject> = object<RemovalSubject>({
  ...common,
  kind: oneOf('removal'),
  action: oneOf('member.remove'),
  request: id('req'),
  person: id('usr'),
  requester: id('usr'),
  policy: policyRef,
})
