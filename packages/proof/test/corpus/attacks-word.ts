/** Attacks by way of the server's word: said of the wrong app, by the wrong key, or where only a person's key counts. */
import type { RunSubject, VerdictCode } from '../../src/index.ts'
import { authenticator } from '../support/authenticator.ts'
import { addApp, appOf, revokeApp, said } from '../support/people.ts'
import { alice, bob, byAlice, byBob, installation, keys, mallory, type Story, tellPolicy, tellRun } from '../support/scenario.ts'
import { alicesApp, bobsApp, erin, erins, team, withApp } from '../support/team.ts'
import { policyRef, type Signing, type World } from '../support/world.ts'
import { after, type Attack } from './attack.ts'
import { alone, allowedRun, lowRun } from './bases.ts'

const byApp = { app: alicesApp, role: 'self' } as const satisfies Signing
const risky = (level: RunSubject['risk']['level']): Partial<RunSubject> => ({ risk: { level, reasons: [], reasonsOmitted: 0 } })

/** Alice's app answers a run of low risk. */
const word = (name: string, expect: VerdictCode, story: Story = {}, work: (world: World) => Promise<unknown> = async () => {}): Attack =>
  after(name, 'attested', expect, withApp, work, { ...lowRun, signings: [byApp], ...story })

const words: Attack[] = [
  word('an app, where a phishing-resistant key is required', 'requirement_phishing_resistant', { required: { phishingResistant: true } }),
  word('an app on a run of high risk', 'requirement_phishing_resistant', { subject: risky('high') }),
  word('an app on a run of critical risk', 'requirement_phishing_resistant', { subject: risky('critical') }),
  word('an app on a run of medium risk: it is attested', 'servers_word', { subject: risky('medium') }),
  word('an app, where aal1 is enough: it is attested', 'servers_word', { required: { phishingResistant: false, assurance: 'aal1' } }),
  word('an app, where aal3 is required', 'requirement_assurance', { required: { phishingResistant: false, assurance: 'aal3' } }),
  word('an app of another person', 'assertion_owner', { signings: [{ ...byApp, envelope: { person: bob.id } }] }),
  word('an app that the directory does not know', 'signer_unknown', { signings: [{ app: appOf(alice, 'another'), role: 'self' }] }),
  word('an app that was revoked', 'signer_revoked', {}, (world) => revokeApp(world, alicesApp, keys.alice)),
  word('an envelope from before there was anything', 'signer_unknown', { signings: [{ ...byApp, envelope: { directory: { size: 0, head: '0'.repeat(64) } } }] }),
  {
    ...word('an envelope from before the app was there', 'signer_unknown'),
    make: async () => {
      const world = await withApp()
      const directory = { size: 1, head: world.heads[1] ?? '' }
      return tellRun({ ...lowRun, signings: [{ ...byApp, envelope: { directory } }] }, world)
    },
  },
  word('the word of a ledger key that never was one', 'word_signature', { signings: [{ ...byApp, ledger: 'other' }] }),
  word('the word of the ledger key before this one', 'word_signature', { signings: [{ ...byApp, ledger: 'ledger' }] }, (world) => world.rotateLedgerKey('second', keys.alice)),
  word('the word of the ledger key that holds now: it is attested', 'servers_word', {}, (world) => world.rotateLedgerKey('second', keys.alice)),
  {
    ...word('the word of the ledger key before this one, with an envelope from before', 'signer_revoked'),
    make: async () => {
      const world = await withApp()
      const directory = { size: world.entries.length, head: world.heads.at(-1) ?? '' }
      await world.rotateLedgerKey('second', keys.alice)
      return tellRun({ ...lowRun, signings: [{ ...byApp, ledger: 'ledger', envelope: { directory } }] }, world)
    },
  },
  word("a word of one app, said to be another's", 'word_signature', { signings: [{ ...byApp, after: said({ authenticator: appOf(alice, 'tablet').id }) }] }, (world) => addApp(world, appOf(alice, 'tablet'), keys.alice)),
  word('a word that is no signature', 'word_signature', { signings: [{ ...byApp, after: said({ signature: '' }) }] }),
  word('a word at an origin of nobody', 'envelope_origin', { signings: [{ ...byApp, envelope: { origin: 'https://evil.example' } }] }),
  word('a word in the role of a voucher', 'envelope_role', { signings: [{ ...byApp, role: 'voucher' }] }),
  word("the host's word over a run", 'countersignature_type', { signings: [{ host: alice, role: 'self' }] }),
  word("an app's word by the name of the host", 'countersignature_type', { signings: [{ ...byApp, after: ({ envelope, signature }) => ({ type: 'host', envelope, signature }) }] }),
  word('the same word twice', 'requirement_distinct', { signings: [byApp, byApp] }),
  word('a word and a key of the same person', 'requirement_distinct', { signings: [byApp, byAlice] }),
  word('a word that the ledger does not record', 'leaf_missing', { skip: ['gate.countersigned'] }),
  word('a word that is used too late', 'requirement_freshness', { before: (step, world) => (step === 'run.apply-started' ? world.tick(300_000) : undefined) }),
  after('an approver with an app, and a requester with a key: it is attested', 'attested', 'servers_word', installation, (world) => addApp(world, bobsApp, keys.bob), { subject: lowRun.subject, required: { phishingResistant: false, approvals: 1, approverRole: 'approver' }, signings: [byAlice, { app: bobsApp, role: 'approver' }] }),
  after('an approver with an app and with a key', 'attested', 'requirement_distinct', installation, (world) => addApp(world, bobsApp, keys.bob), { subject: lowRun.subject, required: { phishingResistant: false, approvals: 2, approverRole: 'approver' }, signings: [byAlice, byBob, { app: bobsApp, role: 'approver' }] }),
  after('an app that a software key let in', 'attested', 'demonstration', installation, async (world) => {
    const software = authenticator(alice, 'software', { aaguid: 'c0de51a7-0000-4000-8000-64656d6f6b65' })
    await world.registerEarly(software, keys.alice)
    await addApp(world, alicesApp, software)
  }, { ...lowRun, signings: [byApp] }),
  {
    name: 'a policy changed on the word of the server',
    base: 'policy',
    expect: 'countersignature_type',
    make: async () => {
      const world = await alone(keys.alice, 'policy')
      await addApp(world, alicesApp, keys.alice)
      return tellPolicy({ required: { phishingResistant: false }, signings: [byApp] }, world)
    },
  },
]

