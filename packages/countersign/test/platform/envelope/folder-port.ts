/** Rows in a folder, a file each: what is saved survives the process. */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyOf, type RewrapPort, type RewrapRow } from '../../../src/platform/envelope/index.ts'

export function folderPort(folder: string): RewrapPort & { rows(): Promise<RewrapRow[]>; put(row: RewrapRow): Promise<void> } {
  const rows = async (): Promise<RewrapRow[]> => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted()
    return await Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as RewrapRow))
  }
  const put = async (row: RewrapRow): Promise<void> => {
    await writeFile(join(folder, `${row.id}.new`), JSON.stringify(row))
    await rename(join(folder, `${row.id}.new`), join(folder, `${row.id}.json`))
  }
  const old = async (key: string): Promise<RewrapRow[]> => (await rows()).filter(({ head }) => keyOf(head) !== key)
  return {
    rows,
    put,
    next: async (notKey, limit, after) => (await old(notKey)).filter(({ id }) => id > after).slice(0, limit),
    save: async (id, oldHead, newHead) => {
      const row = (await rows()).find((one) => one.id === id)
      if (row?.head === oldHead) await put({ ...row, head: newHead })
    },
    remaining: async (notKey) => (await old(notKey)).length,
    total: async () => (await rows()).length,
  }
}
