/** The summary that stands in the statement, and the sentence a person reads first. */
import type { RunSubject } from '@countersign/proof'
import { levelOf } from '../risk/codes.ts'
import { judge } from '../risk/judge.ts'
import type { Change, RedactedPlan } from '../shape.ts'

type Summary = RunSubject['summary']

/** The most critical changes named in a statement; the others are counted. */
export const maxCritical = 50

/**
 * Counts by class. An import or a move that comes with an update counts in both, as Terraform counts it. `critical` names the resources
 * with a reason of level critical, in the order of the page, each once, with its first such reason.
 */
export function summarise(changes: readonly Change[], plan: RedactedPlan): Summary {
  const counts = { create: 0, update: 0, replace: 0, delete: 0, import: 0, forget: 0, move: 0, read: 0 }
  for (const change of changes) {
    if (change.class !== 'import' && change.class !== 'move' && change.class !== 'no-op') counts[change.class]++
    if (change.imported) counts.import++
    if (change.moved) counts.move++
  }
  const reasons = judge(changes, plan).filter(({ code }) => levelOf(code) === 'critical')
  const classes = new Map(reasons.length === 0 ? [] : changes.map((change) => [change.address, change.class]))
  const named = new Map<string, Summary['critical'][number]>()
  for (const { code, address, detail } of reasons) {
    if (!named.has(address)) named.set(address, { address, action: classes.get(address) ?? code, reason: detail })
  }
  const critical = [...named.values()]
  return {
    ...counts,
    outputs: Object.values(plan.output_changes).filter((output) => output.actions[0] !== 'no-op').length,
    critical: critical.slice(0, maxCritical),
    criticalOmitted: Math.max(0, critical.length - maxCritical),
  }
}

const phrases: readonly (readonly [keyof Summary, string])[] = [
  ['create', 'to add'],
  ['update', 'to change'],
  ['replace', 'to replace'],
  ['delete', 'to destroy'],
  ['import', 'to import'],
  ['forget', 'to forget'],
  ['move', 'to move'],
  ['read', 'to read'],
]

/** "2 to add, 1 to replace, 1 to destroy"; with nothing but outputs "2 outputs to change"; with nothing at all "nothing to change". */
export function changeSentence(summary: Summary): string {
  const parts = phrases.flatMap(([name, phrase]) => {
    const count = summary[name]
    return typeof count === 'number' && count > 0 ? [`${count} ${phrase}`] : []
  })
  if (parts.length > 0) return parts.join(', ')
  return summary.outputs > 0 ? `${summary.outputs} output${summary.outputs === 1 ? '' : 's'} to change` : 'nothing to change'
}
