/**
 * From an entry to a leaf. The leaf says when, what kind and which ids, and commits to the details with a
 * salt: once salt and details are erased, nobody can test guesses against the commitment.
 */
import { buildLeaf } from '@countersign/proof/produce'
import { rfc3339, type Clock } from '../platform/clock.ts'
import type { Random } from '../platform/random.ts'
import { LedgerError } from './errors.ts'
import type { NewEntry } from './index.ts'

export type Written = { leaf: string; salt: string; details: string; ids: Record<string, string>; hash: Uint8Array }

const SALT_BYTES = 32

/** What a verifier would refuse does not come into the tree: nothing can be taken out of it. Throws LedgerError entry_invalid. */
export async function writeLeaf({ type, ids, details }: NewEntry, clock: Clock, random: Random): Promise<Written> {
  const salt = Buffer.from(random.bytes(SALT_BYTES)).toString('base64url')
  const named = { ...ids }
  try {
    const built = await buildLeaf({ type, time: rfc3339(clock.now()), ids: named, details, salt })
    return { ...built, salt, ids: named }
  } catch (cause) {
    throw new LedgerError('entry_invalid', `An entry of type ${JSON.stringify(type)} cannot be recorded: ${cause instanceof Error ? cause.message : 'unknown'}`, { cause })
  }
}
