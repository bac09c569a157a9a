/** What makes a proof count for this request and for no other: there is one, it holds our nonce, and it was not used before. */
import { createHash } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import type { Store } from '../../platform/store/store.ts'
import { IdentityError } from '../errors.ts'
import { refused, type VerifiedProof } from './dpop-proof.ts'
import type { Nonces } from './nonce.ts'
import { together } from './together.ts'

export type ProofPorts = { clock: Clock; nonces: Nonces; /** True for the first use. */ spend: (hash: string) => Promise<boolean> }

/** Longer than a nonce lives: after that a replayed proof fails at its nonce. */
const proofsRemembered = 10 * 60_000

export function oneProof(header: string | string[] | undefined): string {
  if (header === undefined || header === '') throw refused('dpop_proof_missing', 'The request carries a token and no proof of its key.')
  if (typeof header !== 'string') throw refused('dpop_proof_malformed', 'The request carries more than one proof.')
  return header
}

export function checkNonce(nonces: Nonces, proof: VerifiedProof): void {
  if (proof.nonce !== undefined && nonces.accepts(proof.nonce)) return
  const headers = { 'DPoP-Nonce': nonces.current(), 'WWW-Authenticate': 'DPoP error="use_dpop_nonce", algs="ES256 EdDSA"' }
  const next = 'Make the proof again with the nonce in the DPoP-Nonce header.'
  throw new IdentityError('use_dpop_nonce', 'The proof holds no nonce of this server, or an old one.', next, { headers })
}

/** Last of all checks, so that a request that was refused for another reason cannot burn somebody else's proof. */
export async function consumeProof({ spend }: ProofPorts, proof: VerifiedProof): Promise<void> {
  const first = await spend(createHash('sha256').update(`countersign.dpop.v1\n${proof.thumbprint}\n${proof.jti}`).digest('hex'))
  if (!first) throw refused('dpop_proof_replayed', 'This proof was used before.')
}

/** Spends proofs in the database, those of one turn in one statement. The same one twice in a turn is spent once. */
export function spendProofs({ store, clock }: { store: Store; clock: Clock }): (hash: string) => Promise<boolean> {
  return together(async (hashes) => {
    const expires_at = clock.now() + proofsRemembered
    const spent = await store.write(async (tx) => {
      const insert = tx.insertInto('dpop_proof').values([...new Set(hashes)].map((hash) => ({ hash, expires_at })))
      return await insert.onConflict((conflict) => conflict.column('hash').doNothing()).returning('hash').execute()
    })
    const first = new Set(spent.map(({ hash }) => hash))
    // Taken out as it is given: the second in the same turn finds it gone.
    return hashes.map((hash) => first.delete(hash))
  })
}
