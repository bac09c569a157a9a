/**
 * Remembers the last checkpoint of each server, and asks for a proof that the next one only added to it.
 *
 * The adversary is a server that rewrites its history: after a look into the ledger it would have to show every terminal the same old
 * tree. A checkpoint that is smaller, or does not contain the remembered one, is refused loudly and the remembered one is kept.
 */
import { verifyCheckpoint, verifyConsistency, type TrustFile } from '@countersign/proof'
import type { Api } from '../client/api.ts'
import { answer } from '../client/wire.ts'
import type { Profile } from '../config/profile.ts'
import { CliError, exitCodes } from '../exit.ts'

export async function checkHistory(api: Api, profile: Profile, trust: TrustFile): Promise<void> {
  const { checkpoint: note } = answer('checkpoint', await api.call('GET', '/api/v1/ledger/checkpoint'))
  const now = await verified(note, trust)
  const before = profile.load('checkpoint')
  if (before && before.size === now.size && before.root !== now.root) throw rewritten(profile, 'another tree of the same size')
  if (before && before.size > now.size) throw rewritten(profile, `a ledger of ${now.size} entries where there were ${before.size}`)
  if (before && before.size > 0 && before.size < now.size) {
    const { proof } = answer('consistency', await api.call('GET', `/api/v1/ledger/consistency?from=${before.size}&to=${now.size}`))
    await verifyConsistency(before.size, now.size, hex(before.root), hex(now.root), proof.map(hex)).catch((cause: unknown) => {
      throw rewritten(profile, 'a ledger that does not contain the one this terminal saw last', cause)
    })
  }
  if (before?.size !== now.size) profile.save('checkpoint', { note, ...now })
}

async function verified(note: string, trust: TrustFile): Promise<{ size: number; root: string }> {
  try {
    const { size, root } = await verifyCheckpoint(note, trust.instance, trust.ledgerKeys)
    return { size, root }
  } catch (cause) {
    throw new CliError('server_history_changed', 'The server\'s checkpoint is not signed by a ledger key that this terminal pinned.', 'Do not apply anything through it. Ask its owner whether the ledger key was changed; then compare the fingerprint with: countersign trust export', { exit: exitCodes.verificationFailed, cause })
  }
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

function rewritten(profile: Profile, what: string, cause?: unknown): CliError {
  return new CliError(
    'server_history_changed',
    `THE SERVER'S HISTORY WAS CHANGED: ${profile.server} shows ${what}.`,
    `Do not apply anything through it. Was it restored from a backup? If its owner confirms that, take away ${profile.folder}/checkpoint.json. If not, keep that file: it is the proof.`,
    { exit: exitCodes.verificationFailed, cause },
  )
}
