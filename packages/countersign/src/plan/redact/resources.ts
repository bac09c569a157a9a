/**
 * One resource change, member by member, out of a foreign object. Members that are not named here do not exist afterwards. Types and names
 * are words of the configuration and are kept, unless a sensitive value stands in one; values go through the masker.
 */
import { PlanError } from '../error.ts'
import { planActions } from '../shape.ts'
import type { Json, JsonObject, PlanAction, RedactedChange, RedactedResource } from '../shape.ts'
import { maxDepth, tooDeep } from '../text/depth.ts'
import { isObject } from '../text/parse.ts'
import { shortestKey } from './masker.ts'
import type { Masker } from './masker.ts'
import { tellChanges } from './tell-changes.ts'

const knownActions: ReadonlySet<string> = new Set(planActions)
const isAction = (action: unknown): action is PlanAction => typeof action === 'string' && knownActions.has(action)

export function actionsOf(change: JsonObject, what: string): PlanAction[] {
  const actions = change['actions']
  if (!Array.isArray(actions) || actions.length === 0 || actions.length > 2) throw unknownMember(what, 'its actions are not a list of one or two')
  if (!actions.every(isAction)) throw new PlanError('plan_format_unsupported', `${what} has an action that is not known. Use a newer Countersign for this plan.`)
  return actions
}

export const unknownMember = (what: string, how: string): PlanError =>
  new PlanError('plan_not_a_plan', `${what} cannot be read: ${how}. Write the plan's JSON again with: terraform show -json PLANFILE > plan.json`)

/** Nothing marked below; something marked; something that is no mark. */
type Kind = 0 | 1 | 2

/** Keys are looked at like all keys. */
function kindOf(marks: Json, masker: Masker, depth: number): Kind {
  if (marks === false) return 0
  if (marks === true) return 1
  if (typeof marks !== 'object' || marks === null) return 2
  if (depth === 0) throw tooDeep()
  let kind: Kind = 0
  if (Array.isArray(marks)) {
    for (const mark of marks) kind = worse(kind, kindOf(mark, masker, depth - 1))
    return kind
  }
  for (const key in marks) {
    if (key.length >= shortestKey) masker.key(key)
    kind = worse(kind, kindOf(marks[key] ?? null, masker, depth - 1))
  }
  return kind
}

const worse = (a: Kind, b: Kind): Kind => (a > b ? a : b)

/** Marks kept: booleans in objects and arrays, and `false` where nothing is marked. Anything else counts as a mark. Keys are named as in the values beside the map. */
export function cleanMarks(marks: Json | undefined, masker: Masker): Json {
  if (marks === undefined || marks === null) return false
  const kind = kindOf(marks, masker, maxDepth)
  if (kind === 0) return false
  return masker.thorough || kind === 2 ? renamed(marks, masker, maxDepth) : marks
}

function renamed(marks: Json, masker: Masker, depth: number): Json {
  if (marks === null || marks === false) return false
  if (typeof marks !== 'object') return true
  if (depth === 0) throw tooDeep()
  if (Array.isArray(marks)) return marks.map((mark) => renamed(mark, masker, depth - 1))
  return Object.fromEntries(Object.entries(marks).map(([key, mark]) => [masker.key(key), renamed(mark, masker, depth - 1)]))
}

function replacePaths(paths: Json | undefined, masker: Masker): (string | number)[][] | undefined {
  if (!Array.isArray(paths) || paths.length === 0) return undefined
  const out: (string | number)[][] = []
  for (const path of paths) {
    if (!Array.isArray(path)) continue
    out.push(path.map((step) => (typeof step === 'number' ? step : typeof step === 'string' ? masker.key(step) : '?')))
  }
  return out
}

export function redactChange(change: JsonObject, what: string, masker: Masker, hidden = false): RedactedChange {
  const [before, after] = [change['before'] ?? null, change['after'] ?? null]
  const redactedBefore = masker.value(before, hidden || change['before_sensitive'])
  let redactedAfter = masker.value(after, hidden || change['after_sensitive'])
  if (masker.touched) redactedAfter = tellChanges(before, after, redactedBefore, redactedAfter)
  const out: RedactedChange = {
    actions: actionsOf(change, what),
    before: redactedBefore,
    after: redactedAfter,
    after_unknown: cleanMarks(change['after_unknown'], masker),
    before_sensitive: hidden || cleanMarks(change['before_sensitive'], masker),
    after_sensitive: hidden || cleanMarks(change['after_sensitive'], masker),
  }
  const paths = replacePaths(change['replace_paths'], masker)
  if (paths !== undefined) out.replace_paths = paths
  const importing = change['importing']
  if (isObject(importing)) out.importing = typeof importing['id'] === 'string' ? { id: masker.text(importing['id']) } : {}
  return out
}

const word = (entry: JsonObject, name: string, what: string): string => {
  const value = entry[name]
  if (typeof value !== 'string' || value === '') throw unknownMember(what, `it has no ${name}`)
  return value
}

/** `position` counts from 1, for messages: an address may hold a secret and is not repeated in them. */
export function redactResource(entry: Json | undefined, position: number, masker: Masker): RedactedResource {
  const what = `Resource change ${position}`
  if (!isObject(entry)) throw unknownMember(what, 'it is not an object')
  const change = entry['change']
  if (!isObject(change)) throw unknownMember(what, 'it has no change')
  const mode = entry['mode']
  if (mode !== 'managed' && mode !== 'data') throw new PlanError('plan_format_unsupported', `${what} is of a mode that is not known. Use a newer Countersign for this plan.`)
  const out: RedactedResource = {
    address: masker.address(word(entry, 'address', what)),
    mode,
    type: masker.word(word(entry, 'type', what)),
    name: masker.word(word(entry, 'name', what)),
    provider_name: typeof entry['provider_name'] === 'string' ? masker.word(entry['provider_name']) : '',
    change: redactChange(change, what, masker),
  }
  const index = entry['index']
  if (typeof index === 'number') out.index = index
  else if (typeof index === 'string') out.index = masker.key(index)
  else if (index !== undefined && index !== null) out.index = '?'
  if (typeof entry['module_address'] === 'string') out.module_address = masker.address(entry['module_address'])
  if (typeof entry['previous_address'] === 'string') out.previous_address = masker.address(entry['previous_address'])
  if (typeof entry['deposed'] === 'string' && /^[0-9a-f]{1,64}$/.test(entry['deposed'])) out.deposed = entry['deposed']
  const reason = entry['action_reason']
  if (typeof reason === 'string' && /^[a-z_]{1,64}$/.test(reason)) out.action_reason = reason
  return out
}
