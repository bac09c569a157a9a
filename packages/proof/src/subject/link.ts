/** kind "link": two ids are one human. */
import { id } from '../schema/scalars.ts'
import { object, oneOf, type Shape } from '../schema/shape.ts'
import type { LinkSubject } from '../types/subject.ts'
import { common, policyRef } from './common.ts'

export const link: Shape<LinkSubject> = object<LinkSubject>({
  ...common,
  kind: oneOf('link'),
  action: oneOf('member.link'),
  request: id('req'),
  person: id('usr'),
  same: id('usr'),
  requester: id('usr'),
  policy: policyRef,
})
