/**
 * What one leaf says, in the words that people search by. Computed from the leaf and its details alone, so that the server that keeps an
 * index, `audit verify` that computes it again, and the browser that was shown an entry all come to the same.
 *
 * The adversary writes to the database: an index row can say anything. A leaf cannot (it is hashed into the tree), and details cannot
 * (the leaf commits to them). Total: whatever the details hold, this answers.
 */
import { kinds, type Outcome } from './kinds.ts'

export type LeafText = { readonly type: string; readonly time: string; readonly ids: Readonly<Record<string, string>> }

export type Said = {
  readonly type: string
  /** ms */
  readonly at: number
  readonly outcome: Outcome
  /** Who did it; "" where the entry names nobody. */
  readonly person: string
  /** The workspace that the details name; "" where they name none. */
  readonly workspace: string
}

/** `details` is canonical text; null when it was erased: then the outcome is known only where the type alone says it. */
export function saidBy(leaf: LeafText, details: string | null): Said {
  const namesWorkspace = details?.includes('"workspace"') === true
  const told = details === null || !(namesWorkspace || isTold(leaf, details)) ? {} : objectIn(details)
  return {
    type: leaf.type, at: Date.parse(leaf.time), outcome: outcomeOf(leaf.type, told), person: personOf(leaf.ids, told),
    workspace: namesWorkspace ? (workspaceIn(told) ?? '') : '',
  }
}

/** Most details tell nothing that is looked at here: they are not read. */
const isTold = ({ type, ids }: LeafText, details: string): boolean =>
  outcomeIsInDetails(type) || (ids['person'] === undefined && (details.includes('"by"') || details.includes('"actor"')))

/** Whether erased details could change what is said of the outcome. */
export const outcomeIsInDetails = (type: string): boolean => typeof (Object.hasOwn(kinds, type) ? kinds[type] : undefined)?.outcome === 'object'

/** An entry that names no workspace belongs to that of the request, or of the state, that it names: what was last said of these. */
export function anchorsOf(ids: Readonly<Record<string, string>>): (readonly [Anchor, string])[] {
  const found: (readonly [Anchor, string])[] = []
  for (const key of anchors) if (ids[key] !== undefined) found.push([key, ids[key]])
  return found
}
const anchors = ['ref', 'state'] as const
type Anchor = (typeof anchors)[number]

/** Members of a type, as a filter means it: `gate.denied`, or `gate` for all below it. */
export const isOfType = (type: string, wanted: string): boolean => type === wanted || type.startsWith(`${wanted}.`)
export const typePattern = /^[a-z][a-z0-9-]{0,63}(?:\.[a-z][a-z0-9-]{0,63}){0,3}$/

function objectIn(details: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(details)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function outcomeOf(type: string, told: Record<string, unknown>): Outcome {
  const outcome = Object.hasOwn(kinds, type) ? kinds[type]?.outcome : undefined
  if (typeof outcome !== 'object') return outcome ?? 'done'
  const value = String(told[outcome.by])
  return (Object.hasOwn(outcome.of, value) ? outcome.of[value] : undefined) ?? outcome.else
}

const personPattern = /^usr_[0-9a-f]{32}$/

/** The leaf's own word first. A denial, and a grant, name who did it, or whose it is, in their details. */
function personOf(ids: Readonly<Record<string, string>>, told: Record<string, unknown>): string {
  if (ids['person'] !== undefined) return ids['person']
  const named = [told['by'], told['actor']].find((value) => typeof value === 'string' && personPattern.test(value))
  return typeof named === 'string' ? named : ''
}

const DEEPEST = 8

/** A member `workspace` anywhere: its name, or what has that name. The first that is there. */
function workspaceIn(value: unknown, depth = 0): string | null {
  if (depth > DEEPEST || typeof value !== 'object' || value === null) return null
  for (const [key, inner] of Object.entries(value)) {
    const found = (key === 'workspace' ? nameOf(inner) : null) ?? workspaceIn(inner, depth + 1)
    if (found !== null) return found
  }
  return null
}

/** Names of workspaces have a project before a slash; nothing else is taken for one. */
function nameOf(value: unknown): string | null {
  if (isObject(value)) return nameOf(value['name'])
  return typeof value === 'string' && value.length <= 300 && value.includes('/') ? value : null
}
