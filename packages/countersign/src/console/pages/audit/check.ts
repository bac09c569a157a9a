/**
 * What this page checks of the log as a whole, with the code of @countersign/proof: that a known key has signed it, and that it still begins
 * with what this browser saw before. Nothing here asks the server whether it is right. What is checked of each entry is leaves/check.ts.
 */
import { fromHex, ProofError, verifyCheckpoint, verifyConsistency } from '@countersign/proof'
import type { Head } from '../../../leaves/index.ts'
import type { PinnedKeys, SeenHead } from './kept.ts'

/** `unable`: this browser has not the cryptography. */
export type Signed = 'signed' | 'not-signed' | 'other-key' | 'unable'

/** That a key which this browser knows signed exactly this size and root. */
export async function checkSignature(note: string, head: Head, pinned: PinnedKeys): Promise<Signed> {
  try {
    const { size, root } = await verifyCheckpoint(note, pinned.instance, pinned.keys)
    return size === head.size && root === head.root ? 'signed' : 'not-signed'
  } catch (error) {
    if (!(error instanceof ProofError)) return 'unable'
    return error.code === 'checkpoint_key' || error.code === 'checkpoint_origin' ? 'other-key' : 'not-signed'
  }
}

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()

export type Continued = 'first' | 'same' | 'grown' | 'broken'

/** That the log still begins with what was seen before. `proofOf` asks the server for the path between the two. */
export async function checkContinued(before: SeenHead | null, now: Head, proofOf: (from: number, to: number) => Promise<string[]>): Promise<Continued> {
  if (before === null || before.size === 0) return 'first'
  if (before.size > now.size) return 'broken'
  if (before.size === now.size) return before.root === now.root ? 'same' : 'broken'
  const proof = await proofOf(before.size, now.size)
  return await verifyConsistency(before.size, now.size, bytes(before.root), bytes(now.root), proof.map(bytes)).then(() => 'grown' as const, () => 'broken' as const)
}
