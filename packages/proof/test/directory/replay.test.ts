/** The directory under attack: each test is a server, or a person, that tries to become somebody else. */
import { beforeAll, describe, expect, test } from 'vitest'
import {
  canonicalText,
  type DirectoryEntry,
  extendDirectory,
  keyAt,
  keysOf,
  ledgerKeyAt,
  parseSubject,
  relyingPartyAt,
  replayDirectory,
  roleAt,
  rolesOf,
} from '../../src/index.ts'
import { authenticator, personOf } from '../support/authenticator.ts'
import { codeOf } from '../support/code-of.ts'
import { alice, bob, carol, installation, keys, mallory } from '../support/scenario.ts'
import { digestFor, policyRef, requirement, type Signing, World } from '../support/world.ts'

const dave = personOf('Dave')
const daves = authenticator(dave, 'first')
const malloryNew = authenticator(mallory, 'new')
const aliceForged = authenticator(alice, 'made by somebody else')

/** What replay says of an installation to which something was done. */
async function after(work: (world: World) => unknown): Promise<string> {
  const world = await installation()
  await work(world)
  return codeOf(replayDirectory(world.entries))
}

const edit = (text: string | undefined, change: (entry: DirectoryEntry) => object): string =>
  canonicalText(change(JSON.parse(text ?? '') as DirectoryEntry))

let world: World
beforeAll(async () => {
  world = await installation()
})

describe('a good directory', () => {
  test('says who held which key and role, and when', async () => {
    const directory = await replayDirectory(world.entries)
    expect(directory).toMatchObject({ instance: 'ins-one', org: 'acme', size: 7 })
    expect(directory.heads).toEqual(world.heads)
    expect(keysOf(directory, alice.id, 1)).toHaveLength(1)
    expect(keysOf(directory, alice.id, 2)).toHaveLength(2)
    expect(keyAt(directory, keys.bob.credential.id, 2)).toBeUndefined()
    expect(keyAt(directory, keys.bob.credential.id, 3)?.person).toBe(bob.id)
    expect(roleAt(directory, alice.id, 'owner', '', 1)).toBeDefined()
    expect(roleAt(directory, bob.id, 'approver', '', 5)).toBeUndefined()
    expect(roleAt(directory, bob.id, 'approver', 'payments/billing', 6)).toBeDefined()
    expect(rolesOf(directory, mallory.id, 7)).toEqual([])
  })

  test('grants a role in a project for its workspaces, and for nothing else', async () => {
    const directory = await replayDirectory(world.entries)
    const held = (scope: string): boolean => roleAt(directory, carol.id, 'approver', scope, 7) !== undefined
    expect([held('payments/billing-prod'), held('payments'), held('payments2/x'), held('other/payments'), held('')]).toEqual([true, true, false, false, false])
  })

  test('is the same when it grows entry by entry, and the smaller one stays as it was', async () => {
    let directory = null
    for (const entry of world.entries) {
      const before: string = JSON.stringify(directory?.heads ?? null)
      const next: Awaited<ReturnType<typeof extendDirectory>> = await extendDirectory(directory, entry)
      expect(JSON.stringify(directory?.heads ?? null)).toBe(before)
      directory = next
    }
    expect(directory).toEqual(await replayDirectory(world.entries))
  })

  test('revokes keys, takes roles away, rotates the ledger key and adds a site', async () => {
    const changed = await installation()
    await changed.revoke(keys.bob, keys.alice)
    await changed.revoke(keys.carol, keys.carol)
    await changed.role(bob, 'approver', keys.alice, { change: 'remove' })
    await changed.rotateLedgerKey('second', keys.aliceSecond)
    await changed.addSite('countersign.example', ['https://countersign.example'], keys.alice)
    const directory = await replayDirectory(changed.entries)
    expect(keysOf(directory, bob.id, 7)).toHaveLength(1)
    expect(keysOf(directory, bob.id, 8)).toHaveLength(0)
    expect(rolesOf(directory, bob.id, 9)).toHaveLength(1)
    expect(rolesOf(directory, bob.id, 10)).toHaveLength(0)
    expect(ledgerKeyAt(directory, 10)?.key).not.toBe(ledgerKeyAt(directory, 11)?.key)
    expect(relyingPartyAt(directory, 11)?.rpId).toBe('countersign.test')
    expect(relyingPartyAt(directory, 12)?.rpId).toBe('countersign.example')
  })

  test('lets an owner vouch for the first key of somebody who lost all keys', async () => {
    expect(
      await after(async (world) => {
        await world.revoke(keys.bob, keys.alice)
        await world.register(authenticator(bob, 'replacement'), keys.alice)
      }),
    ).toBe('verified')
  })
})

