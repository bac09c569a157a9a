/** The lines that differ between two texts, with a few around them. Longest common subsequence: policies are short. */
export type Line = { readonly kind: 'same' | 'gone' | 'new'; readonly text: string }

/** Above this many lines the table would be too large; everything is shown as replaced then. */
const MOST = 3_000

export function diffLines(before: string, after: string): Line[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  if (a.length > MOST || b.length > MOST) return [...a.map((text): Line => ({ kind: 'gone', text })), ...b.map((text): Line => ({ kind: 'new', text }))]
  const width = b.length + 1
  const longest = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i] ?? '' })
      i += 1
      j += 1
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) lines.push({ kind: 'gone', text: a[i++] ?? '' })
    else lines.push({ kind: 'new', text: b[j++] ?? '' })
  }
  return lines
}

/** Only what lies within `context` lines of a difference; a gap is one empty entry. */
export function nearDifferences(lines: readonly Line[], context = 2): (Line | undefined)[] {
  const near = lines.map((_, i) => lines.slice(Math.max(0, i - context), i + context + 1).some((line) => line.kind !== 'same'))
  const out: (Line | undefined)[] = []
  lines.forEach((line, i) => {
    if (near[i]) out.push(line)
    else if (out.length > 0 && out.at(-1) !== undefined) out.push(undefined)
  })
  return out
}
