/** The hashes of a Merkle tree (RFC 6962 section 2.1): leaves and nodes are told apart by their first byte. */
import { concat } from '../bytes.ts'
import { sha256 } from '../digest.ts'

const leafTag = Uint8Array.of(0)
const nodeTag = Uint8Array.of(1)

export const leafHash = (leaf: Uint8Array): Promise<Uint8Array> => sha256(concat(leafTag, leaf))

export const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Uint8Array> => sha256(concat(nodeTag, left, right))

/** The root of the tree without leaves: SHA-256 of nothing, in hex. */
export const emptyRoot = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
