/**
 * The directory of a server, replayed from the pinned genesis: who is who is never the server's word. The last head is remembered,
 * and the next directory must contain it: a revocation that this terminal has seen cannot be taken back from it.
 */
import { ProofError, replayDirectory, type Directory, type TrustFile } from '@countersign/proof'
import type { Api } from '../client/api.ts'
import type { Profile } from '../config/profile.ts'
import { answer } from '../client/wire.ts'
import { CliError, exitCodes } from '../exit.ts'
import { safe } from '../output.ts'

export type Replayed = { readonly entries: readonly string[]; readonly directory: Directory }

export type Source = { readonly api: Api; readonly profile: Profile; readonly trust: TrustFile }

/** Throws CliError `evidence_rejected`, `server_history_changed`. */
export async function readDirectory({ api, profile, trust }: Source): Promise<Replayed> {
  const { entries } = answer('directory', await api.call('GET', '/api/v1/directory'))
  const directory = await replayed(entries, trust)
  const before = profile.load('directory')
  if (before && before.size > directory.size) throw rewritten(profile, `a directory of ${directory.size} entries where there were ${before.size}`)
  if (before && directory.heads[before.size] !== before.head) throw rewritten(profile, 'a directory that does not contain the one this terminal saw last')
  if (before?.size !== directory.size) profile.save('directory', { size: directory.size, head: directory.heads[directory.size] ?? '' })
  return { entries, directory }
}

async function replayed(entries: readonly string[], trust: TrustFile): Promise<Directory> {
  try {
    return await replayDirectory(entries, { trust })
  } catch (cause) {
    throw new CliError(
      'evidence_rejected',
      `The server's directory of people and keys does not go back to what this terminal pinned: ${cause instanceof ProofError ? `${safe(cause.message)} (${cause.code})` : 'it is not a directory at all'}. Nothing was applied.`,
      'Do not apply it another way. Tell the server\'s owner, and keep what stands here.',
      { exit: exitCodes.verificationFailed, cause },
    )
  }
}

function rewritten(profile: Profile, what: string): CliError {
  return new CliError(
    'server_history_changed',
    `THE SERVER'S HISTORY WAS CHANGED: ${profile.server} shows ${what}. Nothing was applied.`,
    `Do not apply anything through it: a key that was revoked may count again. Was it restored from a backup? If its owner confirms that, take away ${profile.folder}/directory.json. If not, keep that file: it is the proof.`,
    { exit: exitCodes.verificationFailed },
  )
}
