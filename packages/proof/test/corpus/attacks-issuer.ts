/** Attacks on who issued the bundle: other installations, other keys of the ledger, other directories, demonstrations. */
import { type DirectoryEntry, type Evidence, parseCheckpoint } from '../../src/index.ts'
import { signCheckpoint } from '../../src/produce/index.ts'
import { authenticator, personOf } from '../support/authenticator.ts'
import { ledgerKey } from '../support/keys.ts'
import { alice, bob, byAlice, byBob, byCarol, installation, keys, mallory, tellRun, twoApprovals } from '../support/scenario.ts'
import { policyRef, requirement, type World } from '../support/world.ts'
import { after, type Attack, type Made, withTrust } from './attack.ts'
import { alone, history, software } from './bases.ts'

const one = (name: string, expect: Attack['expect'], make: () => Promise<Made>, base: Attack['base'] = 'run'): Attack => ({ name, base, expect, make })

const oneApproval = { required: { approvals: 1, approverRole: 'approver' }, signings: [byAlice, byBob] }

const aliceAtSecond = authenticator(alice, 'at the second site')

const pinned: Attack[] = [
  one('another genesis in the same name, all of it made by an attacker', 'trust_genesis', async () => {
    const real = await (await alone()).trust(keys.alice)
    const forged = await alone({ ...keys.mallory, person: alice })
    return { evidence: (await tellRun({ signings: [{ by: { ...keys.mallory, person: alice }, role: 'self' }] }, forged)).evidence, trust: real }
  }),
  one('the same forgery with nobody to say otherwise', 'issuer_not_pinned', async () => {
    const forged = await alone({ ...keys.mallory, person: alice })
    return { evidence: (await tellRun({ signings: [{ by: { ...keys.mallory, person: alice }, role: 'self' }] }, forged)).evidence, trust: null }
  }),
  one('another installation than the one trusted', 'trust_instance', async () => withTrust(await tellRun({}, await alone()), { instance: 'ins-two' })),
  one('another organisation than the one trusted', 'trust_instance', async () => withTrust(await tellRun({}, await alone()), { org: 'other' })),
  one('a trust file that names another person', 'trust_genesis', async () => withTrust(await tellRun({}, await alone()), { genesis: { ...(await (await alone()).trust(keys.alice)).genesis, person: bob.id } })),
  one('a trust file that names another rpId', 'trust_relying_party', async () => withTrust(await tellRun({}, await alone()), { sites: [{ rpId: 'other.test', origins: ['https://countersign.test'] }] })),
  one('a trust file that names other origins', 'trust_relying_party', async () => withTrust(await tellRun({}, await alone()), { sites: [{ rpId: 'countersign.test', origins: ['https://other.test'] }] })),
  one('a trust file with one origin more: nothing is wrong', 'valid', async () => withTrust(await tellRun({}, await alone()), { sites: [{ rpId: 'countersign.test', origins: ['https://other.test', 'https://countersign.test'] }] })),
  one('a trust file that does not know the ledger key', 'trust_ledger_key', async () => withTrust(await tellRun({}, await alone()), { ledgerKeys: ['countersign/ins-other+00000000+AAAA'] })),
  one('a trust file from before there was a second site', 'trust_relying_party', async () => {
    const world = await history()
    await world.registerEarly(aliceAtSecond, keys.alice)
    const told = await tellRun({ ...oneApproval, signings: [{ by: aliceAtSecond, role: 'self' }, byBob] }, world)
    return withTrust(told, { sites: [{ rpId: 'countersign.test', origins: ['https://countersign.test'] }] })
  }, 'history'),
  one('a trust file from before the ledger key was rotated', 'trust_ledger_key', async () => {
    const world = await history()
    return withTrust(await tellRun(oneApproval, world), { ledgerKeys: [await world.vkey('ledger')] })
  }, 'history'),
]

const resign = async (evidence: Evidence, world: World, name: string): Promise<Evidence> => {
  const { size, root } = parseCheckpoint(evidence.ledger.checkpoint)
  const origin = `countersign/${evidence.instance}`
  return { ...evidence, ledger: { ...evidence.ledger, checkpoint: await signCheckpoint({ origin, size, root }, ledgerKey(`${world.name} ${name}`)) } }
}

const checkpoints: Attack[] = [
  one('a checkpoint signed with another key', 'checkpoint_key', async () => {
    const told = await tellRun({}, await alone())
    return { trust: told.trust, evidence: await resign(told.evidence, told.world, 'mallory') }
  }),
  one('a checkpoint signed with the ledger key that was replaced', 'checkpoint_key', async () => {
    const told = await tellRun(oneApproval, await history())
    return { trust: told.trust, evidence: await resign(told.evidence, told.world, 'ledger') }
  }, 'history'),
  one('a checkpoint of another installation', 'checkpoint_origin', async () => {
    const told = await tellRun({}, await alone())
    const other = await tellRun({}, await alone(keys.alice, 'two'))
    return { trust: told.trust, evidence: { ...told.evidence, ledger: { ...told.evidence.ledger, checkpoint: other.evidence.ledger.checkpoint } } }
  }),
]