const attempt = (name: string, expect: VerdictCode, work: (world: World) => Promise<unknown>): Attack => after(name, 'team', expect, team, work)
const mallorysApp = appOf(mallory)

const apps: Attack[] = [
  attempt('a role on the word of the server', 'countersignature_type', async (world) => {
    await addApp(world, alicesApp, keys.alice)
    await world.enter({ ...world.common, kind: 'role', action: 'member.change', request: world.requestId(), person: mallory, role: 'owner', scope: '', change: 'grant', requester: alice.id, policy: policyRef({ phishingResistant: false }) }, [byApp])
  }),
  attempt('an app that another lets in, of somebody who has keys', 'directory_voucher', (world) => addApp(world, mallorysApp, keys.alice)),
  attempt('an app that an owner lets in, of somebody who has no key: nothing is wrong', 'valid', (world) => addApp(world, appOf(erin), keys.alice)),
  attempt('an app that a member lets in, of somebody who has no key', 'directory_voucher', (world) => addApp(world, appOf(erin), keys.mallory)),
  attempt('an app that a key lets in which is not named', 'directory_voucher', (world) => addApp(world, alicesApp, keys.alice, { voucher: { person: alice.id, credential: keys.aliceSecond.credential.id } })),
  attempt('an app that nobody lets in', 'directory_signers', (world) => addApp(world, alicesApp, keys.alice, {}, [])),
  attempt('an app that two let in', 'directory_signers', (world) => addApp(world, alicesApp, keys.alice, {}, [{ by: keys.alice, role: 'voucher' }, { by: keys.aliceSecond, role: 'voucher' }])),
  attempt('an app that the host lets in', 'countersignature_type', (world) => addApp(world, alicesApp, keys.alice, { voucher: { person: alice.id, credential: '' } }, [{ host: alice, role: 'voucher' }])),
  attempt('an app let in by a touch in another role', 'envelope_role', (world) => addApp(world, alicesApp, keys.alice, {}, [{ by: keys.alice, role: 'self' }])),
  attempt('an app with the id of a key', 'directory_duplicate', (world) => addApp(world, { ...alicesApp, id: keys.alice.id }, keys.alice)),
  attempt('a key with the id of an app', 'directory_duplicate', async (world) => {
    await addApp(world, appOf(erin), keys.alice)
    await world.register({ ...erins, id: appOf(erin).id }, keys.alice)
  }),
  attempt('an app that is let in twice', 'directory_duplicate', async (world) => {
    await addApp(world, alicesApp, keys.alice)
    await addApp(world, alicesApp, keys.alice)
  }),
  attempt('an app of a known person under another name', 'directory_person', (world) => addApp(world, { ...alicesApp, person: { ...alice, name: 'Eve' } }, keys.alice)),
  attempt('the app of another is revoked', 'directory_target', async (world) => {
    await addApp(world, alicesApp, keys.alice)
    await revokeApp(world, { ...alicesApp, person: mallory }, keys.mallory)
  }),
  attempt('an app is revoked by somebody whose it is not', 'directory_authority', async (world) => {
    await addApp(world, alicesApp, keys.alice)
    await revokeApp(world, alicesApp, keys.mallory)
  }),
  attempt('an app is revoked twice', 'directory_target', async (world) => {
    await addApp(world, alicesApp, keys.alice)
    await revokeApp(world, alicesApp, keys.alice)
    await revokeApp(world, alicesApp, keys.alice)
  }),
  attempt('a key is revoked as if it were an app', 'directory_target', (world) => revokeApp(world, { id: keys.alice.id, person: alice, label: '' }, keys.alice)),
]

