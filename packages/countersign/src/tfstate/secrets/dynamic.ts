/**
 * An attribute that may be of any type stands in the state as `{"value": ..., "type": ...}`. Terraform's marks know nothing of that level,
 * and the type is no data: a secret of type "string" must not take every "string" out of the state.
 */
import type { Json, JsonObject } from '../../plan/index.ts'
import type { Marks } from './attributes.ts'

const typeWords = new Set(['string', 'number', 'bool', 'dynamic', 'list', 'set', 'map', 'object', 'tuple'])

/** True when both members are there, no other, and the type is one of Terraform's; and no mark is of a member with these names. */
export function isDynamic(value: JsonObject, marks?: Marks): value is { value: Json; type: Json } {
  if (value['value'] === undefined || value['type'] === undefined || Object.keys(value).length !== 2) return false
  if (marks !== undefined && marks !== true && (marks.has('value') || marks.has('type'))) return false
  const { type } = value
  const word = Array.isArray(type) ? type[0] : type
  return typeof word === 'string' && typeWords.has(word)
}
