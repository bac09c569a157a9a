/** A folder whose writes fail on purpose, before anything is on disk or after everything is. */
import type { Folder } from '../../src/platform/folder.ts'

export function failingFolder(): { around: (real: Folder) => Folder; fail: 'never' | 'without effect' | 'with effect'; writes: string[] } {
  const state: ReturnType<typeof failingFolder> = {
    fail: 'never',
    writes: [],
    around: (real) => ({
      ...real,
      write: async (name, text) => {
        if (state.fail === 'without effect') throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
        await real.write(name, text)
        state.writes.push(name)
        if (state.fail === 'with effect') throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
      },
    }),
  }
  return state
}
