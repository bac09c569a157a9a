/**
 * The names of workspaces whose state is kept here: project/workspace, where the workspace may hold slashes and letters of any
 * script. People compare these names, so nothing invisible, and nothing that turns the direction of the text, may stand in one; and
 * addresses are made of them, so nothing that a client of HTTP would take for a step within a path.
 *
 * A statement is judged by fixed ranges, so that two verifiers agree whatever their tables of Unicode are. Whoever accepts a new
 * name asks `isStateWorkspace`, which refuses more: what is not in NFC, and what the tables at hand call no character.
 */
import { type Shape, ShapeError } from '../schema/shape.ts'

const project = /^[A-Za-z0-9._-]{1,64}$/
/** Code points from, to: controls, soft hyphen, fillers and joiners, bidi, separators, variation selectors, surrogates, private use, tags; a backslash. */
const forbidden: readonly (readonly [number, number])[] = [
  [0x00, 0x1f], [0x5c, 0x5c], [0x7f, 0x9f], [0xad, 0xad], [0x34f, 0x34f], [0x61c, 0x61c], [0x115f, 0x1160], [0x17b4, 0x17b5], [0x180b, 0x180f],
  [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0x3164, 0x3164], [0xd800, 0xf8ff], [0xfe00, 0xfe0f], [0xfeff, 0xfeff], [0xffa0, 0xffa0],
  [0xfff0, 0xfffb], [0xfffe, 0xffff], [0xe0000, 0xe0fff], [0xf0000, 0x10ffff],
]
const isForbidden = (character: string): boolean => {
  const point = character.codePointAt(0) ?? 0
  return forbidden.some(([from, to]) => point >= from && point <= to)
}
const longest = 200

function why(name: string): string | null {
  const [first = '', ...rest] = name.split('/')
  if (rest.length === 0 || !project.test(first)) return 'does not begin with a project of 1 to 64 letters, digits, ".", "_" and "-", and a slash'
  const workspace = rest.join('/')
  if (workspace === '' || Array.from(workspace).length > longest) return `has no workspace of 1 to ${longest} characters`
  if (Array.from(workspace).some(isForbidden)) return 'holds a character that cannot be seen, or a backslash'
  if ([first, ...rest].some((part) => part === '' || part === '.' || part === '..')) return 'has a part that is empty, "." or ".."'
  return null
}

export const stateWorkspace: Shape<string> = (value, path) => {
  const refusal = typeof value === 'string' ? why(value) : 'is not a string'
  if (refusal !== null) throw new ShapeError(path, refusal)
  return value as string
}

/** Whether a workspace of this name may begin: stricter than what a statement that was made already may say. */
export function isStateWorkspace(name: string): boolean {
  return why(name) === null && name.normalize('NFC') === name && !/\p{C}|[\p{Zl}\p{Zp}]/u.test(name)
}
