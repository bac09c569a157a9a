/**
 * One more entry. Checked in this order: form, place in the chain, time, subject, what its kind demands, the windows of
 * its envelopes, its nonces. Nothing changes before everything holds.
 */
import { headAfter, subjectDigest } from '../digest.ts'
import { ProofError } from '../errors.ts'
import { parseSubject } from '../subject/parse.ts'
import type { DirectoryEntry } from '../types/record.ts'
import type { Subject } from '../types/subject.ts'
import type { Change } from './change.ts'
import { type Draft, headOf } from './draft.ts'
import { enterGenesis } from './enter-genesis.ts'
import { enterLedgerKey } from './enter-ledger-key.ts'
import { enterLink } from './enter-link.ts'
import { enterRecovery } from './enter-recovery.ts'
import { enterRegistration } from './enter-registration.ts'
import { enterRelyingParty } from './enter-relying-party.ts'
import { enterRemoval } from './enter-removal.ts'
import { enterRevocation } from './enter-revocation.ts'
import { enterRole } from './enter-role.ts'
import { enterTotp } from './enter-totp.ts'
import { parseDirectoryEntry } from './entry.ts'

function checkPlace(draft: Draft, entry: DirectoryEntry): void {
  if (entry.seq !== draft.size || entry.previous !== headOf(draft)) {
    throw new ProofError('directory_chain', 'the entry does not continue the chain: one before it is missing, added or changed')
  }
  if (Date.parse(entry.time) < (draft.times.at(-1) ?? 0)) {
    throw new ProofError('directory_time', 'the entry is older than the one before it')
  }
}

function checkSubject(draft: Draft, subject: Subject): void {
  if ((subject.kind === 'genesis') !== (draft.size === 0)) {
    throw new ProofError('directory_genesis', 'genesis is the first entry, and only the first')
  }
  if (draft.size > 0 && (subject.instance !== draft.instance || subject.org !== draft.org)) {
    throw new ProofError('directory_instance', 'the entry is of another installation or organisation')
  }
}

function changeOf(draft: Draft, entry: DirectoryEntry, subject: Subject, digest: string): Promise<Change> {
  const step = { draft, entry, subjectDigest: digest }
  switch (subject.kind) {
    case 'genesis':
      return enterGenesis({ ...step, subject })
    case 'registration':
      return enterRegistration({ ...step, subject })
    case 'totp':
      return enterTotp({ ...step, subject })
    case 'revocation':
      return enterRevocation({ ...step, subject })
    case 'role':
      return enterRole({ ...step, subject })
    case 'removal':
      return enterRemoval({ ...step, subject })
    case 'recovery':
      return enterRecovery({ ...step, subject })
    case 'link':
      return enterLink({ ...step, subject })
    case 'ledger-key':
      return enterLedgerKey({ ...step, subject })
    case 'relying-party':
      return enterRelyingParty({ ...step, subject })
    case 'run':
    case 'state':
    case 'policy':
      throw new ProofError('directory_entry_invalid', `a subject of the kind "${subject.kind}" is no entry of a directory`)
  }
}

function checkEnvelopes(draft: Draft, entry: DirectoryEntry, { signers }: Change): Set<string> {
  const nonces = new Set<string>()
  for (const { envelope } of signers) {
    if (entry.time < envelope.notBefore || entry.time > envelope.expires) {
      throw new ProofError('envelope_window', 'the entry was made outside the time that its envelope allows')
    }
    if (draft.nonces.has(envelope.nonce) || nonces.has(envelope.nonce)) {
      throw new ProofError('nonce_reused', 'an envelope was used twice')
    }
    nonces.add(envelope.nonce)
  }
  return nonces
}

/** Changes the draft, or throws and leaves it as it was. @throws ProofError */
export async function append(draft: Draft, entryText: string): Promise<void> {
  const entry = parseDirectoryEntry(entryText)
  checkPlace(draft, entry)
  const subject = parseSubject(entry.subject)
  checkSubject(draft, subject)
  const change = await changeOf(draft, entry, subject, await subjectDigest(entry.subject))
  const nonces = checkEnvelopes(draft, entry, change)
  const head = await headAfter(entry.previous, entryText)

  change.apply()
  for (const nonce of nonces) draft.nonces.add(nonce)
  draft.heads.push(head)
  draft.times.push(Date.parse(entry.time))
  draft.size += 1
}
