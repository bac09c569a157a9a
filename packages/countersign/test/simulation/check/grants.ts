/** A decision is answered once by each, makes one grant, and that is used once, in time, by whom it was given to. */
import type { Requirement } from '@countersign/proof'
import { ofType, pair, type Facts, type Leaf } from './facts.ts'

export function checkGrants(facts: Facts): void {
  const { grants, challenges, ceremonies, countersignatures, blame } = facts
  pair(facts, 'grant', grants.map(({ id }) => id), ofType(facts, 'gate.granted').map(({ ids }) => ids['grant'] ?? ''))
  pair(facts, 'void grant', grants.filter(({ status }) => status === 'void').map(({ id }) => id), ofType(facts, 'gate.voided').map(({ ids }) => ids['grant'] ?? ''))
  pair(facts, 'countersignature', countersignatures.map(({ digest }) => digest), ofType(facts, 'gate.countersigned').map(({ details }) => String(details['countersignatureDigest'])))
  for (const status of ['denied', 'cancelled', 'expired'] as const) pair(facts, `${status} challenge`, challenges.filter((one) => one.status === status).map(({ id }) => id), ofType(facts, `gate.${status}`).map(({ ids }) => ids['challenge'] ?? ''))
  for (const grant of grants) {
    const uses = usesOf(facts, grant.id)
    if (uses.length > 1) blame(`grant ${grant.id} was used ${uses.length} times`)
    if ((grant.status === 'consumed') !== (uses.length > 0)) blame(`grant ${grant.id} is ${grant.status}, and the ledger knows ${uses.length} uses of it`)
    for (const use of uses) {
      if (use.at >= grant.expires_at) blame(`grant ${grant.id} was used ${use.at - grant.expires_at} ms after its end`)
      const voided = ofType(facts, 'gate.voided').find(({ ids }) => ids['grant'] === grant.id)
      if (voided && voided.index < use.index) blame(`grant ${grant.id} was used after it was voided`)
    }
  }
  for (const challenge of challenges) {
    const made = grants.filter((grant) => grant.challenge === challenge.id)
    const signed = countersignatures.filter((one) => one.challenge === challenge.id)
    const used = ceremonies.filter((one) => one.challenge === challenge.id && one.used_at !== null)
    if (made.length > 1) blame(`challenge ${challenge.id} made ${made.length} grants`)
    if (used.length !== signed.length) blame(`challenge ${challenge.id} has ${signed.length} countersignatures of ${used.length} ceremonies`)
    if (new Set(signed.map(({ person }) => person)).size !== signed.length) blame(`challenge ${challenge.id} was countersigned twice by one person`)
    if (signed.some(({ at }) => at >= challenge.expires_at)) blame(`challenge ${challenge.id} was countersigned after its end`)
    for (const { id } of made) if (!isEnough(JSON.parse(challenge.requirement) as Requirement, signed.filter(({ digest }) => cameBefore(facts, digest, id)))) blame(`challenge ${challenge.id} made a grant without everybody who is needed`)
    const closed = ['denied', 'cancelled', 'expired'].includes(challenge.status)
    if (closed && made.some(({ status }) => status === 'consumed')) blame(`challenge ${challenge.id} is ${challenge.status}, and its grant was used`)
    if (made.length > 0 && challenge.status === 'waiting') blame(`challenge ${challenge.id} waits, and made a grant`)
  }
}

/** What a grant was used for names it. */
function usesOf(facts: Facts, id: string): Leaf[] {
  return facts.leaves.filter(({ type, ids, details }) => (type === 'run.apply-started' && details['grant'] === id) || (type === 'gate.redeemed' && ids['grant'] === id))
}

/** By the ledger: the clocks of two servers differ. */
function cameBefore(facts: Facts, countersignature: string, grant: string): boolean {
  const signed = ofType(facts, 'gate.countersigned').find(({ details }) => details['countersignatureDigest'] === countersignature)
  const granted = ofType(facts, 'gate.granted').find(({ ids }) => ids['grant'] === grant)
  return signed !== undefined && granted !== undefined && signed.index < granted.index
}

function isEnough({ selfStepUp, approvals }: Requirement, signed: readonly { role: string }[]): boolean {
  return (!selfStepUp || signed.some(({ role }) => role === 'self')) && signed.filter(({ role }) => role === 'approver').length >= approvals
}
