/**
 * `regex.globs_match`: is there a string that both patterns match? Patterns are made of characters, `.`, sets, and `+` or `*` behind
 * any of these. Both are walked at once, each pair of places visited at most once, so that the cost is the product of the lengths.
 */
import { type BuiltinContext, BuiltinFault } from '../registry.ts'
import { runes } from '../text/utf8.ts'

type Ranges = readonly (readonly [number, number])[]
type Token = { readonly ranges: Ranges; readonly least: 0 | 1; readonly repeats: boolean }

const all: Ranges = [[0, 0x10ffff]]

export function intersects(first: string, second: string, context: BuiltinContext): boolean {
  const [a, b] = [tokens(first), tokens(second)]
  const width = b.length + 1
  const seen = new Set<number>([0])
  const open = [0]
  const visit = (i: number, j: number) => {
    const place = i * width + j
    if (seen.has(place)) return
    seen.add(place)
    open.push(place)
  }
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    context.spend(1)
    const [i, j] = [Math.floor(place / width), place % width]
    if (i === a.length && j === b.length) return true
    const [x, y] = [a[i], b[j]]
    if (x !== undefined && x.least === 0) visit(i + 1, j)
    if (y !== undefined && y.least === 0) visit(i, j + 1)
    if (x === undefined || y === undefined || !overlap(x.ranges, y.ranges)) continue
    visit(i + 1, j + 1)
    if (x.repeats) visit(i, j + 1)
    if (y.repeats) visit(i + 1, j)
  }
  return false
}

const overlap = (a: Ranges, b: Ranges): boolean => a.some(([low, high]) => b.some(([from, to]) => low <= to && from <= high))

function tokens(input: string): Token[] {
  const text = runes(input)
  const out: Token[] = []
  let at = 0
  const fault = (message: string): BuiltinFault => new BuiltinFault(`input:${input}, pos:${at}, ${message}: the input provided is invalid`)
  const next = (): { readonly rune: string; readonly escaped: boolean } => {
    const rune = text[at++] ?? ''
    if (rune !== '\\') return { rune, escaped: false }
    if (at >= text.length) throw fault('input ends with a \\ (escape) character')
    return { rune: text[at++] ?? '', escaped: true }
  }
  const set = (): Ranges => {
    const ranges: [number, number][] = []
    let previous: number | undefined
    while (at < text.length) {
      const { rune, escaped } = next()
      if (!escaped && rune === ']') return ranges
      if (escaped || rune !== '-') {
        previous = rune.codePointAt(0) ?? 0
        ranges.push([previous, previous])
        continue
      }
      if (previous === undefined) throw fault('range character \'-\' must be preceded by a Unicode character')
      if (at >= text.length - 1) throw fault('range character \'-\' must be followed by a Unicode character')
      const last = next()
      if (!last.escaped && (last.rune === ']' || last.rune === '-')) throw fault('range character \'-\' cannot be followed by a special symbol')
      const end = last.rune.codePointAt(0) ?? 0
      if (end < previous) throw fault(`range is out of order: '${last.rune}' comes before '${String.fromCodePoint(previous)}' in Unicode`)
      ranges.push([previous, end])
      previous = undefined
    }
    throw fault('found [ without matching ]')
  }
  while (at < text.length) {
    const { rune, escaped } = next()
    if (!escaped && rune === ']') throw fault('set-close \']\' with no preceding \'[\'')
    if (!escaped && (rune === '+' || rune === '*')) throw fault(`flag '${rune}' must be preceded by a non-flag`)
    const code = rune.codePointAt(0) ?? 0
    const ranges: Ranges = escaped ? [[code, code]] : rune === '.' ? all : rune === '[' ? set() : [[code, code]]
    const flag = text[at] === '+' || text[at] === '*' ? text[at++] : ''
    out.push({ ranges, least: flag === '*' ? 0 : 1, repeats: flag !== '' })
  }
  return out
}
