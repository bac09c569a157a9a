/**
 * ES256 signatures come as DER (WebAuthn section 6.5.5); WebCrypto verifies the 64 bytes r || s. Every platform is asked only
 * about signatures that this reader takes, so that all agree: SEQUENCE { r INTEGER, s INTEGER }, each positive and of at
 * most 32 bytes, and nothing more.
 */
import { element, positive } from './der.ts'

export function rawFromDer(der: Uint8Array): Uint8Array | undefined {
  const sequence = element(der, 0, 0x30)
  if (sequence === undefined || sequence.next !== der.length) return undefined
  const r = positive(sequence.content, 0)
  const s = r && positive(sequence.content, r.next)
  if (s === undefined || r === undefined || s.next !== sequence.content.length) return undefined
  if (r.content.length > 32 || s.content.length > 32) return undefined
  const raw = new Uint8Array(64)
  raw.set(r.content, 32 - r.content.length)
  raw.set(s.content, 64 - s.content.length)
  return raw
}
