/**
 * What changes within one resource: path, before, after. Computed when somebody looks, because a page shows few of many. Paths are
 * written as in the configuration: `ingress[0].cidr_blocks`, `tags["a.b"]`.
 */
import { whyMasked } from '../redact/marks.ts'
import type { Change, Difference, Json, JsonObject, Side } from '../shape.ts'

/** Depth beyond which two subtrees are shown as one difference. */
const maxShownDepth = 40

type Context = { out: Difference[]; limit: number; paths: readonly (readonly (string | number)[])[] }

const isPlain = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const own = (value: Json | undefined, key: string): Json | undefined => (isPlain(value) && Object.hasOwn(value, key) ? value[key] : undefined)

function side(value: Json | undefined, unknown: Json | undefined): Side {
  if (unknown === true) return { kind: 'unknown' }
  if (value === undefined || value === null) return { kind: 'absent' }
  if (typeof value === 'object') {
    const why = whyMasked(value)
    if (why !== undefined) return { kind: 'sensitive', why }
  }
  return { kind: 'value', value }
}

const equal = (a: Json | undefined, b: Json | undefined): boolean => a === b || ((a ?? null) === null && (b ?? null) === null) || JSON.stringify(a) === JSON.stringify(b)

const step = (path: string, key: string): string =>
  /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? (path === '' ? key : `${path}.${key}`) : `${path}[${JSON.stringify(key)}]`

/** True when anything below is unknown. */
const anyUnknown = (unknown: Json | undefined): boolean =>
  unknown === true || (typeof unknown === 'object' && unknown !== null && Object.values(unknown).some(anyUnknown))

const forces = (context: Context, at: readonly (string | number)[]): boolean =>
  context.paths.some((path) => path.length <= at.length && path.every((part, i) => part === at[i]))

function add(context: Context, path: string, at: readonly (string | number)[], before: Side, after: Side): void {
  context.out.push({ path, before, after, forcesReplacement: forces(context, at) })
}

function walk(context: Context, path: string, at: readonly (string | number)[], before: Json | undefined, after: Json | undefined, unknown: Json | undefined): void {
  if (context.out.length >= context.limit || (equal(before, after) && !anyUnknown(unknown))) return
  const [left, right] = [side(before, false), side(after, unknown)]
  const open = at.length < maxShownDepth && left.kind !== 'sensitive' && right.kind !== 'sensitive' && right.kind !== 'unknown'
  const bothLists = (Array.isArray(before) || before === null || before === undefined) && (Array.isArray(after) || after === null || after === undefined)
  if (open && bothLists && (Array.isArray(before) || Array.isArray(after))) {
    const [olds, news] = [Array.isArray(before) ? before : [], Array.isArray(after) ? after : []]
    const unknowns = Array.isArray(unknown) ? unknown : []
    for (let i = 0; i < Math.max(olds.length, news.length, unknowns.length); i++) walk(context, `${path}[${i}]`, [...at, i], olds[i], news[i], unknowns[i])
    return
  }
  const objects = (isPlain(before) || left.kind === 'absent') && (isPlain(after) || right.kind === 'absent')
  if (open && objects && (isPlain(before) || isPlain(after) || isPlain(unknown))) {
    const keys = new Set([...Object.keys(isPlain(before) ? before : {}), ...Object.keys(isPlain(after) ? after : {}), ...Object.keys(isPlain(unknown) ? unknown : {})])
    for (const key of keys) walk(context, step(path, key), [...at, key], own(before, key), own(after, key), own(unknown, key))
    return
  }
  if (left.kind === 'absent' && right.kind === 'absent') return
  add(context, path, at, left, right)
}

/** At most `limit` differences, in the order of the attributes. Equal attributes are left out; a hidden one that changed is in. */
export function differences(change: Pick<Change, 'resource'>, limit = 200): Difference[] {
  const { before, after, after_unknown: unknown, replace_paths: paths } = change.resource.change
  const context: Context = { out: [], limit, paths: paths ?? [] }
  walk(context, '', [], before, after, change.resource.change.actions[0] === 'delete' && after === null ? false : unknown)
  return context.out
}
