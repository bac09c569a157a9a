/**
 * Authenticator data of an assertion (WebAuthn section 6.1): rpIdHash (32) || flags (1) || signCount (4) || extensions.
 *
 * Attested credential data (AT) belongs to create() and is refused here. Extension data is there exactly when ED says so;
 * it is covered by the signature and not interpreted.
 */
import { fromBase64url } from '../base64.ts'
import { ProofError } from '../errors.ts'

const flag = { UP: 0x01, UV: 0x04, BE: 0x08, BS: 0x10, AT: 0x40, ED: 0x80 }

export type AuthenticatorData = {
  bytes: Uint8Array
  rpIdHash: Uint8Array
  userPresent: boolean
  userVerified: boolean
  backupEligible: boolean
  backedUp: boolean
  signCount: number
}

const refuse = (why: string): ProofError =>
  new ProofError('assertion_authenticator_data', `the authenticator's part of the countersignature ${why}`)

/** @throws assertion_authenticator_data */
export function readAuthenticatorData(encoded: string): AuthenticatorData {
  const bytes = fromBase64url(encoded)
  if (bytes === undefined) throw refuse('is not base64url')
  if (bytes.length < 37) throw refuse('is shorter than 37 bytes')
  const flags = bytes[32] ?? 0
  if ((flags & flag.AT) !== 0) throw refuse('holds a credential, as only a registration does')
  if (((flags & flag.ED) !== 0) !== bytes.length > 37) throw refuse('has bytes that its flags do not announce, or the reverse')
  return {
    bytes,
    rpIdHash: bytes.subarray(0, 32),
    userPresent: (flags & flag.UP) !== 0,
    userVerified: (flags & flag.UV) !== 0,
    backupEligible: (flags & flag.BE) !== 0,
    backedUp: (flags & flag.BS) !== 0,
    signCount: new DataView(bytes.buffer, bytes.byteOffset).getUint32(33),
  }
}
