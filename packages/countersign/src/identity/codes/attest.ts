/**
 * The server's word that a code was right: signed by the ledger key over the very challenge that a key would have signed.
 *
 * It is worth what the server is worth. `verify` says so, and counts it only where the policy asks for no more (see serverWordBytes).
 */
import { serverWordBytes, type TotpCountersignature } from '@countersign/proof'
import { IdentityError } from '../errors.ts'
import type { Signer } from '../../platform/keyring.ts'
import type { VerifiedCode } from './verify.ts'

/** `challenge`: the 32 bytes of `challengeFor` over the statement and this envelope. */
export async function attestCode(
  ledgerKey: () => Promise<Signer | null>, given: { verified: VerifiedCode; envelope: string; challenge: Uint8Array },
): Promise<TotpCountersignature> {
  const { verified, envelope, challenge } = given
  const signer = await ledgerKey()
  if (!signer) throw new IdentityError('not_set_up', 'This server has no ledger key to give its word with.', 'Look at the keys folder of the server.')
  const { authenticator } = verified
  const signature = await signer.sign(serverWordBytes({ type: 'totp', authenticator }, challenge))
  return { type: 'totp', envelope, authenticator, signature: Buffer.from(signature).toString('base64url') }
}
