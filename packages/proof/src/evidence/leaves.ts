/**
 * The leaves of the bundle: each well formed, in the tree of the checkpoint, and the one that its details belong to.
 *
 * The commitment binds details that lie beside the tree to the leaf inside it; the ids repeat some of them, and must not
 * say anything else.
 */
import { fromBase64url } from '../base64.ts'
import { fromHex, utf8 } from '../bytes.ts'
import { parseCanonical } from '../canonical/parse.ts'
import { commitmentOf } from '../digest.ts'
import { ProofError } from '../errors.ts'
import type { Checkpoint } from '../ledger/checkpoint.ts'
import { parseLeaf } from '../ledger/leaf.ts'
import { leafHash } from '../merkle/hash.ts'
import { verifyInclusion } from '../merkle/verify-inclusion.ts'
import type { JsonObject, JsonValue } from '../types/json.ts'
import type { KnownLeafType, Leaf, LeafDetails, LeafEvidence } from '../types/record.ts'
import { isKnownType, readDetails } from './details.ts'

/** A leaf of a type whose details are not specified here. */
export type OtherLeaf = { index: number; leaf: Leaf; details: JsonObject }

export type VerifiedLeaf<T extends KnownLeafType = KnownLeafType> = {
  index: number
  leaf: Leaf
  type: T
  details: LeafDetails[T]
}

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()
const isObject = (value: JsonValue): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

function checkIds({ ids }: Leaf, details: JsonObject): void {
  const different = Object.entries(ids).some(([name, value]) => Object.hasOwn(details, name) && details[name] !== value)
  if (different) throw new ProofError('leaf_mismatch', 'the ids of a leaf and its details differ')
}

async function verifyLeaf(one: LeafEvidence, checkpoint: Checkpoint): Promise<VerifiedLeaf | OtherLeaf> {
  const leaf = parseLeaf(one.leaf)
  const hash = await leafHash(utf8(one.leaf))
  await verifyInclusion(one.index, checkpoint.size, hash, one.proof.map(bytes), bytes(checkpoint.root))
  const salt = fromBase64url(one.salt) ?? new Uint8Array()
  if ((await commitmentOf(salt, one.details)) !== leaf.commitment) {
    throw new ProofError('leaf_commitment', 'the details are not the ones that the leaf commits to')
  }
  const details = parseCanonical(one.details)
  if (!isObject(details)) throw new ProofError('leaf_details', 'the details of a leaf are no object')
  checkIds(leaf, details)
  if (!isKnownType(leaf.type)) return { index: one.index, leaf, details }
  return { index: one.index, leaf, type: leaf.type, details: readDetails(leaf.type, details) }
}

/** A server's clock may be set right by so many milliseconds; a ledger whose times jump further back is not believed. */
const tolerated = 5000

/** Those of the types that bear on every effect, and the others. @throws ProofError */
export async function verifyLeaves(leaves: readonly LeafEvidence[], checkpoint: Checkpoint): Promise<{ leaves: VerifiedLeaf[]; others: OtherLeaf[] }> {
  const verified: VerifiedLeaf[] = []
  const others: OtherLeaf[] = []
  let before = { index: -1, time: 0 }
  for (const one of leaves) {
    const read = await verifyLeaf(one, checkpoint)
    const time = Date.parse(read.leaf.time)
    if (one.index <= before.index || time < before.time - tolerated) {
      throw new ProofError('leaf_order', 'the leaves do not follow one another in the ledger and in time')
    }
    before = { index: one.index, time: Math.max(time, before.time) }
    if ('type' in read) verified.push(read)
    else others.push(read)
  }
  return { leaves: verified, others }
}

const isOfType =
  <T extends KnownLeafType>(type: T) =>
  (leaf: VerifiedLeaf): leaf is VerifiedLeaf<T> =>
    leaf.type === type

export const leavesOf = <T extends KnownLeafType>(leaves: readonly VerifiedLeaf[], type: T): VerifiedLeaf<T>[] =>
  leaves.filter(isOfType(type))

/** The one leaf of a type, or none. @throws leaf_repeated */
export function onlyLeaf<T extends KnownLeafType>(leaves: readonly VerifiedLeaf[], type: T): VerifiedLeaf<T> | undefined {
  const [leaf, ...others] = leavesOf(leaves, type)
  if (others.length > 0) throw new ProofError('leaf_repeated', `the ledger leaf "${type}" is there more than once`)
  return leaf
}

/** @throws leaf_repeated, leaf_missing */
export function requiredLeaf<T extends KnownLeafType>(leaves: readonly VerifiedLeaf[], type: T): VerifiedLeaf<T> {
  const leaf = onlyLeaf(leaves, type)
  if (leaf === undefined) throw new ProofError('leaf_missing', `the ledger leaf "${type}" is missing from the bundle`)
  return leaf
}
