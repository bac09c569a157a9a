/** Strings are ordered by their Unicode code points, which is the order of their UTF-8 bytes, and not by UTF-16 units as `<` does. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const xs = x >= 0xd800 && x <= 0xdfff
    const ys = y >= 0xd800 && y <= 0xdfff
    // a surrogate stands for a code point above every other unit
    if (xs !== ys) return xs ? 1 : -1
    return x < y ? -1 : 1
  }
  return a.length - b.length
}

/** A map with its keys in code point order: every object and map keeps its members so, and iteration never sorts again. */
export function sortedMap<T>(entries: Iterable<readonly [string, T]>): Map<string, T> {
  const map = new Map<string, T>()
  let last: string | undefined
  let ordered = true
  for (const [key, value] of entries) {
    if (last !== undefined && (map.has(key) || compareStrings(last, key) >= 0)) ordered = false
    map.set(key, value)
    last = key
  }
  return ordered ? map : new Map([...map].sort((a, b) => compareStrings(a[0], b[0])))
}
