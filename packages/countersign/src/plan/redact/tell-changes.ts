/** That something hidden changes, though both sides look the same. */
import type { Json, JsonObject } from '../shape.ts'
import { maskedChanged, whyMasked } from './marks.ts'

/**
 * Where a value is hidden on both sides and the redacted sides are equal though the raw ones differ, the after side says so. That a
 * secret changes is what a person must know; nothing else about it is told.
 */
export function tellChanges(before: Json, after: Json, redactedBefore: Json, redactedAfter: Json): Json {
  const why = whyMasked(redactedAfter)
  if (why !== undefined) {
    const equal = JSON.stringify(redactedBefore) === JSON.stringify(redactedAfter)
    return equal && before !== null && JSON.stringify(before) !== JSON.stringify(after) ? maskedChanged(why) : redactedAfter
  }
  if (typeof redactedAfter !== 'object' || redactedAfter === null || typeof after !== 'object' || after === null) return redactedAfter
  if (Array.isArray(redactedAfter)) {
    if (!Array.isArray(after) || !Array.isArray(before) || !Array.isArray(redactedBefore)) return redactedAfter
    return redactedAfter.map((item, i) => tellChanges(before[i] ?? null, after[i] ?? null, redactedBefore[i] ?? null, item))
  }
  if (Array.isArray(after) || !isPlain(before) || !isPlain(redactedBefore)) return redactedAfter
  const entries = Object.entries(redactedAfter).map(([key, item]): [string, Json] => [
    key,
    Object.hasOwn(after, key) ? tellChanges(own(before, key), own(after, key), own(redactedBefore, key), item) : item,
  ])
  return Object.fromEntries(entries)
}

const own = (value: JsonObject, key: string): Json => (Object.hasOwn(value, key) ? (value[key] ?? null) : null)
const isPlain = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
