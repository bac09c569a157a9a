/**
 * The directory, from its entries alone.
 *
 * Guarantees: every key, role, ledger key and site in the answer was countersigned into the directory by keys that were
 * already in it, back to genesis, and nothing was taken out of the middle. Does not: that this is the genesis one meant
 * (a trust file says so), nor that nothing was cut off at the end (the heads in envelopes, and whoever remembers one, do).
 */
import { ProofError } from '../errors.ts'
import { checkTrustedDirectory } from '../trust/check-directory.ts'
import type { Directory } from '../types/directory.ts'
import type { TrustFile } from '../types/record.ts'
import { append } from './append.ts'
import { draftOf, emptyDraft } from './draft.ts'

export type ReplayOptions = { trust?: TrustFile | null }

async function appendNamed(draft: ReturnType<typeof emptyDraft>, entry: string): Promise<void> {
  try {
    await append(draft, entry)
  } catch (cause) {
    if (!(cause instanceof ProofError)) throw cause
    throw new ProofError(cause.code, `entry ${draft.size} of the directory: ${cause.message}`, { cause })
  }
}

/** @throws ProofError */
export async function replayDirectory(entries: readonly string[], options: ReplayOptions = {}): Promise<Directory> {
  const draft = emptyDraft()
  for (const entry of entries) await appendNamed(draft, entry)
  if (draft.size === 0) throw new ProofError('directory_genesis', 'the directory has no entries, and so no genesis')
  if (options.trust) checkTrustedDirectory(draft, options.trust)
  return draft
}

/** The directory with one entry more; null begins one. The one given is not changed. @throws ProofError */
export async function extendDirectory(directory: Directory | null, entry: string): Promise<Directory> {
  const draft = directory === null ? emptyDraft() : draftOf(directory)
  await appendNamed(draft, entry)
  return draft
}
