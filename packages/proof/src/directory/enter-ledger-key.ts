/** The key that signs checkpoints is replaced, on the owners' word. The old one signs nothing from here on. */
import { ProofError } from '../errors.ts'
import { isLedgerKeyOf } from '../ledger/vkey.ts'
import type { LedgerKeySubject } from '../types/subject.ts'
import { type Change, checkOwnership, countersignedChange, type Step } from './change.ts'
import { ledgerKeyAt } from './moments.ts'

export async function enterLedgerKey(step: Step<LedgerKeySubject>): Promise<Change> {
  const { draft, subject } = step
  if (!(await isLedgerKeyOf(subject.instance, subject.key))) {
    throw new ProofError('key_invalid', 'the new ledger key is no Ed25519 key of this ledger')
  }
  const current = ledgerKeyAt(draft, draft.size)
  if (current?.key !== subject.previous || draft.ledgerKeys.some((span) => span.key === subject.key)) {
    throw new ProofError('directory_target', 'the ledger key that is replaced is not the current one, or the new one is not new')
  }
  const asked = await countersignedChange(step)
  const demonstration = checkOwnership(asked) || asked.demonstration || current.demonstration

  const next = draft.size + 1
  const apply = (): void => {
    draft.ledgerKeys = draft.ledgerKeys.map((span) => (span === current ? { ...span, until: next } : span))
    draft.ledgerKeys.push({ from: next, until: null, demonstration, key: subject.key })
  }
  return { signers: asked.signers, apply }
}
