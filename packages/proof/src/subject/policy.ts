/** kind "policy": one change of the policy file, from one digest to another. */
import { digest, id } from '../schema/scalars.ts'
import { array, object, oneOf, type Shape, text } from '../schema/shape.ts'
import type { PolicySubject } from '../types/subject.ts'
import { common, policyRef } from './common.ts'

export const policy: Shape<PolicySubject> = object<PolicySubject>({
  ...common,
  kind: oneOf('policy'),
  action: oneOf('policy.change'),
  change: id('pol'),
  requester: id('usr'),
  from: digest,
  to: digest,
  effect: array(text(4096), 1000),
  policy: policyRef,
})
