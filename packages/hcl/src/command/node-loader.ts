/**
 * A loader over a directory of this machine. What an attacker controls here are the files below the root and the links among them: every path
 * is resolved with its links before it is read, and nothing outside of the root is.
 */
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Loader } from '../load/loader.ts'

const largest = 64 << 20

/** The real path of `path` below `root`, or null when it is not there or leads out. */
function inside(root: string, path: string): string | null {
  try {
    const real = realpathSync(join(root, path))
    return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep) ? real : null
  } catch {
    return null
  }
}

/** A loader that is confined to `directory`, links included. Files of more than 64 MiB are not read. */
export function nodeLoader(directory: string): Loader {
  const root = realpathSync(directory)
  return {
    list: (path) => {
      const real = inside(root, path)
      if (real === null) return null
      try {
        return readdirSync(real, { withFileTypes: true }).flatMap((entry) => {
          if (entry.isFile()) return [entry.name]
          if (entry.isDirectory()) return [`${entry.name}/`]
          const target = entry.isSymbolicLink() ? inside(root, join(path, entry.name)) : null
          if (target === null) return []
          const found = lstatSync(target)
          return found.isDirectory() ? [`${entry.name}/`] : found.isFile() ? [entry.name] : []
        })
      } catch {
        return null
      }
    },
    read: (path) => {
      const real = inside(root, path)
      if (real === null) return null
      try {
        const found = statSync(real)
        return found.isFile() && found.size <= largest ? readFileSync(real) : null
      } catch {
        return null
      }
    },
  }
}
