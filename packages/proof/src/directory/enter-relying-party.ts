/** The installation moves to another rpId or other origins, on an owner's word, given at the old ones. */
import type { RelyingPartySubject } from '../types/subject.ts'
import { type Change, checkOwner, countersignedChange, type Step } from './change.ts'
import { relyingPartyAt } from './moments.ts'

export async function enterRelyingParty(step: Step<RelyingPartySubject>): Promise<Change> {
  const { draft, subject } = step
  const current = relyingPartyAt(draft, draft.size)
  const asked = await countersignedChange(step)
  const demonstration = checkOwner(asked) || asked.demonstration || (current?.demonstration ?? false)

  const next = draft.size + 1
  const { rpId, origins } = subject
  const apply = (): void => {
    draft.relyingParties = draft.relyingParties.map((span) => (span === current ? { ...span, until: next } : span))
    draft.relyingParties.push({ from: next, until: null, demonstration, rpId, origins })
  }
  return { signers: asked.signers, apply }
}
