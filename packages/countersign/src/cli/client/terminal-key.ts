/**
 * The key of this terminal (ES256): every request is signed with it, and a token is worth nothing without it.
 *
 * It is stored behind a passphrase (scrypt, then AES-256-GCM with the public key's thumbprint as associated data), in the keychain of the
 * system where there is one, or in a file that only this user may read. The last kind can be copied by whatever runs as this user: it is
 * recorded as exportable, and `login`, `whoami` and `doctor` say so.
 */
import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes, scryptSync } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { findKeychain, type Keychain } from '../config/keychain.ts'
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

export type Protection = { readonly passphrase?: string | undefined; readonly keychain?: { readonly keychain: Keychain; readonly account: string } | undefined }

/** The passphrase first, then the keychain, then the file. A keychain that refuses the key falls back to the file. */
export async function sealKey(key: TerminalKey, { passphrase, keychain }: Protection): Promise<StoredKey> {
  if (passphrase === undefined) return (keychain && (await intoKeychain(key, keychain))) ?? { kind: 'exportable', jwk: key.privateJwk }
  const salt = randomBytes(16)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, scryptCost), iv).setAAD(Buffer.from(key.thumbprint))
  const sealed = Buffer.concat([cipher.update(JSON.stringify(key.privateJwk)), cipher.final(), cipher.getAuthTag()])
  return { kind: 'passphrase', salt: salt.toString('base64url'), iv: iv.toString('base64url'), sealed: sealed.toString('base64url'), thumbprint: key.thumbprint }
}

async function intoKeychain(key: TerminalKey, { keychain, account }: NonNullable<Protection['keychain']>): Promise<StoredKey | undefined> {
  try {
    await keychain.set(account, JSON.stringify(key.privateJwk))
    return { kind: 'keychain', account, thumbprint: key.thumbprint }
  } catch {
    return undefined
  }
}

/** `ask` is called only for a key behind a passphrase. Throws CliError `passphrase_wrong`, `key_missing`. */
export async function openKey(stored: StoredKey, ask: () => Promise<string>, find: () => Promise<Keychain | undefined> = findKeychain): Promise<TerminalKey> {
  if (stored.kind === 'exportable') return await terminalKey(stored.jwk)
  if (stored.kind === 'keychain') return await fromKeychain(stored, await find())
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

async function fromKeychain({ account, thumbprint }: Extract<StoredKey, { kind: 'keychain' }>, keychain: Keychain | undefined): Promise<TerminalKey> {
  const gone = (why: string, cause?: unknown): CliError => new CliError('key_missing', `The key of this terminal cannot be had from the system's keychain: ${why}.`, 'Unlock the keychain and try again. If it is lost: countersign logout, then countersign login', { cause })
  if (!keychain) throw gone('there is none here, or it is locked')
  try {
    const kept = await keychain.get(account)
    const key = kept === undefined ? undefined : await terminalKey(JSON.parse(kept) as JWK)
    // Another program of this user could have put another key there: it is not the terminal that signed in.
    if (key?.thumbprint === thumbprint) return key
  } catch (cause) {
    throw gone('what is there is not a key', cause)
  }
  throw gone('it is not there any more')
}

/** Where the key is, for people; and whether programs of this user can copy it. */
export const protectionWords: Readonly<Record<StoredKey['kind'], string>> = {
  exportable: 'a file: exportable by whoever runs programs as you',
  keychain: "in the system's keychain",
  passphrase: 'behind a passphrase',
}

async function terminalKey(jwk: JWK): Promise<TerminalKey> {
  const publicJwk: JWK = { kty: 'EC', crv: 'P-256', x: jwk.x ?? '', y: jwk.y ?? '' }
  return { privateJwk: { ...publicJwk, d: jwk.d ?? '' }, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk, 'sha256') }
}
