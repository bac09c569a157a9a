/**
 * The envelope in which states are kept: compressed, cut into chunks, each AES-256-GCM under a data key of its own version, and that
 * key wrapped by a key-encryption key that is not in the database. docs/spec/state-envelope.md is exact.
 *
 * The adversary reads and writes the database. Guaranteed: without the provider's keys nothing is learned but sizes; what is changed,
 * cut, reordered, or moved to another workspace, version or installation is refused before a byte of it is given out. Not guaranteed:
 * that the newest version of a workspace is the newest there was (the ledger says that), or secrecy from who has the keys.
 */
export type { Context } from './context.ts'
export { EnvelopeError, type EnvelopeErrorCode } from './errors.ts'
export type { KeyProvider } from './provider.ts'
export { keyOf, plainSizeOf } from './head.ts'
export { seal, sealStream, type Sealed, type SealedStream } from './seal.ts'
export { Packing } from './packing-ahead.ts'
export { open, openStream } from './open.ts'
export { rewrap } from './rewrap.ts'
export { rewrapStep, type RewrapPort, type RewrapReport, type RewrapRow } from './rewrapping.ts'
export { openStateKeys, type StateKeyOptions, type StateKeys } from './keys/state-keys.ts'
export { findStateKeys, type KeyFolder, type StateKey } from './keys/key-folder.ts'
export type { Protection } from './protection.ts'
export { readPassphrase } from './keys/read-passphrase.ts'
export { mustHaveKeys, prune, whyKept, type KeyUsage, type Why } from './keys/prune.ts'
export { openSealedFile, writeSealedFile, type FileSecret, type OpenedFile, type SealedFileHead, type SealedFileWriter } from './sealed-file.ts'
