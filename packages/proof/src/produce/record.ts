/** Directory entries, leaves and trust files, built and read back. */
import { fromBase64url } from '../base64.ts'
import { utf8 } from '../bytes.ts'
import { canonicalText } from '../canonical/serialize.ts'
import { commitmentOf } from '../digest.ts'
import { ledgerKeyAt } from '../directory/moments.ts'
import { parseDirectoryEntry } from '../directory/entry.ts'
import { ProofError } from '../errors.ts'
import { parseLeaf } from '../ledger/leaf.ts'
import { leafHash } from '../merkle/hash.ts'
import { readTrust } from '../trust/parse.ts'
import type { Directory } from '../types/directory.ts'
import type { JsonObject } from '../types/json.ts'
import type { DirectoryEntry, Leaf, Site, TrustFile } from '../types/record.ts'

/** The canonical text of an entry. Its place and its countersignatures are checked by `extendDirectory`. @throws ProofError */
export function buildDirectoryEntry(entry: DirectoryEntry): string {
  const text = canonicalText(entry)
  parseDirectoryEntry(text)
  return text
}

export type LeafInput = {
  type: string
  time: string
  ids: Record<string, string>
  details: JsonObject
  /** 32 random bytes, base64url */
  salt: string
}

export type BuiltLeaf = { leaf: string; details: string; hash: Uint8Array }

/** @throws ProofError statement_not_canonical, leaf_invalid */
export async function buildLeaf({ type, time, ids, details, salt }: LeafInput): Promise<BuiltLeaf> {
  const raw = fromBase64url(salt)
  if (raw?.length !== 32) throw new ProofError('leaf_invalid', 'the salt of a leaf is 32 bytes')
  const text = canonicalText(details)
  const leaf = canonicalText({ v: 1, type, time, ids, commitment: await commitmentOf(raw, text) } satisfies Leaf)
  parseLeaf(leaf)
  return { leaf, details: text, hash: await leafHash(utf8(leaf)) }
}

/** Every site that the directory knows, the newest last: what was countersigned at one that was retired since stays provable. */
export function knownSites({ relyingParties }: Directory): Site[] {
  const sites = relyingParties.map(({ rpId, origins }) => ({ rpId, origins: [...origins] }))
  const shown = sites.map((site) => canonicalText(site))
  return sites.filter((_, i) => shown.lastIndexOf(shown[i] ?? '') === i)
}

/** The heads after each recovery by the host. */
export const hostRecoveries = (directory: Directory): string[] =>
  directory.hostRecoveries.map((size) => directory.heads[size] ?? '')

/** The roots to which the server verified attestations of keys that still stand. */
const attestationRoots = (directory: Directory): string[] => {
  const standing = [...directory.keys.values()].filter(({ until, attestationRoot }) => until === null && attestationRoot !== '')
  return [...new Set(standing.map(({ attestationRoot }) => attestationRoot))]
}

/** What a verifier should pin, as the directory says now: give it to people by a way that the server does not control. */
export function buildTrust(directory: Directory): TrustFile {
  const genesis = [...directory.keys.values()].find((key) => key.from === 1)
  const ledgerKey = ledgerKeyAt(directory, directory.size)
  const entry = directory.heads[1]
  if (genesis === undefined || ledgerKey === undefined || entry === undefined) {
    throw new ProofError('directory_genesis', 'the directory has no genesis')
  }
  const { person, credential, demonstration } = genesis
  const trust: TrustFile = {
    v: 1,
    type: 'countersign.trust',
    instance: directory.instance,
    org: directory.org,
    genesis: { entry, person, credential: credential.id, publicKey: credential.publicKey },
    ledgerKeys: [ledgerKey.key],
    sites: knownSites(directory),
    recoveries: hostRecoveries(directory),
    attestationRoots: attestationRoots(directory),
    demonstration,
  }
  return readTrust(trust)
}
