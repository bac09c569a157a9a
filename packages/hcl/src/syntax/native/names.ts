/** The names of a body's arguments: a short list, then a set, so that a body of a hundred thousand arguments stays linear. */
export type Names = (string | Set<string>)[]

/** Whether a name is among them; if not, it is from now on. */
export function isSet(names: Names, name: string): boolean {
  const [first] = names
  if (first instanceof Set) return first.has(name) || (first.add(name), false)
  if (names.includes(name)) return true
  names.push(name)
  if (names.length > 24) names.splice(0, names.length, new Set(names as string[]))
  return false
}
