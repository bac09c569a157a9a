/** A loader over a folder of this machine, for tests. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Loader } from '../../src/load/loader.ts'

export const folderLoader = (root: string): Loader => ({
  list: (directory) => {
    try {
      return readdirSync(join(root, directory), { withFileTypes: true }).map((one) => (one.isDirectory() ? `${one.name}/` : one.name))
    } catch {
      return null
    }
  },
  read: (path) => {
    try {
      return readFileSync(join(root, path))
    } catch {
      return null
    }
  },
})
