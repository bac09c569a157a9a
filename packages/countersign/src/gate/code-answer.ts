/**
 * Where a code of an authenticator app may stand in for a key: a run that is not of high or critical risk, under a rule that does
 * not ask for phishing resistance. Nothing else, whatever the policy says; the verifier has the same rule.
 */
import { isGrave, parseSubject } from '@countersign/proof'
import type { Requirement } from '@countersign/proof'
import type { ChallengeRow } from './challenge.ts'
import { GateError } from './errors.ts'

export function codeCounts(row: Pick<ChallengeRow, 'kind' | 'requirement' | 'subject'>): boolean {
  const { phishingResistant, assurance } = JSON.parse(row.requirement) as Requirement
  return row.kind === 'run' && !phishingResistant && assurance !== 'aal3' && !isGrave(parseSubject(row.subject))
}

export function refuseCodeFor(row: Pick<ChallengeRow, 'kind' | 'requirement' | 'subject'>): void {
  if (codeCounts(row)) return
  throw new GateError('key_required', 'A code is not enough for this: it takes a passkey or security key.', 'Countersign with a key, or let somebody who has one.')
}
