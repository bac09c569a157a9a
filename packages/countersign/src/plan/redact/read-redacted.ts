/**
 * A redacted plan that somebody sent: foreign bytes. Accepted only if it is written as `redactPlan` writes (the text equals what
 * ECMAScript writes for its own parse, which refuses duplicate keys, spaces and rounded numbers) and has exactly the members of
 * docs/spec/plan.md. That it tells the truth about a plan file is not decided here, and cannot be.
 */
import { PlanError } from '../error.ts'
import { planActions, REDACTOR } from '../shape.ts'
import type { Json, JsonObject, RedactedPlan } from '../shape.ts'
import { refuseDeepText, tooDeep } from '../text/depth.ts'
import { checkFormat, isObject } from '../text/parse.ts'
import { actions, boolean, indexKey, listOf, marks, may, must, oneOf, refuse, shape, string, values, words } from './checks.ts'
import type { Check } from './checks.ts'

/** The longest redacted plan taken, in bytes (or characters of a string). */
export const maxRedactedBytes = 64 * 1024 * 1024

const halfCharacter = /\\u[dD][89a-fA-F]|\p{Surrogate}/u

const change = shape({
  actions: must(actions),
  before: must(values),
  after: must(values),
  after_unknown: must(marks),
  before_sensitive: must(marks),
  after_sensitive: must(marks),
  replace_paths: may(listOf(listOf(indexKey))),
  importing: may(shape({ id: may(string) })),
})

const resource = shape({
  address: must(string),
  previous_address: may(string),
  module_address: may(string),
  mode: must(oneOf('managed', 'data')),
  type: must(string),
  name: must(string),
  index: may(indexKey),
  deposed: may(string),
  provider_name: must(string),
  change: must(change),
  action_reason: may(string),
})

const outputs: Check = (value, where) => {
  if (!isObject(value)) throw refuse(where, 'is not an object')
  for (const name of Object.keys(value)) change(value[name] ?? null, where)
}

const version: Check = (value, where) => {
  string(value, where)
  if (typeof value === 'string') checkFormat(value)
}

const plan = shape({
  redactor: must(oneOf(REDACTOR)),
  format_version: must(version),
  terraform_version: must(string),
  applyable: may(boolean),
  complete: may(boolean),
  errored: may(boolean),
  marked: must(boolean),
  resource_changes: must(listOf(resource)),
  output_changes: must(outputs),
  resource_drift: must(listOf(shape({ address: must(string), type: must(string), actions: must(listOf(oneOf(...planActions), 2)) }))),
  deferred: must(words('address', 'type', 'reason')),
  action_invocations: must(words('address', 'type', 'provider_name')),
  checks: must(words('address', 'kind', 'status')),
  provisioners: must(listOf(shape({ address: must(string), type: must(string), when: must(oneOf('create', 'destroy', 'unknown')), program: must(string) }))),
  external: must(words('address', 'program')),
  modules: must(words('address', 'source', 'version')),
  providers: must(words('name', 'version')),
})

function assertPlan(value: Json): asserts value is Json & JsonObject & RedactedPlan {
  if (isObject(value) && value['errored'] === true) {
    throw new PlanError('plan_errored', 'Planning ended with an error, so this plan cannot be applied. Mend what terraform plan reported, and plan again.')
  }
  plan(value, 'the plan')
}

/** Total: throws PlanError and nothing else, whatever the input. */
export function readRedacted(input: string | Uint8Array): RedactedPlan {
  if (input.length > maxRedactedBytes) {
    throw new PlanError('plan_too_large', `The redacted plan has ${input.length} bytes; ${maxRedactedBytes} at most are taken. Split the configuration, or plan a part of it with -target.`)
  }
  const text = typeof input === 'string' ? input : decode(input)
  refuseDeepText(text)
  if (halfCharacter.test(text.replaceAll('\\\\', ''))) throw refuse('the text', 'has half a character')
  const value = parse(text)
  assertPlan(value)
  if (write(value) !== text) throw refuse('the text', 'is not written as redaction writes it (spaces, duplicate keys, or numbers that were rounded)')
  return value
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new PlanError('plan_not_text', 'The redacted plan is not UTF-8. Make it again with this version of Countersign.')
  }
}

function parse(text: string): Json {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch {
    throw new PlanError('plan_not_json', 'The redacted plan is not valid JSON. Make it again with this version of Countersign.')
  }
}

function write(value: Json): string {
  try {
    return JSON.stringify(value)
  } catch {
    throw tooDeep()
  }
}
