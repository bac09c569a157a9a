import { basename, dirname } from 'node:path'
import type { Environment } from '../../settings-table.ts'
import { loadPrivate } from '../../key-files.ts'

export const PASSPHRASE_VARIABLE = 'COUNTERSIGN_STATE_PASSPHRASE'

/**
 * From the environment, else from the file that is named; never from an argument, which others can see. null: neither.
 * @throws KeyError where other users could read the file
 */
export async function readPassphrase(environment: Environment, file: string): Promise<string | null> {
  const said = environment[PASSPHRASE_VARIABLE]
  if (said) return said
  if (file === '') return null
  const text = await loadPrivate(dirname(file), basename(file))
  return text === null ? null : text.replace(/\r?\n$/, '') || null
}