describe('the chain', () => {
  const changed = (change: (entries: string[]) => string[]): Promise<string> => codeOf(replayDirectory(change([...world.entries])))

  test('nothing is no directory', async () => {
    expect(await changed(() => [])).toBe('directory_genesis')
  })
  test('an entry left out, doubled, moved or cut from the start is seen', async () => {
    expect(await changed((entries) => entries.filter((_, i) => i !== 3))).toBe('directory_chain')
    expect(await changed(([first = '', ...rest]) => [first, first, ...rest])).toBe('directory_chain')
    expect(await changed(([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest])).toBe('directory_chain')
    expect(await changed((entries) => entries.slice(1))).toBe('directory_chain')
  })
  test('a byte changed anywhere in an earlier entry breaks the next', async () => {
    const [first, second = ''] = world.entries
    const later = edit(first, (entry) => ({ ...entry, time: '2026-11-20T19:30:01.001Z' }))
    expect(await changed(() => [later, second])).toBe('directory_chain')
  })
  test('an entry must be canonical, complete and of known fields', async () => {
    const [first = ''] = world.entries
    expect(await changed(() => [` ${first}`])).toBe('statement_not_canonical')
    expect(await changed(() => [edit(first, (entry) => ({ ...entry, more: 1 }))])).toBe('directory_entry_invalid')
    expect(await changed(() => [edit(first, (entry) => ({ ...entry, v: 2 }))])).toBe('directory_entry_invalid')
    expect(await changed(() => [edit(first, (entry) => ({ ...entry, countersignatures: [{ ...entry.countersignatures[0], type: 'totp' }] }))])).toBe('directory_entry_invalid')
  })
  test('time does not go back', async () => {
    expect(
      await after(async (world) => {
        world.tick(-3_600_000)
        await world.role(mallory, 'auditor', keys.alice)
      }),
    ).toBe('directory_time')
  })
  test('an entry is made within the time of its envelopes', async () => {
    for (const envelope of [{ expires: '2026-11-20T19:30:00.001Z', notBefore: '2026-11-20T19:30:00.000Z' }, { notBefore: '2026-11-20T20:30:00.000Z', expires: '2026-11-20T21:30:00.000Z' }]) {
      expect(await after((world) => world.register(daves, keys.alice, {}, { voucher: { envelope } }))).toBe('envelope_window')
    }
  })
  test('a run is no entry', async () => {
    const subject = { ...world.common, kind: 'policy', action: 'policy.change', change: 'pol_'.padEnd(36, '0'), requester: alice.id, from: digestFor('a'), to: digestFor('b'), effect: [], policy: policyRef() }
    expect(await after((world) => world.enter(subject, [{ by: keys.alice, role: 'self' }]))).toBe('directory_entry_invalid')
  })
})

describe('genesis', () => {
  const alone = async (work: (world: World) => Promise<void>): Promise<string> => {
    const world = new World('alone')
    await work(world)
    return codeOf(replayDirectory(world.entries))
  }

  test('signed by another key than its own does not hold', async () => {
    expect(await alone((world) => world.genesis(keys.alice, {}, { touch: { signer: keys.mallory.key } }))).toBe('assertion_signature')
  })
  test('signed in another role does not hold', async () => {
    expect(await alone((world) => world.genesis(keys.alice, {}, { envelope: { role: 'self' } }))).toBe('envelope_role')
  })
  test('signed as another person does not hold', async () => {
    expect(await alone((world) => world.genesis(keys.alice, {}, { envelope: { person: mallory.id } }))).toBe('assertion_owner')
  })
  test('has exactly one countersignature', async () => {
    const signing: Signing = { by: keys.alice, role: 'genesis' }
    const make = (count: number) => async (world: World) =>
      world.enter({ ...world.enrolment(keys.alice), kind: 'genesis', ledgerKey: await world.vkey(), policy: digestFor('policy') }, Array.from({ length: count }, () => signing))
    expect(await alone(make(0))).toBe('directory_signers')
    expect(await alone(make(1))).toBe('verified')
    expect(await alone(make(2))).toBe('directory_signers')
  })
  test('names a ledger key of its own ledger', async () => {
    const foreign = await new World('other').vkey()
    expect(await alone((world) => world.genesis(keys.alice, { ledgerKey: foreign }))).toBe('key_invalid')
    expect(await alone((world) => world.genesis(keys.alice, { ledgerKey: 'garbage' }))).toBe('key_invalid')
  })
  test('comes once, and first', async () => {
    expect(await after((world) => world.genesis(malloryNew))).toBe('directory_genesis')
    const first = new World('first')
    await first.register(keys.bob, keys.alice)
    expect(await codeOf(replayDirectory(first.entries))).toBe('directory_genesis')
  })
})

describe('registration', () => {
  test('without possession of the new key is refused', async () => {
    expect(await after((world) => world.register(daves, keys.alice, {}, { own: { touch: { signer: keys.alice.key } } }))).toBe('assertion_signature')
  })
  test('without a voucher is refused: possession alone lets a server add keys to anybody', async () => {
    expect(await after((world) => world.enter({ ...world.enrolment(daves), kind: 'registration', voucher: { person: alice.id, credential: keys.alice.credential.id } }, [{ by: daves, role: 'possession' }]))).toBe('directory_signers')
  })
  test('vouched for by itself is refused', async () => {
    expect(await after((world) => world.register(daves, daves))).toBe('signer_unknown')
  })
  test('of a first key, vouched for by somebody who is no owner, is refused', async () => {
    expect(await after((world) => world.register(daves, keys.bob))).toBe('directory_voucher')
  })
  test('of a further key, vouched for by an owner but by no key of the person, is refused', async () => {
    expect(await after((world) => world.register(authenticator(bob, 'planted'), keys.alice))).toBe('directory_recovery')
  })
  test("of a forged key for an owner, vouched for by a member's key, is refused", async () => {
    expect(await after((world) => world.register(aliceForged, keys.mallory))).toBe('directory_voucher')
  })
  test('that names another voucher than the one who signed is refused', async () => {
    const voucher = { person: bob.id, credential: keys.bob.credential.id }
    expect(await after((world) => world.register(authenticator(bob, 'more'), keys.alice, { voucher }))).toBe('directory_voucher')
  })
  test('vouched for by a revoked key is refused, with a new envelope and with an old one', async () => {
    expect(
      await after(async (world) => {
        await world.revoke(keys.aliceSecond, keys.alice)
        await world.register(daves, keys.aliceSecond)
      }),
    ).toBe('signer_revoked')
    expect(
      await after(async (world) => {
        const directory = { size: world.entries.length, head: world.heads.at(-1) ?? '' }
        await world.revoke(keys.aliceSecond, keys.alice)
        await world.register(daves, keys.aliceSecond, {}, { voucher: { envelope: { directory } } })
      }),
    ).toBe('signer_revoked')
  })
  test('vouched for by somebody who was an owner, and is no more, is refused', async () => {
    expect(
      await after(async (world) => {
        await world.role(bob, 'owner', keys.alice)
        const directory = { size: world.entries.length, head: world.heads.at(-1) ?? '' }
        await world.role(bob, 'owner', keys.alice, { change: 'remove' }, { also: [keys.bob] })
        await world.register(daves, keys.bob, {}, { voucher: { envelope: { directory } } })
      }),
    ).toBe('directory_voucher')
  })
  test('of a credential, an authenticator or a public key that was registered before is refused', async () => {
    const { id, ...credential } = keys.bob.credential
    expect(await after((world) => world.register({ ...malloryNew, credential: { ...malloryNew.credential, id } }, keys.mallory))).toBe('directory_duplicate')
    expect(await after((world) => world.register({ ...malloryNew, id: keys.bob.id }, keys.mallory))).toBe('directory_duplicate')
    expect(await after((world) => world.register({ ...malloryNew, key: keys.bob.key, credential: { ...credential, id: malloryNew.credential.id } }, keys.mallory))).toBe('directory_duplicate')
  })
  test('of a revoked credential again is refused', async () => {
    expect(
      await after(async (world) => {
        await world.revoke(keys.aliceSecond, keys.alice)
        await world.register({ ...keys.aliceSecond, id: malloryNew.id }, keys.alice)
      }),
    ).toBe('directory_duplicate')
  })
  test('under another name of a known person is refused', async () => {
    expect(await after((world) => world.register(authenticator({ id: bob.id, name: 'Alice' }, 'more'), keys.bob))).toBe('directory_person')
  })
  test('for another rpId or other origins is refused', async () => {
    expect(await after((world) => world.register(daves, keys.alice, { rpId: 'evil.example' }))).toBe('directory_relying_party')
    expect(await after((world) => world.register(daves, keys.alice, { origins: ['https://evil.example'] }))).toBe('directory_relying_party')
  })
  test('of another installation or organisation is refused', async () => {
    expect(await after((world) => world.register(daves, keys.alice, { instance: 'ins-two' }))).toBe('directory_instance')
    expect(await after((world) => world.register(daves, keys.alice, { org: 'other' }))).toBe('directory_instance')
  })
  test('with its two countersignatures in the wrong order or role is refused', async () => {
    const wrong = async (world: World): Promise<void> =>
      world.enter({ ...world.enrolment(daves), kind: 'registration', voucher: { person: alice.id, credential: keys.alice.credential.id } }, [
        { by: keys.alice, role: 'voucher' },
        { by: daves, role: 'possession' },
      ])
    expect(await after(wrong)).toBe('envelope_role')
    expect(await after((world) => world.register(daves, keys.alice, {}, { voucher: { envelope: { role: 'self' } } }))).toBe('envelope_role')
  })
})

describe('envelopes', () => {
  const withEnvelope = (envelope: object): Promise<string> => after((world) => world.register(daves, keys.alice, {}, { voucher: { envelope } }))

  test('of another installation are refused', async () => expect(await withEnvelope({ instance: 'ins-two' })).toBe('envelope_instance'))
  test('of another person are refused', async () => expect(await withEnvelope({ person: bob.id })).toBe('assertion_owner'))
  test('that name a head of another directory are refused', async () => {
    expect(await withEnvelope({ directory: { size: 7, head: 'f'.repeat(64) } })).toBe('envelope_directory')
    expect(await withEnvelope({ directory: { size: 8, head: 'f'.repeat(64) } })).toBe('envelope_directory')
  })
  test('that name a head from before the key was there are refused', async () => {
    expect(await withEnvelope({ directory: { size: 0, head: '0'.repeat(64) } })).toBe('signer_unknown')
  })
  test('that name another origin are refused, and so is a touch on another page', async () => {
    expect(await withEnvelope({ origin: 'https://evil.example' })).toBe('envelope_origin')
    expect(await after((world) => world.register(daves, keys.alice, {}, { voucher: { touch: { origin: 'https://evil.example' } } }))).toBe('assertion_origin')
  })
  test('that are used twice are refused, in one entry and across entries', async () => {
    const nonce = 'A'.repeat(43)
    expect(await after((world) => world.register(daves, keys.alice, {}, { own: { envelope: { nonce } }, voucher: { envelope: { nonce } } }))).toBe('nonce_reused')
    expect(
      await after(async (world) => {
        await world.register(daves, keys.alice, {}, { own: { envelope: { nonce } } })
        await world.register(malloryNew, keys.mallory, {}, { own: { envelope: { nonce } } })
      }),
    ).toBe('nonce_reused')
  })
})

describe('revocation', () => {
  test('by the person or an owner holds; by anybody else it does not', async () => {
    expect(await after((world) => world.revoke(keys.bob, keys.bob))).toBe('verified')
    expect(await after((world) => world.revoke(keys.bob, keys.alice))).toBe('verified')
    expect(await after((world) => world.revoke(keys.bob, keys.mallory))).toBe('directory_authority')
  })
  test('of a key that is not there, not theirs, or revoked already is refused', async () => {
    expect(await after((world) => world.revoke(daves, keys.alice))).toBe('directory_target')
    expect(await after((world) => world.revoke(keys.bob, keys.alice, { person: carol.id }))).toBe('directory_target')
    expect(await after((world) => world.revoke(keys.bob, keys.alice, { authenticator: keys.carol.id }))).toBe('directory_target')
    expect(
      await after(async (world) => {
        await world.revoke(keys.bob, keys.alice)
        await world.revoke(keys.bob, keys.alice)
      }),
    ).toBe('directory_target')
  })
  test('by the revoked key itself, afterwards, is refused', async () => {
    expect(
      await after(async (world) => {
        await world.revoke(keys.aliceSecond, keys.alice)
        await world.revoke(keys.alice, keys.aliceSecond)
      }),
    ).toBe('signer_revoked')
  })
  test('whose requirement is not met is refused', async () => {
    const required = { policy: { ...policyRef(), requirement: { ...requirement, approvals: 1, approverRole: 'approver' } } }
    expect(await after((world) => world.revoke(keys.bob, keys.alice, required))).toBe('requirement_approvals')
  })
})

describe('roles', () => {
  test("are an owner's to give, whatever requirement a server writes into the subject", async () => {
    expect(await after((world) => world.role(mallory, 'owner', keys.mallory))).toBe('directory_authority')
    expect(await after((world) => world.role(mallory, 'owner', keys.mallory, { policy: { ...policyRef(), requirement: { ...requirement, selfStepUp: false } } }))).toBe('directory_authority')
  })
  test('are not given by nobody', async () => {
    const subject = { ...world.common, kind: 'role', action: 'member.change', request: world.requestId(), person: mallory, role: 'owner', scope: '', change: 'grant', requester: alice.id, policy: { ...policyRef(), requirement: { ...requirement, selfStepUp: false } } }
    expect(await after((world) => world.enter(subject, []))).toBe('countersignature_missing')
  })
  test('are not given twice, nor taken from who has none', async () => {
    expect(await after((world) => world.role(bob, 'approver', keys.alice))).toBe('directory_target')
    expect(await after((world) => world.role(mallory, 'approver', keys.alice, { change: 'remove' }))).toBe('directory_target')
  })
  test('of an owner in one project give nothing over the organisation', async () => {
    expect(
      await after(async (world) => {
        await world.role(bob, 'owner', keys.alice, { scope: 'payments' })
        await world.role(mallory, 'owner', keys.bob)
      }),
    ).toBe('directory_authority')
  })
  test("requested in one person's name and signed by another are refused", async () => {
    expect(await after((world) => world.role(mallory, 'owner', keys.mallory, { requester: alice.id }))).toBe('envelope_role')
  })
})

describe('ledger key and site', () => {
  test('are changed by owners only', async () => {
    expect(await after((world) => world.rotateLedgerKey('second', keys.bob))).toBe('directory_authority')
    expect(await after((world) => world.addSite('evil.example', ['https://evil.example'], keys.mallory))).toBe('directory_authority')
  })
  test('a ledger key is replaced by a new one of this ledger, and only the current one is', async () => {
    expect(await after((world) => world.rotateLedgerKey('second', keys.alice, { previous: 'another' }))).toBe('directory_target')
    expect(await after(async (world) => world.rotateLedgerKey('second', keys.alice, { key: await world.vkey() }))).toBe('directory_target')
    expect(await after(async (world) => world.rotateLedgerKey('second', keys.alice, { key: await new World('other').vkey() }))).toBe('key_invalid')
    expect(
      await after(async (world) => {
        await world.rotateLedgerKey('second', keys.alice)
        await world.rotateLedgerKey('ledger', keys.alice)
      }),
    ).toBe('directory_target')
  })
  test('a key counts at its own site, and at no other', async () => {
    expect(
      await after(async (world) => {
        await world.addSite('countersign.example', ['https://countersign.example'], keys.alice)
        await world.register(daves, keys.alice, {}, { voucher: { envelope: { origin: 'https://countersign.example' } } })
      }),
    ).toBe('envelope_origin')
  })
})

describe('what a demonstration key touches', () => {
  test('is marked: keys it vouched for, roles it gave, and what they vouch for in turn', async () => {
    const tainted = await installation('tainted')
    const software = authenticator(alice, 'software', { aaguid: 'c0de51a7-0000-4000-8000-64656d6f6b65' })
    await tainted.registerEarly(software, keys.alice)
    await tainted.register(daves, software)
    await tainted.role(dave, 'owner', keys.alice)
    await tainted.role(mallory, 'owner', daves, {}, { also: [keys.alice] })
    await tainted.register(authenticator(personOf('Erin'), 'first'), keys.mallory)
    const directory = await replayDirectory(tainted.entries)
    const marked = (person: string): boolean => keysOf(directory, person, directory.size).some(({ demonstration }) => demonstration)
    expect([keys.alice.credential.id, software.credential.id].map((id) => directory.keys.get(id)?.demonstration)).toEqual([false, true])
    expect([marked(dave.id), marked(bob.id), marked(mallory.id), marked(personOf('Erin').id)]).toEqual([true, false, false, true])
    expect(roleAt(directory, mallory.id, 'owner', '', directory.size)?.demonstration).toBe(true)
  })
})

test('no subject of the directory is read with a field more or less', () => {
  for (const entry of world.entries) {
    const { subject } = JSON.parse(entry) as DirectoryEntry
    const members = JSON.parse(subject) as Record<string, unknown>
    for (const name of Object.keys(members)) {
      const { [name]: _, ...less } = members
      expect(() => parseSubject(canonicalText(less))).toThrow(/missing|not one of|not known/)
    }
    expect(() => parseSubject(canonicalText({ ...members, zzz: 1 }))).toThrow(/not known/)
  }
})
