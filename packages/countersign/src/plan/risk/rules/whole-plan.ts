/** What concerns the plan as a whole: completeness, size, drift, checks, names that deceive, a Terraform that marks nothing. */
import { escapeText } from '../../text/escape-text.ts'
import type { Change, RedactedPlan } from '../../shape.ts'
import type { Collector } from '../collector.ts'

const plain = /^[\x20-\x7e]*$/

function names(changes: readonly Change[], plan: RedactedPlan, out: Collector): void {
  let found = 0
  const look = (name: string): void => {
    if (plain.test(name) || escapeText(name) === name || found++ > 20) return
    out.add('name_deceives', name, `is written ${escapeText(name)}`)
  }
  for (const change of changes) {
    look(change.address)
    if (change.resource.previous_address !== undefined) look(change.resource.previous_address)
  }
  for (const name of Object.keys(plan.output_changes)) look(name)
}

export function wholePlanRule(changes: readonly Change[], plan: RedactedPlan, out: Collector): void {
  if (plan.complete === false || plan.deferred.length > 0) {
    const deferred = plan.deferred.length > 0 ? `${plan.deferred.length} deferred to a later plan` : 'Terraform says that the plan is not complete'
    out.add('plan_incomplete', plan.deferred[0]?.address ?? '', deferred)
  }
  if (!plan.marked) out.add('plan_unmarked', '', `Terraform ${plan.terraform_version} writes no sensitivity maps: secrets are found by name and shape only`)
  const count = changes.filter((change) => change.class !== 'read' && change.class !== 'move').length
  if (count >= 500) out.add('very_many_changes', '', `${count} resources change`)
  else if (count >= 50) out.add('many_changes', '', `${count} resources change`)
  const drifted = plan.resource_drift
  if (drifted.length > 0) out.add('drift', drifted[0]?.address ?? '', `${drifted.length} changed outside Terraform`)
  for (const check of plan.checks) if (check.status === 'fail' || check.status === 'error') out.add('check_failed', check.address, `the check answers ${check.status}`)
  names(changes, plan, out)
}
