/**
 * Where files come from. The package reads nothing by itself: the caller passes a loader, which decides what may be read. Paths are relative
 * to the loader's root, with `/` between parts, without `.` and `..`; `''` is the root itself. A path that would leave the root is never asked for.
 */

/** What loading needs of a file system, or of whatever stands for one. Both answer null for what is not there or may not be read. */
export interface Loader {
  /** The names in a directory: files, and directories with a `/` at their end. In any order. */
  list(directory: string): readonly string[] | null
  /** The bytes of a file. */
  read(path: string): Uint8Array | null
}

const encoder = new TextEncoder()

/** A loader over files in memory: from path to content. */
export function memoryLoader(files: Readonly<Record<string, string | Uint8Array>>): Loader {
  const names = new Map<string, Set<string>>()
  for (const path of Object.keys(files)) {
    const parts = path.split('/')
    for (let i = 0; i < parts.length; i++) {
      const directory = parts.slice(0, i).join('/')
      const known = names.get(directory) ?? new Set()
      known.add(i === parts.length - 1 ? (parts[i] ?? '') : `${parts[i]}/`)
      names.set(directory, known)
    }
  }
  return {
    list: (directory) => (names.has(directory) ? [...(names.get(directory) ?? [])] : null),
    read: (path) => {
      const content = Object.hasOwn(files, path) ? files[path] : undefined
      if (content === undefined) return null
      return typeof content === 'string' ? encoder.encode(content) : content
    },
  }
}

/** `path` seen from `directory`; null when it leaves the root. */
export function resolvePath(directory: string, path: string): string | null {
  const parts = directory === '' ? [] : directory.split('/')
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  return parts.join('/')
}

/** The path of a name in a directory. */
export const inDirectory = (directory: string, name: string): string => (directory === '' ? name : `${directory}/${name}`)
