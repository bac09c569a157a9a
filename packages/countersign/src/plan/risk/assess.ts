/** The risk of a plan, as it stands in the statement: a level, and the reasons for it, most serious first. */
import type { RunSubject } from '@countersign/proof'
import type { Change, Reason, RedactedPlan, RiskLevel } from '../shape.ts'
import { levelOf, levelRank } from './codes.ts'
import { judge } from './judge.ts'

/** The most reasons that stand in a statement; the others are counted. */
export const maxReasons = 100

export const highest = (start: RiskLevel, reasons: readonly Reason[]): RiskLevel =>
  reasons.reduce<RiskLevel>((level, { code }) => (levelRank(levelOf(code)) > levelRank(level) ? levelOf(code) : level), start)

/** The level is that of the most serious reason; a plan that changes anything is at least `low`. */
export function assessRisk(changes: readonly Change[], plan: RedactedPlan): RunSubject['risk'] {
  const reasons = judge(changes, plan)
  const changesAnything = changes.length > 0 || Object.values(plan.output_changes).some((output) => output.actions[0] !== 'no-op')
  return {
    level: highest(changesAnything ? 'low' : 'none', reasons),
    reasons: reasons.slice(0, maxReasons),
    reasonsOmitted: Math.max(0, reasons.length - maxReasons),
  }
}
