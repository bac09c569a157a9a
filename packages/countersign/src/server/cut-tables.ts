/**
 * Rows that were there and are gone. A chain can be cut at its end and still be whole: the newest policy, or the revocation of a
 * key, simply never happened. The ledger, whose checkpoints are signed and lie in a folder of their own, knows that they did.
 */
import { createHash } from 'node:crypto'
import { CodedError } from '../platform/coded-error.ts'
import type { PolicyVersion } from '../policy/index.ts'
import type { Base } from './base.ts'

export class CutError extends CodedError<'table_cut'> {}

type Tables = { versions: readonly PolicyVersion[]; entries: readonly string[]; head: { size: number; head: string } }

/** @throws CutError when the directory or the policies end earlier than the ledger says. */
export async function refuseCutTables(base: Pick<Base, 'ledger'>, { versions, entries, head }: Tables): Promise<void> {
  const appended = details(await base.ledger.newest('directory.appended'))
  if (appended && (appended['head'] !== head.head || entries.length !== Number(appended['seq']) + 1)) cut('directory', `${entries.length} entries, and the ledger knows of ${Number(appended['seq']) + 1}`)
  const changed = details(await base.ledger.newest('policy.changed'))
  const text = versions.at(-1)?.text ?? ''
  if (changed && changed['to'] !== createHash('sha256').update(text, 'utf8').digest('hex')) cut('policies', 'the newest one is not the one that was countersigned last')
}

function details(entry: { details: string | null } | null): Record<string, unknown> | null {
  return entry?.details == null ? null : (JSON.parse(entry.details) as Record<string, unknown>)
}

function cut(table: string, what: string): never {
  const next = 'Keep the data folder as evidence, find out who could write the database, and restore the newest backup.'
  throw new CutError('table_cut', `The table of the ${table} in the database was changed: ${what}.`, next)
}
