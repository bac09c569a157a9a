/**
 * Which lines went and which came. Exact (longest common subsequence) up to a bounded amount of work; beyond it, all old
 * lines and then all new ones are shown, so that nothing is ever hidden by the comparison.
 */

export type DiffLine = { kind: 'same' | 'gone' | 'new'; text: string }

const MOST_CELLS = 4_000_000

export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.split('\n')
  const b = after.split('\n')
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return [
    ...a.slice(0, start).map(same),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ]
}

function same(text: string): DiffLine {
  return { kind: 'same', text }
}

function middle(a: string[], b: string[]): DiffLine[] {
  const gone = (text: string): DiffLine => ({ kind: 'gone', text })
  const come = (text: string): DiffLine => ({ kind: 'new', text })
  if (a.length === 0 || b.length === 0 || (a.length + 1) * (b.length + 1) > MOST_CELLS) return [...a.map(gone), ...b.map(come)]
  const width = b.length + 1
  const longest = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j]
        ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0)
    }
  }
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]]
    if (left !== undefined && left === right) {
      lines.push(same(left))
      i++
      j++
    } else if (left !== undefined && (right === undefined || (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))) {
      lines.push(gone(left))
      i++
    } else if (right !== undefined) {
      lines.push(come(right))
      j++
    }
  }
  return lines
}

/** Runs of unchanged lines that are far from any change, for folding: [from, to) and whether it is such a run. */
export function foldable(lines: readonly DiffLine[], around: number): { from: number; to: number; fold: boolean }[] {
  const near = new Uint8Array(lines.length)
  lines.forEach((line, index) => {
    if (line.kind === 'same') return
    near.fill(1, Math.max(0, index - around), Math.min(lines.length, index + around + 1))
  })
  const runs: { from: number; to: number; fold: boolean }[] = []
  for (let from = 0; from < lines.length; ) {
    let to = from
    while (to < lines.length && near[to] === near[from]) to++
    runs.push({ from, to, fold: near[from] === 0 })
    from = to
  }
  return runs
}
