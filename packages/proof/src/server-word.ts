/**
 * The server's word, in the two places where it may stand for a touch: an authenticator app's code, and a sole owner who has
 * lost every key. It is an Ed25519 signature by the ledger key, over bytes that begin with a tag of their own: neither means
 * anything as the other, nor as a checkpoint, whose first line is another.
 *
 * It proves that the holder of the ledger key said so, and nothing about a person. Whoever takes the server over can say it.
 */
import { concat, toHex, utf8 } from './bytes.ts'
import { canonicalize } from './canonical/serialize.ts'
import { ProofError } from './errors.ts'
import { fromBase64url } from './base64.ts'
import { parseVkey } from './ledger/vkey.ts'

/** `authenticator`: the id of the app whose code was right. */
export type ServerWord = { type: 'totp'; authenticator: string } | { type: 'host' }

const tags = { totp: utf8('countersign.totp.v1\n'), host: utf8('countersign.host.v1\n') }

/** What the ledger key signs. `challenge`: the 32 bytes of `challengeFor`, so the word is bound to subject and envelope. */
export function serverWordBytes(word: ServerWord, challenge: Uint8Array): Uint8Array {
  const said = { ...(word.type === 'totp' && { authenticator: word.authenticator }), challenge: toHex(challenge) }
  return concat(tags[word.type], canonicalize(said))
}

/** `vkey`: the ledger key that holds. @throws word_signature */
export async function verifyServerWord(word: ServerWord, challenge: Uint8Array, signature: string, vkey: string): Promise<void> {
  const key = await parseVkey(vkey)
  const bytes = fromBase64url(signature)
  if (key === undefined || bytes === undefined || !(await key.key.verify(serverWordBytes(word, challenge), bytes))) {
    throw new ProofError('word_signature', "the server's word does not hold under its ledger key")
  }
}
