/** The producing side of @countersign/proof: for whoever keeps a ledger and a directory, not for whoever verifies one. */
export { extendRange, type Range, rangeAt, rangeRoot, type TreeNode } from './tree.ts'
export { consistencyProof, inclusionProof, type ReadNode, rootAt } from './proofs.ts'
export { type CheckpointSigner, signCheckpoint } from './checkpoint.ts'
export { makeVkey } from '../ledger/vkey.ts'
export { type ServerWord, serverWordBytes } from '../server-word.ts'
export { type BuiltEnvelope, buildEnvelope, type BuiltSubject, buildSubject } from './statement.ts'
export { buildDirectoryEntry, buildLeaf, type BuiltLeaf, buildTrust, hostRecoveries, knownSites, type LeafInput } from './record.ts'
