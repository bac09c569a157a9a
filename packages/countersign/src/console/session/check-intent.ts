/** Before a key is made: the challenge of `create()` must be the digest of the intent that the server showed. */
import { intentDigest, parseCanonical } from '@countersign/proof'
import type { JsonObject } from '@countersign/proof'
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/browser'
import { base64url } from '../ceremony/sign.ts'
import { Refusal } from '../ceremony/refusal.ts'

export async function checkIntent(begun: { intent: string; options: PublicKeyCredentialCreationOptionsJSON }): Promise<void> {
  const intent = parseCanonical(begun.intent)
  const digest = await intentDigest(intent as JsonObject)
  const challenge = base64url(Uint8Array.from(digest.match(/../gu) ?? [], (pair: string) => Number.parseInt(pair, 16)))
  if (challenge !== begun.options.challenge) throw new Refusal('challenge_differs')
}