const allowed = (name: string, expect: VerdictCode, story: Story): Attack => after(name, 'allowed', expect, () => alone(), async () => {}, { ...allowedRun, ...story })

const lets: Attack[] = [
  allowed('a run said to be allowed, whose statement asks for its requester', 'countersignature_missing', { required: { ...allowedRun.required, selfStepUp: true } }),
  allowed('a run said to be allowed, whose statement asks for an approval', 'countersignature_missing', { required: { ...allowedRun.required, approvals: 1, approverRole: 'approver' } }),
  allowed('a run for which the gate asked, and nobody signed', 'countersignature_missing', { decision: 'step-up' }),
  allowed('a run that the gate denied', 'countersignature_missing', { decision: 'deny' }),
  allowed('a run that was allowed, and for which the gate asked as well', 'countersignature_missing', { twice: ['gate.decided'], details: (type, details, nth) => (type === 'gate.decided' && nth > 0 ? { ...details, decision: 'step-up' } : details) }),
  allowed('a run that was allowed by nobody', 'countersignature_missing', { skip: ['gate.decided'] }),
  allowed('a run that was allowed, without a grant', 'leaf_missing', { skip: ['gate.granted'] }),
  allowed('a run that was allowed, applied after its grant had expired', 'grant_expired', { before: (step, world) => (step === 'run.apply-started' ? world.tick(901_000) : undefined) }),
  allowed('a run that was allowed, whose touch the bundle leaves out', 'leaf_mismatch', { signings: [byAlice], countersignatures: () => [] }),
  allowed('a run that was allowed, and countersigned all the same: nothing is wrong', 'valid', { signings: [byAlice] }),
  { name: 'a policy change that nobody countersigned', base: 'policy', expect: 'countersignature_missing', make: async () => tellPolicy({ required: { selfStepUp: false }, signings: [], decision: 'allow' }, await alone(keys.alice, 'policy')) },
]

export const wordAttacks: Attack[] = [...words, ...apps, ...lets]
