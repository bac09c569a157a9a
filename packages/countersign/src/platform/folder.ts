/**
 * A folder of small files that survive a crash: the port behind which checkpoints lie, and where tests put
 * a disk that is full.
 *
 * `write` is atomic and durable: after it resolves, a power cut leaves the new content; before, the old or
 * none, never a part. The order is file, its bytes to disk, the name, the folder to disk.
 */
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface Folder {
  /** Names, sorted. Unfinished writes are not among them. */
  list(): Promise<string[]>
  read(name: string): Promise<string>
  write(name: string, text: string): Promise<void>
  remove(name: string): Promise<void>
}

const UNFINISHED = '.unfinished-'

export async function diskFolder(path: string): Promise<Folder> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  for (const name of await readdir(path)) if (name.startsWith(UNFINISHED)) await rm(join(path, name), { force: true })
  return folderAt(path)
}

/** Makes and clears nothing: for those who only look. A folder that is missing is empty. */
export function existingFolder(path: string): Folder {
  return folderAt(path)
}

function folderAt(path: string): Folder {
  let counter = 0
  return {
    list: async () => {
      const names = await readdir(path).catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
        throw error
      })
      return names.filter((name) => !name.startsWith('.')).toSorted()
    },
    read: async (name) => {
      const file = await open(join(path, name), constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        return await file.readFile('utf8')
      } finally {
        await file.close()
      }
    },
    write: async (name, text) => {
      const unfinished = join(path, `${UNFINISHED}${process.pid}-${counter++}`)
      try {
        const file = await open(unfinished, 'wx', 0o600)
        try {
          await file.writeFile(text)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(unfinished, join(path, name))
      } catch (error) {
        await rm(unfinished, { force: true })
        throw error
      }
      await syncFolder(path)
    },
    remove: (name) => rm(join(path, name), { force: true }),
  }
}

/** A name is durable when its folder is. Windows cannot sync a folder, and orders such writes itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, constants.O_RDONLY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
