/** Digests, identifiers made of digests, and decryption with a private key. */
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { quoteGo } from '../value/quote.ts'
import { number, string } from '../value/type.ts'
import { no, text, textOf, unknown } from '../value/value.ts'
import { fromBase64, fromBytes, toBase64, toBytes, toHex } from './bytes.ts'
import { reword, wholeNumber } from './count.ts'
import { readFile } from './file-path.ts'
import { decryptRsa, privateKey } from './rsa.ts'
import { fail, failAt, type FunctionSpec } from './spec.ts'

type Digest = (bytes: Uint8Array) => string

const digests: readonly (readonly [string, Digest])[] = [
  ['md5', (b) => toHex(md5(b))],
  ['sha1', (b) => toHex(sha1(b))],
  ['sha256', (b) => toHex(sha256(b))],
  ['sha512', (b) => toHex(sha512(b))],
  ['base64sha256', (b) => toBase64(sha256(b))],
  ['base64sha512', (b) => toBase64(sha512(b))],
]

const ofText = ([name, digest]: readonly [string, Digest]): FunctionSpec => ({
  name,
  params: [{ name: 'str', type: string }],
  returns: string,
  notNull: true,
  run: ([s = no]) => text(digest(toBytes(textOf(s)))),
})

const ofFile = ([name, digest]: readonly [string, Digest]): FunctionSpec => ({
  name: `file${name}`,
  params: [{ name: 'path', type: string }],
  returns: string,
  notNull: true,
  run: ([path = no], _, surroundings) => {
    const bytes = reword(
      () => readFile(textOf(path), path.marks, surroundings) ?? null,
      (message) => fail(message.startsWith('no file exists at') ? `open ${textOf(path)}: no such file or directory` : message),
    )
    return bytes === null ? unknown(string) : text(digest(bytes))
  },
})

const spaces: Record<string, string> = {
  dns: '6ba7b8109dad11d180b400c04fd430c8',
  url: '6ba7b8119dad11d180b400c04fd430c8',
  oid: '6ba7b8129dad11d180b400c04fd430c8',
  x500: '6ba7b8149dad11d180b400c04fd430c8',
}

function namespace(s: string): string {
  const known = spaces[s]
  if (known !== undefined) return known
  const digits = /^(?:urn:uuid:)?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i.exec(s) ?? /^\{([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}$/i.exec(s) ?? /^([0-9a-f]{32})$/i.exec(s)
  const lengths = [36, 45, 38, 32]
  if (digits === null) return fail(`uuidv5() doesn't support namespace ${s} (${lengths.includes(s.length) ? 'invalid UUID format' : `invalid UUID length: ${toBytes(s).length}`})`)
  return digits.slice(1).join('')
}

/** RFC 4122, section 4.3, with SHA-1. */
function uuidFive(space: string, name: string): string {
  const prefix = Uint8Array.from(space.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  const digest = sha1(Uint8Array.from([...prefix, ...toBytes(name)])).slice(0, 16)
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  return toHex(digest).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const uuidv5: FunctionSpec = {
  name: 'uuidv5',
  params: [{ name: 'namespace', type: string }, { name: 'name', type: string }],
  returns: string,
  notNull: true,
  run: ([space = no, name = no]) => text(uuidFive(namespace(textOf(space)), textOf(name))),
}

/** Different every time, so never known. */
const uuid: FunctionSpec = { name: 'uuid', params: [], returns: string, notNull: true, run: () => unknown(string) }

/** Salted, so never known; wrong arguments are errors all the same. */
const bcrypt: FunctionSpec = {
  name: 'bcrypt',
  params: [{ name: 'str', type: string }],
  rest: { name: 'cost', type: number },
  returns: string,
  notNull: true,
  run: ([s = no, cost, ...more]) => {
    const n = cost === undefined ? 10 : wholeNumber(cost)
    if (more.length > 0) return fail('bcrypt() takes no more than two arguments')
    if (toBytes(textOf(s)).length > 72) return fail('error occured generating password bcrypt: password length exceeds 72 bytes')
    if (n > 31) return fail(`error occured generating password crypto/bcrypt: cost ${n} is outside allowed range (4,31)`)
    return unknown(string, { notNull: true, prefix: `$2a$${String(n < 4 ? 10 : n).padStart(2, '0')}$` })
  },
}

const rsadecrypt: FunctionSpec = {
  name: 'rsadecrypt',
  params: [{ name: 'ciphertext', type: string }, { name: 'privatekey', type: string }],
  returns: string,
  notNull: true,
  run: ([ciphertext = no, pem = no]) => {
    const bytes = fromBase64(textOf(ciphertext))
    if (typeof bytes === 'number') return failAt(0, `failed to decode input ${quoteGo(textOf(ciphertext))}: cipher text must be base64-encoded`)
    const key = privateKey(textOf(pem))
    if (typeof key === 'string') return failAt(1, key)
    const plain = decryptRsa(bytes, key)
    return plain === undefined ? fail('failed to decrypt: crypto/rsa: decryption error') : text(fromBytes(plain) ?? new TextDecoder().decode(plain))
  },
}

export const hashes: readonly FunctionSpec[] = [...digests.map(ofText), ...digests.map(ofFile), uuidv5, uuid, bcrypt, rsadecrypt]
