/**
 * The reasons of a risk: one level each. docs/spec/plan.md prints this table, and a test compares them. A reason names a resource and says
 * in `detail` what was seen; the level of a plan is the highest of its reasons, and `low` when it changes anything at all.
 */
import type { RiskLevel } from '../shape.ts'

type Entry = { readonly level: RiskLevel; readonly says: string }

const table = {
  destroy_stateful: { level: 'critical', says: 'something that holds data, keys or names is destroyed' },
  replace_stateful: { level: 'critical', says: 'something that holds data, keys or names is destroyed and made anew' },
  iam_admin: { level: 'critical', says: 'everything is allowed on everything' },
  iam_public: { level: 'critical', says: 'anybody is allowed' },
  exposed_admin: { level: 'critical', says: 'administration, a database or every port is open to the internet' },
  public_data: { level: 'critical', says: 'data is public' },
  provisioner_runs: { level: 'critical', says: 'a program runs during the apply' },
  external_program: { level: 'critical', says: 'a data source runs a program' },
  provider_unknown: { level: 'critical', says: 'a provider that is not known runs with the credentials of the apply' },
  destroy: { level: 'high', says: 'a resource is destroyed' },
  iam_wider: { level: 'high', says: 'more is allowed than before' },
  iam_hidden: { level: 'high', says: 'who may do what is hidden or not known yet' },
  exposed_public: { level: 'high', says: 'something is open to the internet' },
  exposure_hidden: { level: 'high', says: 'who can reach it is hidden or not known yet' },
  protection_off: { level: 'high', says: 'a protection is switched off or weakened' },
  protection_hidden: { level: 'high', says: 'whether a protection stays is hidden or not known yet' },
  action_runs: { level: 'high', says: 'a provider action runs during the apply' },
  plan_incomplete: { level: 'high', says: 'the plan is not the whole of what will change' },
  plan_unmarked: { level: 'high', says: 'this Terraform does not mark sensitive values' },
  name_deceives: { level: 'high', says: 'a name holds invisible or direction-changing characters' },
  very_many_changes: { level: 'high', says: '500 resources or more change' },
  backend_changed: { level: 'high', says: 'the state is in another place than at the last apply' },
  previous_outcome_unknown: { level: 'high', says: 'nobody knows what the last apply did' },
  tree_not_bound: { level: 'high', says: 'the working tree is too large to be bound' },
  lineage_unknown: { level: 'medium', says: 'nothing is known yet of the state that is claimed' },
  many_changes: { level: 'medium', says: '50 resources or more change' },
  replace: { level: 'medium', says: 'a resource is destroyed and made anew' },
  forget: { level: 'medium', says: 'a resource stays, but is no longer managed' },
  iam_granted: { level: 'medium', says: 'a permission is granted' },
  protection_absent: { level: 'medium', says: 'something is made without a usual protection' },
  secret_in_plan: { level: 'medium', says: 'a secret stands unmarked in the plan' },
  module_unpinned: { level: 'medium', says: 'a module comes from elsewhere without a fixed version' },
  drift: { level: 'medium', says: 'resources were changed outside Terraform' },
  check_failed: { level: 'medium', says: 'a check of the configuration does not hold' },
  environment_not_bound: { level: 'low', says: 'settings of the environment are not bound' },
  import: { level: 'low', says: 'an existing object is taken over' },
  provisioner_present: { level: 'low', says: 'a provisioner is configured and does not run this time' },
} as const satisfies { readonly [code: string]: Entry }

export type RiskCode = keyof typeof table
export const riskCodes: { readonly [code in RiskCode]: Entry } = table

const levels: readonly RiskLevel[] = ['none', 'low', 'medium', 'high', 'critical']
export const levelRank = (level: RiskLevel): number => levels.indexOf(level)

/** A code that is not in the table comes from a newer client: it counts as high. */
export function levelOf(code: string): RiskLevel {
  return isRiskCode(code) ? table[code].level : 'high'
}

export const isRiskCode = (code: string): code is RiskCode => Object.hasOwn(table, code)
