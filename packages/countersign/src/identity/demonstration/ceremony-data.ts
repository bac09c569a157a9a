/** The two byte strings of a WebAuthn ceremony as browser and authenticator make them (level 3, sections 5.8.1 and 6.1), honest or not. */
import { createHash } from 'node:crypto'

/** What a browser throws as a DOMException of this name. */
export class AuthenticatorError extends Error {
  override readonly name: string
  constructor(name: 'InvalidStateError' | 'NotAllowedError' | 'NotSupportedError' | 'SecurityError', message: string) {
    super(message)
    this.name = name
  }
}

/** As a browser: the rpId must be the origin's host or a parent of it, so a page of another host cannot ask for our keys. */
export function relyingParty(rpId: string | undefined, origin: string): string {
  const host = new URL(origin).hostname
  const wanted = rpId ?? host
  if (wanted !== host && !host.endsWith(`.${wanted}`)) throw new AuthenticatorError('SecurityError', `The page ${origin} cannot use keys of ${wanted}.`)
  return wanted
}

export type Flags = { userPresent?: boolean; userVerified?: boolean; backupEligible: boolean; backedUp: boolean; attested: boolean }

export function authenticatorData(rpId: string, flags: Flags, counter: number, attested: Uint8Array = new Uint8Array()): Buffer {
  const bits =
    (flags.userPresent === false ? 0 : 0x01) | (flags.userVerified === false ? 0 : 0x04) |
    (flags.backupEligible ? 0x08 : 0) | (flags.backedUp ? 0x10 : 0) | (flags.attested ? 0x40 : 0)
  const tail = Buffer.alloc(5)
  tail.writeUInt8(bits, 0)
  tail.writeUInt32BE(counter, 1)
  return Buffer.concat([createHash('sha256').update(rpId).digest(), tail, attested])
}

export function clientData(type: string, challenge: string, origin: string, crossOrigin = false, more: Record<string, unknown> = {}): string {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin, ...more }), 'utf8').toString('base64url')
}
