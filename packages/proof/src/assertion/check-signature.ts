/**
 * The signature over authenticatorData || SHA-256(clientDataJSON) holds under the registered key (WebAuthn section 7.2,
 * steps 21 and 22). Last, because it is what costs; everything before it only compared.
 */
import { fromBase64url } from '../base64.ts'
import { concat } from '../bytes.ts'
import { sha256 } from '../digest.ts'
import { ProofError } from '../errors.ts'
import type { VerifyingKey } from '../key/import.ts'
import type { Given } from './input.ts'

export async function checkSignature({ assertion, client, data }: Given, key: VerifyingKey): Promise<void> {
  const signature = fromBase64url(assertion.signature)
  const signed = concat(data.bytes, await sha256(client.bytes))
  if (signature === undefined || !(await key.verify(signed, signature))) {
    throw new ProofError('assertion_signature', "the signature does not hold under the person's registered key")
  }
}
