/** The table of known secret attributes as a tree for each type, and Terraform's own marks in the same form. */
import type { Json } from '../../plan/index.ts'
import { isObject } from '../../plan/text/parse.ts'
import { instead, secretAttributes } from './table.ts'

/** `secret`: everything from here on is one. `inner`: by attribute, key or index; `*` for any. */
export type Known = { secret?: { kind: string; advice: string }; inner?: Map<string, Known> }

function parseTable(): ReadonlyMap<string, Known> {
  const types = new Map<string, Known>()
  for (const line of secretAttributes.trim().split('\n')) {
    const [place = '', kind = '', way = ''] = line.split('|').map((part) => part.trim())
    const [type = '', path = ''] = place.split(' ')
    const [what = '', name = ''] = way.split(' ')
    let at = types.get(type)
    if (at === undefined) types.set(type, (at = {}))
    for (const step of path.split('.')) {
      at.inner ??= new Map()
      let next = at.inner.get(step)
      if (next === undefined) at.inner.set(step, (next = {}))
      at = next
    }
    at.secret = { kind, advice: (instead[what] ?? '').replace('%', name) }
  }
  return types
}

const types = parseTable()

export const knownTypes: readonly string[] = [...types.keys()]

export function knownSecrets(type: string, mode: 'managed' | 'data'): Known | undefined {
  return types.get(mode === 'data' ? `data.${type}` : type)
}

export const below = (known: Known | undefined, step: string): Known | undefined =>
  known?.inner === undefined ? undefined : (known.inner.get(step) ?? known.inner.get('*'))

/** Where Terraform says that a value is sensitive: `true` for all from here on. */
export type Marks = true | Map<string, Marks>

/**
 * `sensitive_attributes`: a list of paths, each a list of steps `{"type": "get_attr", "value": "name"}` or
 * `{"type": "index", "value": {"value": 0, "type": "number"}}`. A step that cannot be followed, such as into a set, marks all from there.
 */
export function readMarks(paths: Json | undefined): Marks | undefined {
  if (paths === undefined || paths === null) return undefined
  if (!Array.isArray(paths)) return true
  let root: Marks | undefined
  for (const path of paths) root = mark(root, stepsOf(path))
  return root
}

function mark(root: Marks | undefined, steps: readonly string[]): Marks {
  if (root === true || steps.length === 0) return true
  const top: Map<string, Marks> = root ?? new Map()
  let at = top
  for (const [i, step] of steps.entries()) {
    const there = at.get(step)
    if (there === true) break
    if (i === steps.length - 1) {
      at.set(step, true)
      break
    }
    const next: Map<string, Marks> = there ?? new Map()
    at.set(step, next)
    at = next
  }
  return top
}

function stepsOf(path: Json): string[] {
  if (!Array.isArray(path)) return []
  const steps: string[] = []
  for (const step of path) {
    const value = isObject(step) ? step['value'] : undefined
    const key = isObject(value) ? value['value'] : value
    if (typeof key !== 'string' && typeof key !== 'number') break
    steps.push(String(key))
  }
  return steps
}

/** Is all of the value marked? A mark of a part that such a value cannot have marks all of it. */
export function marksAll(marks: Marks | undefined, value: Json): boolean {
  if (marks === undefined) return false
  if (marks === true || typeof value !== 'object' || value === null) return true
  return Array.isArray(value) && [...marks.keys()].some((step) => !/^[0-9]+$/.test(step))
}
