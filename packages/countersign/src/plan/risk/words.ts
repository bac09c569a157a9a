/** The words of an identifier: `aws_dbInstance-2` -> aws, db, instance, 2. */
const seen = new Map<string, readonly string[]>()

export function wordsOf(name: string): readonly string[] {
  const known = seen.get(name)
  if (known !== undefined) return known
  const words = name
    .slice(0, 300)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
  if (seen.size < 5000) seen.set(name, words)
  return words
}
