/**
 * Statements for the tests of the console, written and hashed here from the specification alone and not with
 * @countersign/proof: what the page computes is compared with a second hand's arithmetic.
 */
import { createHash, randomBytes } from 'node:crypto'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** RFC 8785 for what statements hold: safe integers, strings, booleans, lists, objects. */
export function canonical(value: unknown): string {
  return write(value as Json)
}

function write(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1))
  return `{${names.map((name) => `${JSON.stringify(name)}:${write(value[name] ?? null)}`).join(',')}}`
}

export function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

export function digestOfSubject(text: string): string {
  return sha256('countersign.subject.v1\n', text)
}

export function codeOf(digest: string): string {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  const bits = BigInt(`0x${digest}`) >> 196n
  const code = Array.from({ length: 12 }, (_, index) => letters[Number((bits >> BigInt(5 * (11 - index))) & 31n)]).join('')
  return `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8)}`
}

export function challengeOf(subjectText: string, envelopeText: string): string {
  const statement = `{"envelope":${envelopeText},"subjectDigest":"${digestOfSubject(subjectText)}"}`
  return Buffer.from(sha256('countersign.challenge.v1\n', statement), 'hex').toString('base64url')
}

export function challengeOfIntent(intentText: string): string {
  return Buffer.from(sha256('countersign.intent.v1\n', intentText), 'hex').toString('base64url')
}

export const instance = 'csi_0193a0b1c2d37e8f9a0b1c2d3e4f5a6b'
export const digest = (word: string): string => sha256(word)
export const thumbprint = (word: string): string => Buffer.from(sha256(word), 'hex').toString('base64url')
/** `prefix_` and 32 hex characters of a UUIDv7's form, the same for the same word. */
export const id = (prefix: string, word: string): string => {
  const hex = sha256(word)
  return `${prefix}_0193${hex.slice(0, 8)}7${hex.slice(8, 11)}8${hex.slice(11, 26)}`
}

type EnvelopeFields = { person: string; role: string; slot?: number; origin: string; instance?: string }

export function envelope(fields: EnvelopeFields): string {
  const now = Date.now()
  return canonical({
    v: 1, instance: fields.instance ?? instance, person: fields.person, role: fields.role, slot: fields.slot ?? 0,
    nonce: randomBytes(32).toString('base64url'), notBefore: new Date(now).toISOString(), expires: new Date(now + 300_000).toISOString(), origin: fields.origin,
    checkpoint: { size: 41, root: digest('root') }, directory: { size: 1, head: digest('head') },
  })
}

export const requirement = { assurance: 'aal2', phishingResistant: true, freshSeconds: 600, selfStepUp: true, approvals: 0, approverRole: '', excludeRequester: false }
export const policyRef = { digest: digest('policy'), rule: 'a person countersigns', requirement }
