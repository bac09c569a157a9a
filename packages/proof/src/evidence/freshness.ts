/** No touch is older, at the moment it was made use of, than the requirement allows. */
import { ProofError } from '../errors.ts'
import type { Requirement } from '../types/subject.ts'

/** Times are RFC 3339. @throws requirement_freshness */
export function checkFreshness(requirement: Requirement, touchedAt: readonly string[], usedAt: string): void {
  const oldest = Date.parse(usedAt) - requirement.freshSeconds * 1000
  if (touchedAt.some((time) => Date.parse(time) < oldest)) {
    throw new ProofError('requirement_freshness', `a countersignature was older than ${requirement.freshSeconds} seconds when it was used`)
  }
}
