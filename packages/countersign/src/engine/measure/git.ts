/** The commit and whether files differ from it. A claim for the reader; nothing rests on it. Runs nothing that a repository configures. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { capture } from '../run/child.ts'
import type { Origin } from '../shape.ts'

const unknown: Origin = { commit: '', dirty: false }

export async function readOrigin(directory: string, environment: Readonly<Record<string, string>>): Promise<Origin> {
  if (!environment['GIT_DIR'] && !inRepository(directory)) return unknown
  const command = {
    file: 'git',
    // fsmonitor and hooks are programs that a checkout could bring along.
    arguments: ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', 'status', '--porcelain=v2', '--branch', '--untracked-files=normal', '--ignore-submodules=all'],
    directory,
    environment: { ...environment, GIT_OPTIONAL_LOCKS: '0' },
    signal: AbortSignal.timeout(5_000),
  }
  const answer = await capture(command, 16 * 1024 * 1024).catch(() => undefined)
  if (!answer || answer.code !== 0) return unknown
  const lines = answer.output.toString('utf8').split('\n')
  const commit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(answer.output.toString('utf8'))?.[1] ?? ''
  return { commit, dirty: lines.some((line) => line !== '' && !line.startsWith('#')) }
}

/** Saves starting git where there is nothing for it. */
function inRepository(directory: string): boolean {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return true
    if (folder === dirname(folder)) return false
  }
}
