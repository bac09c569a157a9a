/**
 * The directory is the pinned one: instance, organisation, and the very bytes of genesis.
 *
 * The head after entry 0 covers genesis and its signature; person, credential and key are compared too, so that a trust
 * file that was put together by hand cannot say two things.
 *
 * And nobody recovered the sole owner by the host unseen: each such entry is named in the trust file, by the head after it.
 */
import { ProofError } from '../errors.ts'
import type { Directory } from '../types/directory.ts'
import type { TrustFile } from '../types/record.ts'

/** @throws trust_instance, trust_genesis, trust_recovery */
export function checkTrustedDirectory(directory: Directory, trust: TrustFile): void {
  if (directory.instance !== trust.instance || directory.org !== trust.org) {
    throw new ProofError('trust_instance', 'the evidence is of another installation than the one that you trust')
  }
  const key = directory.keys.get(trust.genesis.credential)
  if (
    directory.heads[1] !== trust.genesis.entry ||
    key?.from !== 1 ||
    key.person !== trust.genesis.person ||
    key.credential.publicKey !== trust.genesis.publicKey
  ) {
    throw new ProofError('trust_genesis', 'the directory begins with another genesis than the one that you trust')
  }
  if (directory.hostRecoveries.some((size) => !trust.recoveries.includes(directory.heads[size] ?? ''))) {
    const why = 'the owner was recovered with the key of the host, which whoever takes it over could do: ask them, and trust it anew'
    throw new ProofError('trust_recovery', why)
  }
}
