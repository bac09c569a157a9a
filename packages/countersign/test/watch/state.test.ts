/** What a notice says of a request about a state: whose, and what for. It travels where the state must not. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StateAction, StateSubject } from '@countersign/proof'
import { canonicalText } from '@countersign/proof'
import { expect, it } from 'vitest'
import { waitingMessage } from '../../src/watch/notices/message.ts'

const base = JSON.parse(readFileSync(join(import.meta.dirname, '../../../proof/test/vectors/bases/state-write.json'), 'utf8')) as { bundle: { subject: string } }
const writing = JSON.parse(base.bundle.subject) as StateSubject
const none = { version: 0, lineage: '', serial: 0, digest: '' }
const some = { version: 7, lineage: 'x', serial: 3, digest: 'ab'.repeat(32) }
const noLock = { digest: '', operation: '', who: '', info: '' }

const said = (over: Partial<StateSubject>): string =>
  waitingMessage({ code: 'K7QF2M9D4XWT', kind: 'state', subject: canonicalText({ ...writing, ...over }), requester: 'Ada', expiresAt: 0 }, 'https://cs.example').summary

it.each<[StateAction, Partial<StateSubject>, string]>([
  ['state.write', {}, 'Ada asks to lock the state of payments/billing-prod and write it (prod).'],
  ['state.plan', {}, 'Ada asks to lock the state of payments/billing-prod and read it, for a plan (prod).'],
  ['state.credential', { phase: 'apply', lock: noLock }, 'Ada asks to get a credential to apply in payments/billing-prod (prod).'],
  ['state.read', { lock: noLock }, 'Ada asks to read the state of payments/billing-prod with all its secrets (prod).'],
  ['state.rollback', { lock: noLock, target: some }, 'Ada asks to go back to version 7 of the state of payments/billing-prod (prod).'],
  ['state.delete', { lock: noLock, whole: true }, 'Ada asks to delete the whole state of payments/billing-prod (prod).'],
  ['state.discard', { lock: noLock, target: some }, 'Ada asks to discard version 7 of the state of payments/billing-prod, which is in quarantine (prod).'],
  ['state.force-unlock', {}, "Ada asks to end somebody's lock of the state of payments/billing-prod (prod)."],
])('%s in one sentence', (action, over, sentence) => {
  expect(said({ action, ...over })).toBe(sentence)
})

it('no address, no lock and no word of the client is in it', () => {
  const lock = { digest: 'cd'.repeat(32), operation: 'SECRET-1', who: 'SECRET-2', info: 'SECRET-3' }
  const changes = { added: 1, changed: 0, removed: 0, outputs: 0, omitted: 0, addresses: [{ address: 'aws_db.SECRET-4', change: 'added' as const }] }
  const message = waitingMessage({ code: 'K7QF2M9D4XWT', kind: 'state', subject: canonicalText({ ...writing, lock, changes, state: { ...some, lineage: 'SECRET-5' }, target: none }), requester: 'Ada', expiresAt: 0 }, 'https://cs.example')
  expect(JSON.stringify(message)).not.toMatch(/SECRET|cdcd|abab/)
})
