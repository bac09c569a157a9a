/** Applies the tables of attributes: exposure and protection, at any depth of a resource. */
import { whyMasked } from '../../redact/marks.ts'
import type { Change, Json, JsonObject } from '../../shape.ts'
import type { Collector } from '../collector.ts'
import { attributeRules, protectingTypes } from './attributes.ts'
import type { AttributeRule } from './attributes.ts'

const isPlain = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const own = (value: Json | undefined, key: string): Json | undefined => (isPlain(value) && Object.hasOwn(value, key) ? value[key] : undefined)

type Place = { readonly change: Change; readonly out: Collector; readonly isNew: boolean }

function apply(place: Place, rule: AttributeRule, name: string, before: Json | undefined, parent: JsonObject, unknown: Json | undefined): void {
  const { change, out, isNew } = place
  if (rule.only !== undefined && !rule.only.test(change.resource.type)) return
  const after = parent[name]
  const had = before !== undefined && before !== null && before !== false
  if (whyMasked(after) !== undefined || whyMasked(before) !== undefined) {
    if (whyMasked(after) !== undefined && JSON.stringify(after) === JSON.stringify(before)) return
    out.add(rule.hidden, change.address, `${name} is hidden`)
    return
  }
  if (unknown === true) {
    if (had) out.add(rule.hidden, change.address, `${name} is not known until the apply`)
    return
  }
  const wasBad = !isNew && before !== undefined && before !== null && rule.bad(before, parent, undefined)
  const lost = rule.whenLost === true && had && (after === undefined || after === null || (Array.isArray(after) && after.length === 0))
  if (lost && !wasBad) out.add(rule.code, change.address, `${rule.says}: ${name} is removed`)
  else if (after !== undefined && after !== null && !(wasBad && JSON.stringify(before) === JSON.stringify(after)) && rule.bad(after, parent, before)) {
    const text = typeof after === 'object' ? 'empty' : String(after)
    const code = isNew ? (rule.whenNew ?? rule.code) : rule.code
    if (code !== 'none') out.add(code, change.address, `${rule.says}: ${name} = ${text}`)
  }
}

function walk(place: Place, before: Json | undefined, after: Json, unknown: Json | undefined): void {
  if (Array.isArray(after)) {
    for (let i = 0; i < after.length; i++) {
      const item = after[i]
      if (typeof item === 'object' && item !== null) walk(place, Array.isArray(before) ? before[i] : undefined, item, Array.isArray(unknown) ? unknown[i] : undefined)
    }
    return
  }
  if (!isPlain(after)) return
  for (const name of Object.keys(after)) {
    const rule = attributeRules.get(name)
    if (rule !== undefined) apply(place, rule, name, own(before, name), after, own(unknown, name))
    const value = after[name]
    if (typeof value === 'object' && value !== null) walk(place, own(before, name), value, own(unknown, name))
  }
  lostMembers(place, before, after, unknown)
}

/** Members that were there before and are not any more, or are not known. */
function lostMembers(place: Place, before: Json | undefined, after: JsonObject, unknown: Json | undefined): void {
  if (!isPlain(before)) return
  for (const name of Object.keys(before)) {
    if (Object.hasOwn(after, name)) continue
    const rule = attributeRules.get(name)
    if (rule !== undefined) apply(place, rule, name, before[name], after, own(unknown, name))
  }
}

export function attributeRule(change: Change, out: Collector): void {
  const { resource } = change
  if (resource.mode !== 'managed') return
  const { before, after, after_unknown: unknown } = resource.change
  if (change.class === 'delete' || change.class === 'forget') {
    if (change.class === 'delete' && protectingTypes.test(resource.type)) out.add('protection_off', change.address, 'it protects by existing, and is destroyed')
    return
  }
  if (after !== null && typeof after === 'object') walk({ change, out, isNew: before === null }, before, after, unknown)
}
