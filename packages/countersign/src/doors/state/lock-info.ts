/**
 * What a client says of its lock. Foreign text: parsed strictly, bounded, and only ever shown as the client's word. The ID authorises
 * nothing and is kept as a digest: who reads the database, the ledger or an answer does not learn it.
 */
import { createHash } from 'node:crypto'
import type { StateSubject } from '@countersign/proof'
import { StateError } from './errors.ts'

export type LockInfo = {
  /** SHA-256 of the ID, hex. */
  digest: string
  operation: string
  /** JSON without the ID. */
  kept: string
  /** As the statement says it. */
  said: StateSubject['lock']
}

export const LARGEST_LOCK = 8192

const members = ['Operation', 'Info', 'Who', 'Version', 'Created', 'Path'] as const

/** @throws StateError `lock_invalid` */
export function readLockInfo(text: string): LockInfo {
  const value = parse(text)
  const { ID: id } = value
  // Said twice, two readers could take two for it; no text within can hold this without a backslash.
  if ((text.match(/"ID"\s*:/g) ?? []).length !== 1) throw invalid('it does not say its ID once')
  if (typeof id !== 'string' || !/^[\x21-\x7e]{8,128}$/.test(id)) throw invalid('its ID is not 8 to 128 characters of text')
  const words = Object.fromEntries(members.map((name) => [name, wordOf(value[name])]))
  const { Operation: operation = '', Who: who = '', Info: info = '' } = words
  const digest = lockDigest(id)
  return {
    digest, operation, kept: JSON.stringify(words),
    said: { digest, operation: within(operation, 256), who: within(who, 1024), info: within(info, 4096) },
  }
}

/** Only an ID, and nothing of whose lock it is: what OpenTofu's force-unlock sends. */
export function isWholeLock(text: string): boolean {
  try {
    const value = parse(text)
    return typeof value['ID'] === 'string' && typeof value['Operation'] === 'string' && typeof value['Who'] === 'string' && value['Who'] !== ''
  } catch {
    return false
  }
}

export const lockDigest = (id: string): string => createHash('sha256').update(id).digest('hex')

/** What a stored lock is called in a statement. */
export function saidOf(lock: { lock: string; info: string }): StateSubject['lock'] {
  const { Operation, Who, Info } = JSON.parse(lock.info) as Record<string, unknown>
  return { digest: lock.lock, operation: within(wordOf(Operation), 256), who: within(wordOf(Who), 1024), info: within(wordOf(Info), 4096) }
}

function parse(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalid('it is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('it is not an object')
  return value as Record<string, unknown>
}

function wordOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw invalid('one of its members is not text')
  // What would hide or turn text on a page is shown as what it is not: a question mark.
  return value.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?')
}

/** At most so many bytes, cut at a character. */
function within(text: string, most: number): string {
  const bytes = Buffer.from(text)
  return bytes.length <= most ? text : bytes.subarray(0, most).toString('utf8').replace(/\ufffd+$/, '')
}

function invalid(why: string): StateError {
  return new StateError('lock_invalid', `The body is no LockInfo: ${why}.`, 'Send what Terraform sends: a JSON object with ID, Operation, Info, Who, Version, Created and Path.')
}
