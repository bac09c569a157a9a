/** Canonical text becomes a subject of one of the known kinds, or is refused. */
import { parseCanonical } from '../canonical/parse.ts'
import { readAs } from '../schema/read-as.ts'
import type { Shape } from '../schema/shape.ts'
import type { JsonValue } from '../types/json.ts'
import type { Subject, SubjectKind } from '../types/subject.ts'
import { genesis } from './genesis.ts'
import { ledgerKey } from './ledger-key.ts'
import { link } from './link.ts'
import { policy } from './policy.ts'
import { recovery } from './recovery.ts'
import { registration } from './registration.ts'
import { relyingParty } from './relying-party.ts'
import { removal } from './removal.ts'
import { revocation } from './revocation.ts'
import { role } from './role.ts'
import { run } from './run.ts'
import { state } from './state.ts'
import { totp } from './totp.ts'

const kinds: { [K in SubjectKind]: Shape<Extract<Subject, { kind: K }>> } = {
  run,
  state,
  policy,
  genesis,
  registration,
  totp,
  revocation,
  role,
  removal,
  recovery,
  link,
  'ledger-key': ledgerKey,
  'relying-party': relyingParty,
}

const isKind = (kind: JsonValue | undefined): kind is SubjectKind => typeof kind === 'string' && Object.hasOwn(kinds, kind)

/** @throws ProofError statement_not_canonical, subject_invalid */
export function parseSubject(text: string | Uint8Array): Subject {
  return readAs('subject_invalid', 'the subject', parseCanonical(text), (value, path) => {
    const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
    return (isKind(kind) ? kinds[kind] : run)(value, path)
  })
}
