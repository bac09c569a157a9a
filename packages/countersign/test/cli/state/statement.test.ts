/** The statement that the server made of a question, with every member that the terminal knows changed one at a time. */
import { canonicalText, parseSubject, type StateSubject } from '@countersign/proof'
import { describe, expect, it } from 'vitest'
import type { CliError } from '../../../src/cli/exit.ts'
import { checkStatement, type Asker, type Question } from '../../../src/cli/state/statement.ts'

const hex = (digit: string): string => digit.repeat(64)
const id = (prefix: string, digit: string): string => `${prefix}_${digit.repeat(32)}`
const none = { version: 0, lineage: '', serial: 0, digest: '' }

const subject: StateSubject = {
  v: 1, kind: 'state', instance: id('ins', '3'), org: id('org', '4'), action: 'state.rollback', request: id('sta', '1'), requester: id('usr', '2'), executor: Buffer.alloc(32, 7).toString('base64url'),
  workspace: { name: 'a/b', environment: 'prod', enforcement: 'state-gated' }, source: '127.0.0.1', phase: '', tier: '', lasts: 0,
  lock: { digest: '', operation: '', who: '', info: '' }, state: { version: 2, lineage: 'l', serial: 5, digest: hex('1') }, target: { version: 1, lineage: 'l', serial: 3, digest: hex('2') }, whole: false,
  changes: { added: 0, changed: 0, removed: 0, outputs: 0, addresses: [], omitted: 0 },
  policy: { digest: hex('9'), rule: 'r', requirement: { assurance: 'aal2', phishingResistant: true, freshSeconds: 300, selfStepUp: true, approvals: 0, approverRole: '', excludeRequester: false } },
}
const rollback: Question = { action: 'state.rollback', workspace: 'a/b', version: 1 }
const credential: StateSubject = { ...subject, action: 'state.credential', phase: 'plan', tier: 'full', lasts: 600, target: none, state: none }
const forPlan: Question = { action: 'state.credential', workspace: 'a/b', phase: 'plan', lasts: 600 }
const imported: StateSubject = { ...subject, action: 'state.import', target: { version: 0, lineage: 'l', serial: 7, digest: hex('3') } }
const toImport: Question = { action: 'state.import', workspace: 'a/b', digest: hex('3'), lineage: 'l', serial: 7, size: 1 }
const reading: StateSubject = { ...subject, action: 'state.read-outputs', target: none, tier: 'outputs' }
const toRead: Question = { action: 'state.read-outputs', workspace: 'a/b', tier: 'outputs' }
const deleting: StateSubject = { ...subject, action: 'state.delete', target: none, whole: true }

const session: Asker = { person: { id: subject.requester }, trust: { instance: subject.instance, org: subject.org }, api: { key: { thumbprint: subject.executor } } }

function codeOf(said: StateSubject, question: Question, request = subject.request): string {
  const text = canonicalText(said)
  parseSubject(text) // what is refused below is a good statement, about something else
  try {
    checkStatement(session, question, { id: request, subject: text })
    return 'accepted'
  } catch (error) {
    return (error as CliError).code
  }
}

describe('a statement about a state', () => {
  it.each([['a rollback', subject, rollback], ['a credential', credential, forPlan], ['an import', imported, toImport], ['a reading', reading, toRead], ['a shorter credential than was asked', { ...credential, lasts: 60 }, forPlan]] as const)('about %s is taken when it is what was asked', (_, said, question) => {
    expect(codeOf(said, question)).toBe('accepted')
  })

  it.each<[string, StateSubject, Question]>([
    ['another action over the same version', { ...subject, action: 'state.delete' }, rollback],
    ['the whole state where a version was asked', deleting, { action: 'state.delete', workspace: 'a/b', version: 1 }],
    ['one version where the whole state was asked', { ...subject, action: 'state.delete' }, { action: 'state.delete', workspace: 'a/b', whole: true }],
    ['another version', { ...subject, target: { ...subject.target, version: 4 } }, rollback],
    ['another workspace', { ...subject, workspace: { ...subject.workspace, name: 'a/c' } }, rollback],
    ['another person', { ...subject, requester: id('usr', '9') }, rollback],
    ['another terminal', { ...subject, executor: Buffer.alloc(32, 8).toString('base64url') }, rollback],
    ['a browser', { ...subject, executor: '' }, rollback],
    ['another installation', { ...subject, instance: id('ins', '9') }, rollback],
    ['another organisation', { ...subject, org: id('org', '9') }, rollback],
    ['another question', { ...subject, request: id('sta', '9') }, rollback],
    ['a credential to apply where one to plan was asked', { ...credential, phase: 'apply' }, forPlan],
    ['a credential that lives longer', { ...credential, lasts: 601 }, forPlan],
    ['another body to import', { ...imported, target: { ...imported.target, digest: hex('4') } }, toImport],
    ['another serial to import', { ...imported, target: { ...imported.target, serial: 8 } }, toImport],
    ['another lineage to import', { ...imported, target: { ...imported.target, lineage: 'm' } }, toImport],
    ['more of the state than was asked', { ...reading, tier: 'full' }, toRead],
  ])('about %s is refused', (_, said, question) => {
    expect(codeOf(said, question)).toBe('server_altered_subject')
  })

  it('that is none is refused', () => {
    for (const text of ['', '{}', 'null', canonicalText({ ...subject, extra: 1 })]) {
      expect(() => checkStatement(session, rollback, { id: subject.request, subject: text })).toThrow('its form differs')
    }
  })
})
