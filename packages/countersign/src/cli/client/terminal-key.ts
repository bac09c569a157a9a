/**
 * The key of this terminal (ES256): every request is signed with it, and a token is worth nothing without it.
 *
 * It is stored behind a passphrase (scrypt, then AES-256-GCM with the public key's thumbprint as associated data), or in a file that
 * only this user may read. The second kind can be copied by whatever runs as this user: it is recorded as exportable, and `login`,
 * `whoami` and `doctor` say so.
 */
import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes, scryptSync } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { StoredKey } from '../config/profile.ts'
import { CliError } from '../exit.ts'

export type TerminalKey = {
  readonly privateJwk: JWK
  readonly publicJwk: JWK
  /** RFC 7638, SHA-256, base64url: how the server and statements name this terminal. */
  readonly thumbprint: string
}

/** 128 MB and about 0.3 s a guess. */
const scryptCost = { N: 131_072, r: 8, p: 1, maxmem: 256 * 1024 * 1024 } as const

export async function createTerminalKey(): Promise<TerminalKey> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return await terminalKey(privateKey.export({ format: 'jwk' }))
}

export async function sealKey(key: TerminalKey, passphrase: string | undefined): Promise<StoredKey> {
  if (passphrase === undefined) return { kind: 'exportable', jwk: key.privateJwk }
  const salt = randomBytes(16)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, scryptCost), iv).setAAD(Buffer.from(key.thumbprint))
  const sealed = Buffer.concat([cipher.update(JSON.stringify(key.privateJwk)), cipher.final(), cipher.getAuthTag()])
  return { kind: 'passphrase', salt: salt.toString('base64url'), iv: iv.toString('base64url'), sealed: sealed.toString('base64url'), thumbprint: key.thumbprint }
}

/** `ask` is called only for a key behind a passphrase. Throws CliError `passphrase_wrong`. */
export async function openKey(stored: StoredKey, ask: () => Promise<string>): Promise<TerminalKey> {
  if (stored.kind === 'exportable') return await terminalKey(stored.jwk)
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')
  const sealed = bytes(stored.sealed)
  const secret = scryptSync(await ask(), bytes(stored.salt), 32, scryptCost)
  const decipher = createDecipheriv('aes-256-gcm', secret, bytes(stored.iv)).setAAD(Buffer.from(stored.thumbprint)).setAuthTag(sealed.subarray(-16))
  try {
    const opened = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
    return await terminalKey(JSON.parse(opened.toString('utf8')) as JWK)
  } catch (cause) {
    throw new CliError('passphrase_wrong', 'That passphrase does not open the key of this terminal.', 'Try again; if it is lost: countersign logout, then countersign login --passphrase', { cause })
  }
}

async function terminalKey(jwk: JWK): Promise<TerminalKey> {
  const publicJwk: JWK = { kty: 'EC', crv: 'P-256', x: jwk.x ?? '', y: jwk.y ?? '' }
  return { privateJwk: { ...publicJwk, d: jwk.d ?? '' }, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk, 'sha256') }
}
