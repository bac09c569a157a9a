/** What ends with an entry, from the next size on. Nothing is taken out: spans get their end, and the past stays provable. */
import type { RecoverySpan, Span } from '../types/directory.ts'
import type { Draft } from './draft.ts'

const ended = <S extends Span>(span: S, next: number): S => (span.until === null ? { ...span, until: next } : span)

/** Every key and authenticator app of a person. */
export function endAuthenticators(draft: Draft, person: string): void {
  const next = draft.size + 1
  for (const [id, key] of draft.keys) if (key.person === person) draft.keys.set(id, ended(key, next))
  for (const [id, totp] of draft.totps) if (totp.person === person) draft.totps.set(id, ended(totp, next))
}

export function endRoles(draft: Draft, person: string): void {
  const next = draft.size + 1
  draft.roles = draft.roles.map((span) => (span.person === person ? ended(span, next) : span))
}

/** The recovery of a person, if one stands open. */
export function endRecovery(draft: Draft, person: string, end: Exclude<RecoverySpan['end'], 'open'>): void {
  const until = draft.size + 1
  draft.recoveries = draft.recoveries.map((one) => (one.person === person && one.until === null ? { ...one, until, end } : one))
}
