/**
 * The digests that bind one thing to another. Each begins with a tag of its own, so that no bytes made for one purpose
 * mean anything for another.
 */
import { platform } from '#crypto'
import { concat, fromHex, toHex, utf8 } from './bytes.ts'
import { canonicalize } from './canonical/serialize.ts'
import { ProofError } from './errors.ts'
import type { JsonObject } from './types/json.ts'
import type { Countersignature } from './types/statement.ts'
import { parseCanonical } from './canonical/parse.ts'

const tags = {
  subject: utf8('countersign.subject.v1\n'),
  challenge: utf8('countersign.challenge.v1\n'),
  intent: utf8('countersign.intent.v1\n'),
  details: utf8('countersign.details.v1\n'),
  directory: utf8('countersign.directory.v1\n'),
}

const bytesOf = (text: string | Uint8Array) => (typeof text === 'string' ? utf8(text) : text)

export const sha256 = (data: Uint8Array): Promise<Uint8Array> => platform.sha256(data)

/** SHA-256 in hex of bytes as they are: a plan file, a policy file. */
export const digestOf = async (data: Uint8Array): Promise<string> => toHex(await sha256(data))

/** Of the text as it stands: whoever wants it canonical parses it first. */
export const subjectDigest = async (text: string | Uint8Array): Promise<string> =>
  toHex(await sha256(concat(tags.subject, bytesOf(text))))

/** The WebAuthn challenge: 32 bytes over the subject and this signer's envelope. @throws statement_not_canonical */
export async function challengeFor(subjectDigestHex: string, envelopeText: string | Uint8Array): Promise<Uint8Array> {
  const statement = { envelope: parseCanonical(envelopeText), subjectDigest: subjectDigestHex }
  return sha256(concat(tags.challenge, canonicalize(statement)))
}

/** The challenge of create(), in hex. @throws statement_not_canonical */
export const intentDigest = async (intent: JsonObject): Promise<string> =>
  toHex(await sha256(concat(tags.intent, canonicalize(intent))))

/** The salted commitment of a leaf to its details. `salt` is 32 raw bytes. @throws statement_not_canonical */
export async function commitmentOf(salt: Uint8Array, details: JsonObject | string): Promise<string> {
  const bytes = typeof details === 'string' ? utf8(details) : canonicalize(details)
  return toHex(await sha256(concat(tags.details, salt, bytes)))
}

/** The directory head before the first entry. */
export const emptyHead = '0'.repeat(64)

/** The directory head after one more entry. @throws directory_chain when `previous` is not a digest */
export async function headAfter(previous: string, entryText: string): Promise<string> {
  const before = fromHex(previous)
  if (before?.length !== 32) throw new ProofError('directory_chain', 'the previous head is not a digest')
  return toHex(await sha256(concat(tags.directory, before, utf8(entryText))))
}

/** How a leaf names a countersignature. */
export const countersignatureDigest = async (countersignature: Countersignature): Promise<string> =>
  toHex(await sha256(canonicalize(countersignature)))
