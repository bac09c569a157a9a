/** The smaller parts of a plan: drift, deferred changes, action invocations, checks. Addresses, types and closed words; no values. */
import type { Json, JsonObject, RawPlan, RedactedPlan } from '../shape.ts'
import { isObject } from '../text/parse.ts'
import type { Masker } from './masker.ts'
import { actionsOf } from './resources.ts'

const items = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
/** A word of Terraform's own: a version, a status. Anything else is left out. */
export const word = (value: Json | undefined): string => (typeof value === 'string' && /^[A-Za-z0-9._+-]{1,64}$/.test(value) ? value : '')
const addressOf = (entry: JsonObject, masker: Masker): string => masker.address(text(entry['address']))

export function redactDrift(raw: RawPlan, masker: Masker): RedactedPlan['resource_drift'] {
  return items(raw['resource_drift']).filter(isObject).map((entry) => ({
    address: addressOf(entry, masker),
    type: masker.word(text(entry['type'])),
    actions: isObject(entry['change']) ? actionsOf(entry['change'], 'A drifted resource') : [],
  }))
}

export function redactDeferred(raw: RawPlan, masker: Masker): RedactedPlan['deferred'] {
  return items(raw['deferred_changes']).filter(isObject).map((entry) => {
    const inner = entry['resource_change']
    const resource = isObject(inner) ? inner : {}
    return { address: addressOf(resource, masker), type: masker.word(text(resource['type'])), reason: word(entry['reason']) }
  })
}

export function redactInvocations(raw: RawPlan, masker: Masker): RedactedPlan['action_invocations'] {
  return items(raw['action_invocations']).filter(isObject).map((entry) => ({
    address: addressOf(entry, masker),
    type: masker.word(text(entry['type'])),
    provider_name: masker.word(text(entry['provider_name'])),
  }))
}

export function redactChecks(raw: RawPlan, masker: Masker): RedactedPlan['checks'] {
  return items(raw['checks']).filter(isObject).map((entry) => {
    const address = isObject(entry['address']) ? entry['address'] : {}
    return {
      address: masker.address(text(address['to_display'])),
      kind: word(address['kind']),
      status: word(entry['status']),
    }
  })
}
