/**
 * Checkpoints (C2SP tlog-checkpoint): origin, size, root, as a signed note. The origin line and the name of the signing
 * key are `countersign/<instance>`, so that the checkpoint of one installation means nothing in another.
 *
 * Guarantees: a key of the list signed exactly this size and root. Does not: that the same key signed no other tree; that
 * is what consistency proofs, and whoever remembers checkpoints, are for.
 */
import { fromBase64 } from '../base64.ts'
import { equal, toHex, utf8 } from '../bytes.ts'
import { ProofError } from '../errors.ts'
import type { TreeHead } from '../types/statement.ts'
import { type Note, parseNote } from './note.ts'
import { type NoteKey, parseVkey } from './vkey.ts'

export type Checkpoint = TreeHead & { origin: string }

export const checkpointOrigin = (instance: string): string => `countersign/${instance}`

const malformed = (why: string): ProofError => new ProofError('checkpoint_malformed', `the checkpoint ${why}`)

function readNote(note: string): Note {
  const parsed = parseNote(note)
  if (parsed === undefined) throw malformed('is not a signed note')
  return parsed
}

function readBody({ text }: Note): Checkpoint {
  const [origin, size, root, ...extensions] = text.slice(0, -1).split('\n')
  if (origin === undefined || origin === '' || size === undefined || root === undefined || extensions.includes('')) {
    throw malformed('has not its three lines')
  }
  const leaves = /^(?:0|[1-9][0-9]{0,15})$/.test(size) ? Number(size) : Number.NaN
  if (!Number.isSafeInteger(leaves)) throw malformed('has a size that is no count of leaves')
  const hash = fromBase64(root)
  if (hash?.length !== 32) throw malformed('has a root that is no SHA-256 hash')
  return { origin, size: leaves, root: toHex(hash) }
}

/** Reads without believing. @throws checkpoint_malformed */
export const parseCheckpoint = (note: string): Checkpoint => readBody(readNote(note))

async function signedBy(note: Note, key: NoteKey): Promise<boolean | undefined> {
  const lines = note.signatures.filter((one) => one.name === key.name && equal(one.keyId, key.id))
  if (lines.length === 0) return undefined
  const data = utf8(note.text)
  for (const { signature } of lines) if (!(await key.key.verify(data, signature))) return false
  return true
}

/**
 * `vkeys`: the keys that may sign. One of them has to; a signature in the name of any of them that does not hold refuses
 * the whole note.
 *
 * @throws checkpoint_malformed, checkpoint_origin, checkpoint_key, checkpoint_signature
 */
export async function verifyCheckpoint(note: string, instance: string, vkeys: readonly string[]): Promise<Checkpoint & { vkey: string }> {
  const parsed = readNote(note)
  const checkpoint = readBody(parsed)
  if (checkpoint.origin !== checkpointOrigin(instance)) {
    throw new ProofError('checkpoint_origin', 'the checkpoint is of another ledger')
  }
  let by: string | undefined
  for (const vkey of vkeys) {
    const key = await parseVkey(vkey)
    if (key === undefined || key.name !== checkpoint.origin) continue
    const holds = await signedBy(parsed, key)
    if (holds === false) throw new ProofError('checkpoint_signature', 'the signature of the checkpoint does not hold')
    if (holds === true) by ??= vkey
  }
  if (by === undefined) throw new ProofError('checkpoint_key', 'the checkpoint is signed by no key that is known to sign it')
  return { ...checkpoint, vkey: by }
}
