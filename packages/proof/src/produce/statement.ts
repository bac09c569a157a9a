/**
 * Statements, built. Whatever is built is read back with the verifier's own parser, so that nothing leaves that a verifier
 * would refuse.
 */
import { canonicalText } from '../canonical/serialize.ts'
import { formatCode, shortCode } from '../code.ts'
import { challengeFor, subjectDigest } from '../digest.ts'
import { parseEnvelope } from '../envelope.ts'
import { parseSubject } from '../subject/parse.ts'
import type { Envelope } from '../types/statement.ts'
import type { Subject } from '../types/subject.ts'

export type BuiltSubject = {
  /** canonical */
  text: string
  digest: string
  /** twelve characters without hyphens */
  code: string
  /** XXXX-XXXX-XXXX */
  shown: string
}

/** @throws ProofError statement_not_canonical, subject_invalid */
export async function buildSubject(subject: Subject): Promise<BuiltSubject> {
  const text = canonicalText(subject)
  parseSubject(text)
  const digest = await subjectDigest(text)
  const code = shortCode(digest)
  return { text, digest, code, shown: formatCode(code) }
}

export type BuiltEnvelope = {
  /** canonical */
  text: string
  /** the WebAuthn challenge: 32 bytes */
  challenge: Uint8Array
}

/** @throws ProofError statement_not_canonical, envelope_invalid */
export async function buildEnvelope(subjectDigestHex: string, envelope: Envelope): Promise<BuiltEnvelope> {
  const text = canonicalText(envelope)
  parseEnvelope(text)
  return { text, challenge: await challengeFor(subjectDigestHex, text) }
}
