/** Small plans for tests: only what a test names is in them. */
import { classifyChanges, parsePlan, readRedacted, redactPlan } from '../../src/plan/index.ts'
import type { Change, Json, JsonObject, PlanAction, RedactedPlan, Redaction } from '../../src/plan/index.ts'

export type ChangeInput = {
  address?: string
  type?: string
  name?: string
  mode?: 'managed' | 'data'
  index?: string | number
  actions?: PlanAction[]
  before?: Json
  after?: Json
  unknown?: Json
  beforeSensitive?: Json
  afterSensitive?: Json
  /** Further members of the change; `unmarked: true` leaves the maps out, as Terraform before 0.15 did. */
  change?: JsonObject
  more?: JsonObject
}

export function change(input: ChangeInput): JsonObject {
  const { unmarked, ...extra } = input.change ?? {}
  const marks: JsonObject = unmarked === true ? {} : { before_sensitive: input.beforeSensitive ?? false, after_sensitive: input.afterSensitive ?? {} }
  const type = input.type ?? 'terraform_data'
  const name = input.name ?? 'example'
  return {
    address: input.address ?? `${type}.${name}`,
    mode: input.mode ?? 'managed',
    type,
    name,
    ...(input.index === undefined ? {} : { index: input.index }),
    provider_name: type === 'terraform_data' ? 'terraform.io/builtin/terraform' : `registry.terraform.io/hashicorp/${type.split('_')[0] ?? ''}`,
    change: {
      actions: input.actions ?? actionsFor(input),
      before: input.before ?? null,
      after: input.after ?? null,
      after_unknown: input.unknown ?? {},
      ...marks,
      ...extra,
    },
    ...input.more,
  }
}

function actionsFor(input: ChangeInput): PlanAction[] {
  if (input.before === undefined || input.before === null) return ['create']
  return input.after === undefined || input.after === null ? ['delete'] : ['update']
}

export const planText = (changes: Json[], more: JsonObject = {}): string =>
  JSON.stringify({ format_version: '1.2', terraform_version: '1.11.4', resource_changes: changes, timestamp: '2026-11-20T19:30:00Z', applyable: true, complete: true, errored: false, ...more })

export const redacted = (changes: Json[], more: JsonObject = {}): Redaction => redactPlan(parsePlan(planText(changes, more)))

/** Through the whole way: redacted on the client, read on the server, classified. */
export function onServer(changes: Json[], more: JsonObject = {}): { plan: RedactedPlan; changes: Change[] } {
  const plan = readRedacted(redacted(changes, more).text)
  return { plan, changes: classifyChanges(plan) }
}
