/** The name that may have been meant: at a distance of less than three insertions, deletions and replacements. */
export function similar(given: string, names: Iterable<string>): string | undefined {
  for (const name of names) if (Math.abs(name.length - given.length) < 3 && distance(given, name) < 3) return name
  return undefined
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length] ?? 0
}
