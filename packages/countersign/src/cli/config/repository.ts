/**
 * `.countersign.yaml`: which server and which workspace this folder belongs to, and nothing else. Whoever may push to the repository
 * may write it, so nothing that loosens a check is ever read from it.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CliError } from '../exit.ts'

export type Repository = { readonly server?: string; readonly workspace?: string; readonly path?: string }

export const repositoryFile = '.countersign.yaml'

/** The nearest file from the directory upwards, to the root of the file system. Throws CliError `repository_file_invalid`. */
export async function readRepository(directory: string): Promise<Repository> {
  for (let folder = directory; ; folder = dirname(folder)) {
    const path = join(folder, repositoryFile)
    const text = readOrNothing(path)
    if (text !== undefined) {
      const { parseRepository } = await import('./parse-repository.ts')
      return { ...parseRepository(text, path), path }
    }
    if (folder === dirname(folder)) return {}
  }
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR' || cause.code === 'EACCES')) return undefined
    throw new CliError('repository_file_invalid', `${path} cannot be read.`, 'Correct it, or take it away and use --server and --workspace.', { cause })
  }
}
