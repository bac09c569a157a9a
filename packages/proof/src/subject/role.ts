/** kind "role": a role granted to a person, or taken away. */
import { id, role as roleName } from '../schema/scalars.ts'
import { object, oneOf, type Shape, text } from '../schema/shape.ts'
import type { RoleSubject } from '../types/subject.ts'
import { common, person, policyRef } from './common.ts'

export const role: Shape<RoleSubject> = object<RoleSubject>({
  ...common,
  kind: oneOf('role'),
  action: oneOf('member.change'),
  request: id('req'),
  person,
  role: roleName,
  scope: text(512),
  change: oneOf('grant', 'remove'),
  requester: id('usr'),
  policy: policyRef,
})
