/** kind "ledger-key": the key that signs checkpoints is replaced. */
import { id } from '../schema/scalars.ts'
import { object, oneOf, type Shape, text } from '../schema/shape.ts'
import type { LedgerKeySubject } from '../types/subject.ts'
import { common, policyRef } from './common.ts'

export const ledgerKey: Shape<LedgerKeySubject> = object<LedgerKeySubject>({
  ...common,
  kind: oneOf('ledger-key'),
  action: oneOf('ledger.change'),
  request: id('req'),
  key: text(512, 1),
  previous: text(512, 1),
  requester: id('usr'),
  policy: policyRef,
})
