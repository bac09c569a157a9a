/** Signature algorithms of certificates: Go's numbers for them, and how they are verified. */
import { childrenOf, DerFault, type Element, integerOf, oidOf, only, tags, unsigned } from './der.ts'
import { digest, type HashName, joinBytes } from './hash.ts'
import { curves, type PublicKey, type Unknown } from './key.ts'
import { verifyPss, verifyV15 } from './rsa.ts'
import { verifies, verifyEc } from './signature.ts'

type Known = { readonly go: number; readonly kind: 'v15' | 'ec' | 'ed' | 'pss'; readonly hash: HashName }

const known: Readonly<Record<string, Known>> = {
  '1.2.840.113549.1.1.4': { go: 2, kind: 'v15', hash: 'md5' },
  '1.2.840.113549.1.1.5': { go: 3, kind: 'v15', hash: 'sha1' },
  '1.2.840.113549.1.1.11': { go: 4, kind: 'v15', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { go: 5, kind: 'v15', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { go: 6, kind: 'v15', hash: 'sha512' },
  '1.2.840.10045.4.1': { go: 9, kind: 'ec', hash: 'sha1' },
  '1.2.840.10045.4.3.2': { go: 10, kind: 'ec', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { go: 11, kind: 'ec', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { go: 12, kind: 'ec', hash: 'sha512' },
  '1.3.101.112': { go: 16, kind: 'ed', hash: 'sha512' },
}

const pss = '1.2.840.113549.1.1.10'
const hashes: Readonly<Record<string, readonly [HashName, number]>> = {
  '2.16.840.1.101.3.4.2.1': ['sha256', 13], '2.16.840.1.101.3.4.2.2': ['sha384', 14], '2.16.840.1.101.3.4.2.3': ['sha512', 15],
}

export function algorithmOf(oid: string, parameters: Element | undefined): Known | undefined {
  if (oid !== pss) return known[oid]
  const hash = parameters?.tag === tags.sequence ? childrenOf(parameters).find(({ tag }) => tag === 0xa0) : undefined
  if (hash === undefined) return undefined
  const inner = childrenOf(hash)[0]
  const found = inner === undefined ? undefined : hashes[oidOf(childrenOf(inner)[0]).join('.')]
  return found === undefined ? undefined : { go: found[1], kind: 'pss', hash: found[0] }
}

const keyNumbers: Readonly<Record<string, number>> = { '1.2.840.113549.1.1.1': 1, '1.2.840.10040.4.1': 2, '1.2.840.10045.2.1': 3, '1.3.101.112': 4, '1.3.101.110': 0 }

export const keyNumber = (oid: string): number => keyNumbers[oid] ?? 0

/** Signatures over MD5 and SHA-1 prove nothing any more, and are refused. */
export function verifySignature(oid: string, parameters: Element | undefined, key: PublicKey | Unknown, message: Uint8Array, signature: Uint8Array): boolean {
  const algorithm = algorithmOf(oid, parameters)
  if (algorithm === undefined || algorithm.hash === 'md5' || algorithm.hash === 'sha1') return false
  try {
    if (algorithm.kind === 'ed') return verifies('EdDSA', key, message, signature)
    const digested = digest(algorithm.hash, message)
    if (key.kind === 'rsa') return algorithm.kind === 'v15' ? verifyV15(key, algorithm.hash, digested, signature) : algorithm.kind === 'pss' && verifyPss(key, algorithm.hash, digested, signature)
    return key.kind === 'ec' && algorithm.kind === 'ec' && verifyEc(key, digested, joined(signature, curves[key.curve].size))
  } catch {
    return false
  }
}

/** The two integers of a DER signature, side by side. */
function joined(signature: Uint8Array, size: number): Uint8Array {
  return joinBytes(...childrenOf(only(signature, tags.sequence)).map((part) => {
    const value = integerOf(part)
    const bytes = part.content[0] === 0 ? part.content.subarray(1) : part.content
    if (value <= 0n || bytes.length > size || unsigned(bytes) !== value) throw new DerFault('structure error')
    const out = new Uint8Array(size)
    out.set(bytes, size - bytes.length)
    return out
  }))
}
