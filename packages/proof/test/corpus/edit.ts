/**
 * Edits: how the corpus says what is changed in a base. A path goes through members and indices; `{"as":"json"}` steps into
 * a string that holds JSON, and writes it back canonically; `{"as":"bytes"}` steps into base64url. The format is described
 * in docs/spec/vectors.md.
 */
import { canonicalText, fromBase64url, toBase64url } from '../../src/index.ts'

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type Step = string | number | { as: 'json' | 'bytes' }
export type Edit = { at: Step[] } & ({ set: Json } | { remove: true } | { xor: number } | { replace: [string, string] })

const isStep = (step: Step | undefined): step is { as: 'json' | 'bytes' } => typeof step === 'object'

function changed(value: Json | Uint8Array | undefined, edit: Edit): Json | undefined {
  if ('set' in edit) return edit.set
  if ('replace' in edit) {
    if (typeof value !== 'string' || !value.includes(edit.replace[0])) throw new Error(`nothing to replace at ${JSON.stringify(edit.at)}`)
    return value.replace(edit.replace[0], () => edit.replace[1])
  }
  return undefined
}

function within(text: Json | undefined, as: 'json' | 'bytes', rest: Step[], edit: Edit): string {
  if (typeof text !== 'string') throw new Error(`no text at ${JSON.stringify(edit.at)}`)
  if (as === 'json') return canonicalText(inside(JSON.parse(text) as Json, rest, edit) ?? null)
  const bytes = fromBase64url(text)
  if (bytes === undefined) throw new Error(`no base64url at ${JSON.stringify(edit.at)}`)
  const [step, ...more] = rest
  if (isStep(step)) return toBase64url(Buffer.from(within(Buffer.from(bytes).toString(), step.as, more, edit)))
  if (typeof step !== 'number' || !('xor' in edit)) throw new Error('bytes are edited with xor at an index')
  const at = step < 0 ? bytes.length + step : step
  bytes[at] = (bytes[at] ?? 0) ^ edit.xor
  return toBase64url(bytes)
}

function inside(value: Json | undefined, path: Step[], edit: Edit): Json | undefined {
  const [step, ...rest] = path
  if (step === undefined) return changed(value, edit)
  if (isStep(step)) return within(value, step.as, rest, edit)
  if (Array.isArray(value) && typeof step === 'number') {
    const next = inside(value[step], rest, edit)
    if (step === value.length && next !== undefined) return [...value, next]
    return next === undefined ? value.filter((_, i) => i !== step) : value.map((item, i) => (i === step ? next : item))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`no way to ${JSON.stringify(edit.at)}`)
  const next = inside(value[String(step)], rest, edit)
  const { [String(step)]: _, ...others } = value
  return next === undefined ? others : { ...value, [String(step)]: next }
}

/** The document with all edits made in order. The one given is not changed. */
export const applyEdits = (document: Json, edits: readonly Edit[]): Json =>
  edits.reduce<Json>((value, edit) => inside(value, edit.at, edit) ?? null, document)

const isObject = (value: Json): value is { [name: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The edits that make `to` out of `from`. */
export function editsBetween(from: Json, to: Json, at: Step[] = []): Edit[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return []
  if (Array.isArray(from) && Array.isArray(to)) {
    const same = from.slice(0, to.length).flatMap((item, i) => editsBetween(item, to[i] ?? null, [...at, i]))
    const added = to.slice(from.length).map((item, i) => ({ at: [...at, from.length + i], set: item }))
    const removed = from.slice(to.length).map(() => ({ at: [...at, to.length], remove: true as const }))
    return [...same, ...added, ...removed]
  }
  if (isObject(from) && isObject(to)) {
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])]
    return names.flatMap((name) => {
      const [before, after] = [from[name], to[name]]
      if (after === undefined) return [{ at: [...at, name], remove: true as const }]
      return before === undefined ? [{ at: [...at, name], set: after }] : editsBetween(before, after, [...at, name])
    })
  }
  return [{ at, set: to }]
}