const daves = authenticator(personOf('Dave'), 'first')
/** One more entry, in a bundle that was good until then. */
const attempt = (name: string, expect: Attack['expect'], work: (world: World) => Promise<unknown>): Attack =>
  one(name, expect, async () => {
    const told = await tellRun({ required: twoApprovals, signings: [byAlice, byBob, byCarol] }, await installation())
    const { world, trust } = told
    world.entries = [...world.entries]
    await work(world)
    return { trust, evidence: { ...told.evidence, directory: world.entries } }
  }, 'approved')

const cut = (change: (entries: string[]) => string[]): (() => Promise<Made>) => async () => {
  const told = await tellRun({ required: twoApprovals, signings: [byAlice, byBob, byCarol] }, await installation())
  return { trust: told.trust, evidence: { ...told.evidence, directory: change(told.evidence.directory) } }
}

const directories: Attack[] = [
  one('a directory without entries', 'directory_genesis', cut(() => []), 'approved'),
  one('a directory with its last entry cut off', 'envelope_directory', cut((entries) => entries.slice(0, -1)), 'approved'),
  one('a directory with an entry taken out', 'directory_chain', cut((entries) => entries.filter((_, i) => i !== 3)), 'approved'),
  one('a directory with two entries exchanged', 'directory_chain', cut(([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest]), 'approved'),
  attempt('a second genesis', 'directory_genesis', (world) => world.genesis(daves)),
  attempt('a registration that the new key did not sign', 'assertion_signature', (world) => world.register(daves, keys.alice, {}, { own: { touch: { signer: keys.alice.key } } })),
  attempt('a registration that vouches for itself', 'signer_unknown', (world) => world.register(daves, daves)),
  attempt('a first key vouched for by a member', 'directory_voucher', (world) => world.register(daves, keys.mallory)),
  attempt("a further key planted by an owner without the person's own", 'directory_recovery', (world) => world.register(authenticator(bob, 'planted'), keys.alice)),
  attempt('a registration that names another voucher', 'directory_voucher', (world) => world.register(authenticator(bob, 'more'), keys.bob, { voucher: { person: alice.id, credential: keys.alice.credential.id } })),
  attempt('a registration that names another key of its voucher', 'directory_voucher', (world) => world.register(daves, keys.aliceSecond, { voucher: { person: alice.id, credential: keys.alice.credential.id } })),
  attempt('a registration that names another person as its voucher', 'directory_voucher', (world) => world.register(daves, keys.alice, { voucher: { person: bob.id, credential: keys.alice.credential.id } })),
  attempt('a registration vouched for by somebody who became an owner after the envelope was made', 'directory_voucher', async (world) => {
    const directory = { size: world.entries.length, head: world.heads[world.entries.length] ?? '' }
    await world.role(bob, 'owner', keys.alice)
    await world.register(daves, keys.bob, {}, { voucher: { envelope: { directory } } })
  }),
  attempt('a registration with a third countersignature', 'directory_signers', (world) =>
    world.enter({ ...world.enrolment(daves), kind: 'registration', voucher: { person: alice.id, credential: keys.alice.credential.id } }, [
      { by: daves, role: 'possession' },
      { by: keys.alice, role: 'voucher' },
      { by: keys.bob, role: 'voucher' },
    ])),
  attempt('a role for a known person under another name', 'directory_person', (world) => world.role({ id: mallory.id, name: 'Alice' }, 'auditor', keys.alice)),
  attempt('a registration vouched for by a revoked key', 'signer_revoked', async (world) => {
    await world.revoke(keys.aliceSecond, keys.alice)
    await world.register(daves, keys.aliceSecond)
  }),
  attempt('one public key for two people', 'directory_duplicate', (world) => world.register({ ...daves, key: keys.bob.key, credential: { ...keys.bob.credential, id: daves.credential.id } }, keys.alice)),
  attempt('one credential id for two people', 'directory_duplicate', (world) => world.register({ ...daves, credential: { ...daves.credential, id: keys.bob.credential.id } }, keys.alice)),
  attempt('one authenticator for two people', 'directory_duplicate', (world) => world.register({ ...daves, id: keys.bob.id }, keys.alice)),
  attempt('a known person under another name', 'directory_person', (world) => world.register(authenticator({ id: bob.id, name: 'Alice' }, 'more'), keys.bob)),
  attempt('a registration for another site', 'directory_relying_party', (world) => world.register(daves, keys.alice, { rpId: 'evil.example', origins: ['https://evil.example'] })),
  attempt('a registration with a public key that is none', 'key_invalid', (world) => world.register({ ...daves, credential: { ...daves.credential, publicKey: 'AAAA' } }, keys.alice)),
  attempt('a registration with an algorithm that is not the key\'s', 'key_invalid', (world) => world.register({ ...daves, credential: { ...daves.credential, alg: -8 } }, keys.alice)),
  attempt('a registration of another organisation', 'directory_instance', (world) => world.register(daves, keys.alice, { org: 'other' })),
  attempt('a registration after its envelopes had expired', 'envelope_window', (world) => world.register(daves, keys.alice, {}, { own: { envelope: { notBefore: '2026-11-20T19:00:00.000Z', expires: '2026-11-20T19:01:00.000Z' } } })),
  attempt('a registration with one envelope twice', 'nonce_reused', (world) => world.register(daves, keys.alice, {}, { own: { envelope: { nonce: 'A'.repeat(43) } }, voucher: { envelope: { nonce: 'A'.repeat(43) } } })),
  attempt('a role that a member gives himself', 'directory_authority', (world) => world.role(mallory, 'owner', keys.mallory)),
  attempt('a role that nobody countersigned', 'countersignature_missing', (world) =>
    world.enter({ ...world.common, kind: 'role', action: 'member.change', request: world.requestId(), person: mallory, role: 'owner', scope: '', change: 'grant', requester: alice.id, policy: { ...policyRef(), requirement: { ...requirement, selfStepUp: false } } }, [])),
  attempt('a role that is there already', 'directory_target', (world) => world.role(bob, 'approver', keys.alice)),
  attempt('a revocation by somebody whose key it is not', 'directory_authority', (world) => world.revoke(keys.bob, keys.mallory)),
  attempt('a revocation of a key that is not there', 'directory_target', (world) => world.revoke(daves, keys.alice)),
  attempt('a ledger key replaced by a member', 'directory_authority', (world) => world.rotateLedgerKey('mallory', keys.mallory)),
  attempt('a ledger key of another ledger', 'key_invalid', (world) => world.rotateLedgerKey('second', keys.alice, { key: 'countersign/ins-two+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })),
  attempt('a site added by a member', 'directory_authority', (world) => world.addSite('evil.example', ['https://evil.example'], keys.mallory)),
  attempt('an entry older than the one before', 'directory_time', async (world) => {
    world.tick(-3_600_000)
    await world.role(mallory, 'auditor', keys.alice)
  }),
  attempt('a revocation with a run\'s worth of detail: an unknown member', 'subject_invalid', (world) => world.revoke(keys.bob, keys.alice, { more: 1 })),
  one('evidence of a registration', 'evidence_kind', async () => {
    const told = await tellRun({ required: twoApprovals, signings: [byAlice, byBob, byCarol] }, await installation())
    const entry = JSON.parse(told.evidence.directory[1] ?? '') as DirectoryEntry
    return { trust: told.trust, evidence: { ...told.evidence, subject: entry.subject, countersignatures: entry.countersignatures } }
  }, 'approved'),
]

const ghost = authenticator(personOf('Ghost'), 'first')
const bobSoft = authenticator(bob, 'soft', { aaguid: software.credential.aaguid })

const demonstrations: Attack[] = [
  one('a trust file for demonstrations', 'demonstration', async () => withTrust(await tellRun({}, await alone()), { demonstration: true })),
  after('a second key that is the software authenticator', 'approved', 'demonstration', installation, (world) => world.registerEarly(software, keys.alice), { signings: [{ by: software, role: 'self' }] }),
  after('a software key in the directory that had no part in it: nothing is wrong', 'approved', 'valid', installation, (world) => world.registerEarly(software, keys.alice)),
  after('a key marked as a demonstration, whatever its AAGUID', 'approved', 'demonstration', installation, (world) => world.registerEarly(software, keys.alice, { demonstration: true, credential: { ...software.credential, aaguid: '00000000-0000-0000-0000-000000000000' } }), { signings: [{ by: software, role: 'self' }] }),
  after('a true key that a software key vouched for', 'approved', 'demonstration', installation, async (world) => {
    await world.registerEarly(software, keys.alice)
    await world.register(ghost, software)
    await world.role(ghost.person, 'approver', keys.alice)
  }, { required: { approvals: 1, approverRole: 'approver' }, signings: [byAlice, { by: ghost, role: 'approver' }] }),
  after('a true key whose role a software key gave', 'approved', 'demonstration', installation, async (world) => {
    await world.registerEarly(software, keys.alice)
    await world.role(mallory, 'approver', software)
  }, { required: { approvals: 1, approverRole: 'approver' }, signings: [byAlice, { by: keys.mallory, role: 'approver' }] }),
  after('one software key among true ones', 'approved', 'demonstration', installation, (world) => world.registerEarly(bobSoft, keys.bob), { required: { approvals: 1, approverRole: 'approver' }, signings: [byAlice, { by: bobSoft, role: 'approver' }] }),
  after('a ledger key that a software key brought in', 'approved', 'demonstration', installation, async (world) => {
    await world.registerEarly(software, keys.alice)
    await world.rotateLedgerKey('second', software)
  }),
  after('a site that a software key added', 'approved', 'demonstration', installation, async (world) => {
    await world.registerEarly(software, keys.alice)
    await world.addSite('countersign.example', ['https://countersign.example'], software)
    await world.registerEarly(aliceAtSecond, keys.alice)
  }, { signings: [{ by: aliceAtSecond, role: 'self' }] }),
]

export const issuerAttacks: Attack[] = [...pinned, ...checkpoints, ...directories, ...demonstrations]
