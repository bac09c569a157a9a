/** kind "genesis": the first owner's key, and what the installation begins with. */
import { digest } from '../schema/scalars.ts'
import { object, oneOf, type Shape, text } from '../schema/shape.ts'
import type { GenesisSubject } from '../types/subject.ts'
import { enrolment } from './common.ts'

export const genesis: Shape<GenesisSubject> = object<GenesisSubject>({
  ...enrolment,
  kind: oneOf('genesis'),
  ledgerKey: text(512, 1),
  policy: digest,
})
