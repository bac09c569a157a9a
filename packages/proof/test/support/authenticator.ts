/** A software authenticator for tests: it answers as a security key would, and lies on demand. */
import { createHash } from 'node:crypto'
import type { Algorithm, Assertion, Credential, NamedPerson } from '../../src/index.ts'
import { toBase64url } from '../../src/index.ts'
import { seed, testKey, type TestKey } from './keys.ts'

export const UP = 0x01
export const UV = 0x04
export const BE = 0x08
export const BS = 0x10
export const AT = 0x40
export const ED = 0x80

export type Authenticator = { id: string; person: NamedPerson; label: string; credential: Credential; key: TestKey }

export type Make = { alg?: Algorithm; backupEligible?: boolean; backedUp?: boolean; aaguid?: string }

const hex = (name: string): string => Buffer.from(seed(name).subarray(0, 16)).toString('hex')
export const idOf = (prefix: string, name: string): string => `${prefix}_${hex(`${prefix} ${name}`)}`
export const personOf = (name: string): NamedPerson => ({ id: idOf('usr', name), name })

export function authenticator(person: NamedPerson, label: string, make: Make = {}): Authenticator {
  const { alg = -7, backupEligible = false, backedUp = false, aaguid = 'f1d0f1d0-0000-4000-8000-000000000001' } = make
  const name = `${person.id} ${label}`
  const key = testKey(alg, name)
  const credential: Credential = {
    id: toBase64url(seed(`credential ${name}`)),
    alg,
    publicKey: toBase64url(key.spki),
    aaguid,
    backupEligible,
    backedUp,
    transports: ['usb'],
  }
  return { id: idOf('aut', name), person, label, credential, key }
}

export type Touch = {
  challenge: Uint8Array
  rpId: string
  origin: string
  flags?: number
  counter?: number
  extensions?: Uint8Array
  /** what a browser would write; to lie, answer something else */
  clientData?: (members: Record<string, unknown>) => unknown
  /** the key that really signs */
  signer?: TestKey
}

export function touch(by: Authenticator, asked: Touch): Assertion {
  const { backupEligible, backedUp } = by.credential
  const flags = asked.flags ?? UP | UV | (backupEligible ? BE : 0) | (backedUp ? BS : 0)
  const members = { type: 'webauthn.get', challenge: toBase64url(asked.challenge), origin: asked.origin, crossOrigin: false }
  const written = asked.clientData?.(members) ?? members
  const clientDataJSON = Buffer.from(typeof written === 'string' ? written : JSON.stringify(written))
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(asked.counter ?? 1)
  const rpIdHash = createHash('sha256').update(asked.rpId).digest()
  const authenticatorData = Buffer.concat([rpIdHash, Buffer.of(flags), counter, asked.extensions ?? Buffer.alloc(0)])
  const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()])
  return {
    credential: by.credential.id,
    authenticatorData: toBase64url(authenticatorData),
    clientDataJSON: toBase64url(clientDataJSON),
    signature: toBase64url((asked.signer ?? by.key).sign(signed)),
  }
}
