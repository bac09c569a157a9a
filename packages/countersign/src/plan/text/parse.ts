/**
 * Text to a plan whose format version we know, with no number lost. What is wrong with the text is said without repeating any of it:
 * the runtime's own message quotes the text, and the text holds secrets.
 */
import { PlanError } from '../error.ts'
import type { Json, JsonObject, RawPlan } from '../shape.ts'
import { maxDepth, refuseDeepText, tooDeep } from './depth.ts'
import { mayLoseNumbers, protectNumbers } from './lexemes.ts'

const how = 'Write it with: terraform show -json PLANFILE > plan.json'

/** Any JSON, numbers kept. Throws `plan_not_json` or `plan_too_deep`. Of duplicate keys the last one counts, as in ECMAScript. */
export function parseJson(text: string): Json {
  refuseDeepText(text)
  try {
    const parsed: Json = JSON.parse(mayLoseNumbers(text) ? protectNumbers(text) : text)
    return text.includes('\\u') && /\\u[dD][89a-fA-F]/.test(text) ? wellFormed(parsed, maxDepth) : parsed
  } catch (cause) {
    if (cause instanceof PlanError) throw cause
    throw notJson(cause)
  }
}

const lone = /\p{Surrogate}/gu

/** Half a character, which only an escape can spell, becomes U+FFFD: such text has no UTF-8 and could not be hashed. */
function wellFormed(value: Json, depth: number): Json {
  if (typeof value === 'string') return value.replace(lone, '\uFFFD')
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) throw tooDeep()
  if (Array.isArray(value)) return value.map((item) => wellFormed(item, depth - 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.replace(lone, '\uFFFD'), wellFormed(item, depth - 1)]))
}

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Throws `plan_not_json`, `plan_too_deep`, `plan_not_a_plan`, `plan_format_unsupported` or `plan_errored`. */
export function parsePlan(text: string): RawPlan {
  const plan = parseJson(text)
  if (!isObject(plan)) throw new PlanError('plan_not_a_plan', `This JSON is not a plan: a plan is an object. ${how}`)
  const version = plan['format_version']
  if (typeof version !== 'string') throw notAPlan(plan)
  checkFormat(version)
  const parts = ['resource_changes', 'planned_values', 'output_changes', 'configuration']
  if (!parts.some((part) => isObject(plan[part]) || Array.isArray(plan[part]))) throw notAPlan(plan)
  if (plan['errored'] === true) {
    throw new PlanError('plan_errored', 'Planning ended with an error, so this plan cannot be applied. Mend what terraform plan reported, and plan again.')
  }
  return plan
}

/** Minor versions only add members, and what is not known is dropped; another major version may change the meaning of what is. */
export function checkFormat(version: string): void {
  if (/^(?:0|1)\.[0-9]{1,4}$/.test(version)) return
  const named = /^[0-9.]{1,16}$/.test(version) ? version : 'something unreadable'
  throw new PlanError('plan_format_unsupported', `The plan's format version is ${named}; versions 0.x and 1.x are understood. Use a newer Countersign, or the Terraform or OpenTofu it was made for.`)
}

function notJson(cause: unknown): PlanError {
  const position = /position ([0-9]+)/.exec(cause instanceof Error ? cause.message : '')?.[1]
  const where = position === undefined ? '' : ` It breaks off at character ${position}.`
  // The cause is left out: its message quotes the text.
  return new PlanError('plan_not_json', `The plan is not valid JSON.${where} ${how}`)
}

function notAPlan(value: JsonObject): PlanError {
  if ('@level' in value) return new PlanError('plan_not_a_plan', `This is the log of terraform plan -json, not the plan. Plan with -out=PLANFILE first. ${how}`)
  if ('lineage' in value || 'values' in value) return new PlanError('plan_not_a_plan', `This JSON is a state, not a plan. ${how}`)
  return new PlanError('plan_not_a_plan', `This JSON is not a plan: it has no format_version and no changes. ${how}`)
}
