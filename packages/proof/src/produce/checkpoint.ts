/** Checkpoints, signed. The private key stays with the caller, who may keep it in a file, a KMS, or a token. */
import { toBase64 } from '../base64.ts'
import { concat, fromHex, utf8 } from '../bytes.ts'
import { ProofError } from '../errors.ts'
import type { Checkpoint } from '../ledger/checkpoint.ts'
import { makeVkey, parseVkey } from '../ledger/vkey.ts'

export type CheckpointSigner = {
  /** the 32 raw bytes of an Ed25519 key */
  publicKey: Uint8Array
  /** an Ed25519 signature (64 bytes) over the message */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/**
 * The signed note. The signer's name is the origin.
 *
 * @throws ProofError key_invalid, checkpoint_malformed, or checkpoint_signature when the signer errs
 */
export async function signCheckpoint({ origin, size, root }: Checkpoint, signer: CheckpointSigner): Promise<string> {
  const key = await parseVkey(await makeVkey(origin, signer.publicKey))
  if (key === undefined) throw new ProofError('key_invalid', 'the signing key is no Ed25519 key, or its origin is no name')
  const hash = fromHex(root)
  if (hash?.length !== 32 || !Number.isSafeInteger(size) || size < 0) {
    throw new ProofError('checkpoint_malformed', 'the tree head is no count of leaves with a hash')
  }
  const text = `${origin}\n${size}\n${toBase64(hash)}\n`
  const signature = await signer.sign(utf8(text))
  // a checkpoint that does not verify would look like a fraud to everybody who sees it
  if (!(await key.key.verify(utf8(text), signature))) {
    throw new ProofError('checkpoint_signature', 'the signer answered a signature that does not hold under its own key')
  }
  return `${text}\n\u2014 ${origin} ${toBase64(concat(key.id, signature))}\n`
}
