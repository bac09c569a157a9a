/**
 * @countersign/proof: who agreed to what, checked without a server and without a network.
 *
 * This entry verifies. Making checkpoints, proofs and statements is `@countersign/proof/produce`.
 */
export type * from './types/json.ts'
export type * from './types/subject.ts'
export type * from './types/statement.ts'
export type * from './types/record.ts'
export type * from './types/directory.ts'
export type * from './types/verdict.ts'

export { families, ProofError, type ProofCode, type ProofFamily } from './errors.ts'
export { fromBase64url, toBase64url } from './base64.ts'
export { fromHex, toHex } from './bytes.ts'

// statements
export { canonicalize, canonicalText } from './canonical/serialize.ts'
export { parseCanonical } from './canonical/parse.ts'
export { parseSubject } from './subject/parse.ts'
export { isStateCredential } from './subject/executor.ts'
export { isStateWorkspace } from './subject/workspace.ts'
export { flooredActions } from './floor.ts'
export { isGrave } from './grave.ts'
export { type ServerWord, serverWordBytes } from './server-word.ts'
export { parseEnvelope } from './envelope.ts'
export { parseCountersignature } from './countersignature.ts'
export { challengeFor, commitmentOf, countersignatureDigest, digestOf, intentDigest, subjectDigest } from './digest.ts'
export { emptyHead, headAfter } from './digest.ts'
export { formatCode, parseCode, shortCode } from './code.ts'

// assertions
export { verifyAssertion } from './assertion/verify.ts'
export type { AssertionInput, RegisteredKey, VerifiedAssertion } from './assertion/input.ts'
export { importKey, type VerifyingKey } from './key/import.ts'

// the directory
export { demonstrationAaguid } from './directory/enter-key.ts'
export { parseDirectoryEntry } from './directory/entry.ts'
export { extendDirectory, replayDirectory, type ReplayOptions } from './directory/replay.ts'
export { authorityAt, type Touched } from './directory/authority.ts'
export { countOwners, otherOwnerWithKey, takesTwo } from './directory/last-owner.ts'
export { probationLasts, recoveryLasts, recoveryWaits } from './directory/periods.ts'
export {
  hasAuthenticator,
  humanOf,
  idsOf,
  isOwnerAt,
  keyAt,
  keysOf,
  ledgerKeyAt,
  onProbation,
  openRecovery,
  relyingPartyAt,
  roleAt,
  rolesOf,
  siteAt,
  sitesAt,
  totpsOf,
} from './directory/moments.ts'

// the ledger
export { emptyRoot, leafHash, nodeHash } from './merkle/hash.ts'
export { rootFromInclusion, verifyInclusion } from './merkle/verify-inclusion.ts'
export { verifyConsistency } from './merkle/verify-consistency.ts'
export { verifySubtreeConsistency, verifySubtreeInclusion } from './merkle/verify-subtree.ts'
export { parseLeaf } from './ledger/leaf.ts'
export { makeVkey } from './ledger/vkey.ts'
export { type Checkpoint, checkpointOrigin, parseCheckpoint, verifyCheckpoint } from './ledger/checkpoint.ts'

// evidence and trust
export { parseTrust } from './trust/parse.ts'
export { parseEvidence } from './evidence/parse.ts'
export { type ConsentInput, verifyConsent } from './evidence/consent.ts'
export { verifyEvidence, type VerifyOptions } from './evidence/verify.ts'
