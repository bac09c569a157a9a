/**
 * Which of many rules can apply at all. Rules whose bodies compare input, or an argument, to constants are found by the value that
 * stands there; the others are always tried.
 */
import type { Clause, Expression, RuleProgram, Variable } from '../compile/program.ts'
import type { Value } from '../value/index.ts'
import type { Context } from './context.ts'
import { lookup } from './lookup.ts'

type Indexed = { readonly rule: RuleProgram }

/** Where the compared value stands: a path into the input, or the number of an argument. */
type Place = { readonly name: string; readonly path: readonly string[]; readonly argument: number | undefined }

export type Index<T extends Indexed> =
  | { readonly kind: 'list'; readonly rules: readonly T[] }
  | { readonly kind: 'by'; readonly place: Place; readonly found: ReadonlyMap<Value, Index<T>>; readonly rest: Index<T>; readonly all: readonly T[] }

/** Fewer rules than this are tried one by one. */
const worthwhile = 4

export function buildIndex<T extends Indexed>(rules: readonly T[], args: number): Index<T> {
  return build(rules.map((rule) => ({ rule, wants: comparisons(rule.rule, args) })), 0)
}

type Entry<T> = { readonly rule: T; readonly wants: ReadonlyMap<string, { place: Place; value: Value }> }

function build<T extends Indexed>(entries: readonly Entry<T>[], depth: number, without: ReadonlySet<string> = new Set()): Index<T> {
  const list: Index<T> = { kind: 'list', rules: entries.map((one) => one.rule) }
  if (entries.length < worthwhile || depth > 4) return list
  const counts = new Map<string, number>()
  let best: Place | undefined
  let most = 1
  for (const { wants } of entries) {
    for (const [name, { place }] of wants) {
      if (without.has(name)) continue
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      if (count > most) {
        most = count
        best = place
      }
    }
  }
  if (best === undefined) return list
  const name = best.name
  const groups = new Map<Value, Entry<T>[]>()
  const rest: Entry<T>[] = []
  for (const one of entries) {
    const wanted = one.wants.get(name)
    if (wanted === undefined) rest.push(one)
    else {
      const group = groups.get(wanted.value)
      if (group === undefined) groups.set(wanted.value, [one])
      else group.push(one)
    }
  }
  const used = new Set([...without, name])
  const found = new Map([...groups].map(([value, group]) => [value, build(group, depth + 1, used)] as const))
  return { kind: 'by', place: best, found, rest: build(rest, depth + 1, used), all: list.rules }
}

/** The rules that may apply. */
export function select<T extends Indexed>(index: Index<T>, c: Context, args: readonly Value[] | undefined): readonly T[] {
  if (index.kind === 'list') return index.rules
  const { place } = index
  let value: Value | undefined
  if (place.argument !== undefined) value = args?.[place.argument]
  else {
    value = c.input
    for (const name of place.path) value = value === undefined ? undefined : lookup(value, name)
  }
  const rest = select(index.rest, c, args)
  if (value === undefined) return rest
  // a double beyond the safe integers could equal a bigint, which a map cannot see
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))) return index.all
  const found = index.found.get(value)
  if (found === undefined) return rest
  const some = select(found, c, args)
  return rest.length === 0 ? some : some.length === 0 ? rest : [...some, ...rest]
}

/** What the first branch of a rule compares to constants. A rule with `else` may apply where that one does not. */
function comparisons(rule: RuleProgram, args: number): Map<string, { place: Place; value: Value }> {
  const wants = new Map<string, { place: Place; value: Value }>()
  const [branch, ...more] = rule.branches
  if (more.length > 0) return wants
  const places = new Map<Variable, Place>()
  for (const [i, variable] of rule.args.entries()) if (i < args) places.set(variable, { name: `#${i}`, path: [], argument: i })
  for (const clause of branch?.body ?? []) {
    if (clause.with.length > 0) continue
    const sides = sidesOf(clause)
    if (sides === undefined) continue
    const [a, b] = sides
    const place = placeOf(a, places) ?? placeOf(b, places)
    const constant = a.kind === 'value' ? a.value : b.kind === 'value' ? b.value : undefined
    if (place !== undefined && constant !== undefined && (typeof constant === 'string' || typeof constant === 'boolean' || constant === null || (typeof constant === 'number' && (!Number.isInteger(constant) || Number.isSafeInteger(constant))))) {
      if (!wants.has(place.name)) wants.set(place.name, { place, value: constant })
    } else if (clause.kind === 'unify' && place !== undefined) {
      const variable = a.kind === 'variable' ? a.variable : b.kind === 'variable' ? b.variable : undefined
      if (variable !== undefined && !places.has(variable)) places.set(variable, place)
    }
  }
  return wants
}

function sidesOf(clause: Clause): readonly [Expression, Expression] | undefined {
  if (clause.kind === 'unify') return [clause.left, clause.right]
  if (clause.kind !== 'test' || clause.expression.kind !== 'call') return undefined
  const { callee, args } = clause.expression
  return callee.kind === 'builtin' && callee.name === 'equal' ? (args as unknown as readonly [Expression, Expression]) : undefined
}

function placeOf(expression: Expression, places: ReadonlyMap<Variable, Place>): Place | undefined {
  if (expression.kind === 'variable') return places.get(expression.variable)
  if (expression.kind !== 'input') return undefined
  const path: string[] = []
  for (const key of expression.path) {
    if (key.kind !== 'value' || typeof key.value !== 'string') return undefined
    path.push(key.value)
  }
  return { name: JSON.stringify(path), path, argument: undefined }
}
