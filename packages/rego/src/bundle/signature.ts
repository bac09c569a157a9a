/**
 * Signed bundles: `.signatures.json` holds a token over the digests of all files. The list must be complete in both directions: a
 * file that is not listed is as bad as one that was changed.
 */
import { digest, type HashName, sameBytes } from '../builtin/crypto/hash.ts'
import { isAlgorithm, verifies } from '../builtin/crypto/signature.ts'
import { verificationKeys } from '../builtin/jwt/keys.ts'
import { claimsOf, fieldsOf, headerOf, payloadOf, signatureOf, signedPart, tokenOf } from '../builtin/jwt/token.ts'
import { BuiltinFault } from '../builtin/registry.ts'
import { bytesOf } from '../builtin/text/utf8.ts'
import { fromHex } from '../builtin/text/hex.ts'
import { get, isArray, isPlain, stringifyJson, type Value } from '../value/index.ts'
import { readDocument } from './data.ts'
import { BundleError } from './error.ts'

/** By key id: a secret for HMAC, or a public key or certificate in PEM, with the one algorithm it may be used with. */
export type BundleKeys = { readonly [id: string]: { readonly key: string; readonly algorithm: string } }

const signatures = '.signatures.json'
const hashes: Readonly<Record<string, HashName>> = { MD5: 'md5', 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' }
/** Digests that others can make collide prove nothing. */
const broken = new Set(['MD5', 'SHA-1'])

type Files = ReadonlyMap<string, Uint8Array>

/** Throws a BundleError of `unsigned` or `bad_signature`. */
export function verifyBundle(files: Files, keys: BundleKeys): void {
  const file = files.get(signatures)
  if (file === undefined) throw new BundleError('unsigned', 'the bundle is not signed, and only signed bundles are taken')
  const document = readDocument(signatures, new TextDecoder().decode(file))
  const tokens = isPlain(document) && isArray(document['signatures']) ? document['signatures'] : []
  const [token] = tokens
  if (tokens.length !== 1 || typeof token !== 'string') throw bad(`${signatures} must hold one token`)
  try {
    compare(files, listed(token, keys))
  } catch (error) {
    if (error instanceof BuiltinFault) throw bad(error.message)
    throw error
  }
}

const bad = (detail: string): BundleError => new BundleError('bad_signature', `the signature of the bundle is not good: ${detail}`)

function listed(text: string, keys: BundleKeys): readonly Value[] {
  const token = tokenOf(text)
  const { alg, kid } = fieldsOf(headerOf(token))
  const claims = claimsOf(payloadOf(token))
  const named = kid === '' ? get(claims, 'keyid') : kid
  const ids = Object.keys(keys)
  const id = typeof named === 'string' ? named : ids.length === 1 ? ids[0] : undefined
  const key = id !== undefined && Object.hasOwn(keys, id) ? keys[id] : undefined
  if (key === undefined) throw bad('it names no key that is trusted')
  // the algorithm is the key's, never the token's: else a public key could be taken for a secret
  if (alg !== key.algorithm || !isAlgorithm(alg)) throw bad(`it uses ${alg === '' ? 'no algorithm' : alg} where the key is for ${key.algorithm}`)
  const trusted = alg.startsWith('HS') ? [{ key: { kind: 'secret' as const, bytes: bytesOf(key.key) } }] : verificationKeys(key.key)
  if (!trusted.some((one) => verifies(alg, one.key, signedPart(token), signatureOf(token)))) throw bad('the token was not signed with the key')
  const list = get(claims, 'files')
  if (!isArray(list)) throw bad('it lists no files')
  return list
}

function compare(files: Files, list: readonly Value[]): void {
  const left = new Set([...files.keys()].filter((name) => name !== signatures))
  for (const entry of list) {
    const [name, hash, algorithm = 'SHA-256'] = isPlain(entry) ? [entry['name'], entry['hash'], entry['algorithm']] : []
    if (typeof name !== 'string' || typeof hash !== 'string' || typeof algorithm !== 'string') throw bad('an entry of the list is not complete')
    const content = files.get(name)
    if (content === undefined || !left.delete(name)) throw bad(`${name} is listed and not there`)
    const known = Object.hasOwn(hashes, algorithm) && !broken.has(algorithm) ? hashes[algorithm] : undefined
    const wanted = fromHex(bytesOf(hash))
    if (known === undefined || typeof wanted === 'string') throw bad(`the digest of ${name} cannot be checked`)
    if (!sameBytes(digest(known, hashed(name, content)), wanted)) throw bad(`${name} was changed`)
  }
  const [extra] = left
  if (extra !== undefined) throw bad(`${extra} is not listed`)
}

/** Documents are hashed as canonical JSON, whatever their layout; other files by their bytes. */
function hashed(name: string, content: Uint8Array): Uint8Array {
  if (!/(^|\/)(\.manifest|[^/]+\.(json|ya?ml))$/.test(name)) return content
  return bytesOf(stringifyJson(readDocument(name, new TextDecoder().decode(content))))
}
