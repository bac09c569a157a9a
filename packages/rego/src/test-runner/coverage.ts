/** Which lines of which files the evaluation reached, in the form of `opa test --coverage`. */
import type { Literal, Module, Term } from '../syntax/tree.ts'

export type Covered = ReadonlyMap<string, ReadonlySet<number>>
export type Range = { readonly start: { readonly row: number }; readonly end: { readonly row: number } }

export type FileCoverage = {
  readonly covered?: readonly Range[]
  readonly not_covered?: readonly Range[]
  readonly covered_lines: number
  readonly not_covered_lines: number
  /** Percent, with up to two decimals. */
  readonly coverage: number
}

export type CoverageReport = {
  readonly files: { readonly [file: string]: FileCoverage }
  readonly covered_lines: number
  readonly not_covered_lines: number
  readonly coverage: number
}

/** Lines that begin a rule or a literal count; a line is covered where something on it was reached. */
export function coverage(modules: readonly Module[], covered: Covered): CoverageReport {
  const files: Record<string, FileCoverage> = {}
  let reached = 0
  let missed = 0
  for (const module of modules) {
    const noted = covered.get(module.source.file) ?? new Set()
    const rows = (places: Iterable<number>): Set<number> => new Set([...places].map((at) => module.source.locate(at).row))
    const good = rows(noted)
    const all = rows(placesOf(module))
    const bad = [...all].filter((row) => !good.has(row))
    files[module.source.file] = {
      ...(good.size === 0 ? {} : { covered: ranges([...good]) }),
      ...(bad.length === 0 ? {} : { not_covered: ranges(bad) }),
      covered_lines: good.size,
      not_covered_lines: bad.length,
      coverage: percent(good.size, bad.length),
    }
    reached += good.size
    missed += bad.length
  }
  return { files, covered_lines: reached, not_covered_lines: missed, coverage: percent(reached, missed) }
}

const percent = (good: number, bad: number): number => (good + bad === 0 ? 100 : Math.round((10_000 * good) / (good + bad)) / 100)

function ranges(rows: readonly number[]): Range[] {
  const out: { start: { row: number }; end: { row: number } }[] = []
  for (const row of [...rows].sort((a, b) => a - b)) {
    const last = out.at(-1)
    if (last !== undefined && last.end.row + 1 === row) last.end.row = row
    else out.push({ start: { row }, end: { row } })
  }
  return out
}

function placesOf(module: Module): number[] {
  return module.rules.filter((rule) => !rule.isDefault).flatMap((rule) => [
    rule.at,
    ...rule.branches.flatMap((branch, index) => [...(index === 0 ? [] : [branch.at]), ...branch.body.flatMap(placesIn), ...(branch.value === undefined ? [] : placesInTerm(branch.value))]),
  ])
}

function placesIn(literal: Literal): number[] {
  if (literal.kind === 'some') return []
  if (literal.kind === 'every') return [literal.at, ...literal.body.flatMap(placesIn)]
  return [literal.at, ...(literal.kind === 'term' ? placesInTerm(literal.term) : [])]
}

/** Bodies of comprehensions inside of a term. */
function placesInTerm(term: Term): number[] {
  switch (term.kind) {
    case 'each': return term.body.flatMap(placesIn)
    case 'array':
    case 'set': return term.items.flatMap(placesInTerm)
    case 'object': return term.pairs.flatMap(([key, value]) => [...placesInTerm(key), ...placesInTerm(value)])
    case 'call': return term.args.flatMap(placesInTerm)
    case 'ref': return [term.head, ...term.path].flatMap(placesInTerm)
    default: return []
  }
}
