/** Searching the audit log: what is found, by whom, page by page while it grows; and what somebody does who holds a role, a cursor or the database. */
import { join } from 'node:path'
import { fromHex, leafHash, parseCheckpoint, verifyInclusion } from '@countersign/proof'
import { describe, expect, it } from 'vitest'
import { existingFolder } from '../../src/platform/folder.ts'
import { auditVerify } from '../../src/ledger/index.ts'
import { apply, ask, countersigned, runBody } from '../support/sample-run.ts'
import { tamper } from '../support/database.ts'
import { HandClock, ownedServer, scratchServer } from '../support/scratch-server.ts'
import { sharedServer } from '../support/shared-server.ts'
import { recruit } from '../support/team.ts'

type Entry = { index: number; leaf: string; salt: string; details: string | null; outcome: string; workspace: string; person: string; proof: string[] }
type View = { size: number; root: string; checkpoint: string; entries: Entry[]; people: Record<string, string>; next: number | null; lacking: number }
type Reader = { must(method: string, path: string): Promise<Record<string, unknown>>; call(method: string, path: string): Promise<{ status: number; body: Record<string, unknown> }> }

const query = (asked: Record<string, string | number>): string => new URLSearchParams(Object.entries(asked).map(([key, value]) => [key, String(value)])).toString()
const look = async (by: Reader, asked: Record<string, string | number> = {}): Promise<View> => (await by.must('GET', `/api/v1/ledger/search?${query(asked)}`)) as View
const typeOf = ({ leaf }: Pick<Entry, 'leaf'>): string => (JSON.parse(leaf) as { type: string }).type
const types = async (by: Reader, asked: Record<string, string | number>): Promise<string[]> => (await look(by, { limit: 200, ...asked })).entries.map(typeOf)

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array()
async function holds({ index, leaf, proof }: Entry, { size, root }: { size: number; root: string }): Promise<boolean> {
  return await verifyInclusion(index, size, await leafHash(Buffer.from(leaf)), proof.map(hex), hex(root)).then(() => true, () => false)
}

describe('searching the audit log', () => {
  it('finds by person, workspace, action, outcome, time and id, newest first, each with a proof to the signed checkpoint', async () => {
    const clock = new HandClock()
    const { person: ada, terminal } = await ownedServer({ clock })
    const billing = await countersigned(ada, terminal)
    await apply(terminal, billing.run.id, billing.start)
    const denied = await ask(terminal, runBody({ workspace: 'search/index-prod' }))
    await ada.must('POST', `/api/v1/ceremonies/${denied.code}/deny`, { report: false })
    expect(await types(terminal, { workspace: 'search/index-prod' })).toEqual(['gate.denied', 'run.created', 'gate.decided'])
    clock.time += 3 * 3_600_000
    await ada.signIn()
    const after = clock.time

    const all = await look(ada, { limit: 200 })
    expect(all.entries.map(({ index }) => index)).toEqual(Array.from({ length: all.size }, (_, n) => all.size - 1 - n))
    expect(parseCheckpoint(all.checkpoint)).toMatchObject({ size: all.size, root: all.root })
    expect(await Promise.all(all.entries.map((entry) => holds(entry, all)))).toEqual(all.entries.map(() => true))
    expect([all.next, all.lacking]).toEqual([null, 0])

    // Those that name no workspace themselves belong to that of their run.
    expect((await types(ada, { workspace: 'payments/billing-prod' })).toSorted()).toEqual(['gate.countersigned', 'gate.decided', 'gate.granted', 'run.apply-started', 'run.created', 'run.outcome'])
    expect(await types(ada, { workspace: 'payments' })).toEqual(await types(ada, { workspace: 'payments/billing-prod' }))
    expect(await types(ada, { workspace: 'pay' })).toEqual([])
    expect(await types(ada, { outcome: 'denied' })).toEqual(['gate.denied'])
    expect((await types(ada, { outcome: 'denied,countersigned' })).toSorted()).toEqual(['gate.countersigned', 'gate.denied'])
    expect(new Set(await types(ada, { action: 'run' }))).toEqual(new Set(['run.created', 'run.apply-started', 'run.outcome']))
    expect(await types(ada, { action: 'run.outcome,gate.denied' })).toEqual(['gate.denied', 'run.outcome'])
    expect(await types(ada, { action: 'gat' })).toEqual([])
    expect(await types(ada, { id: billing.run.id, action: 'run' })).toEqual(['run.outcome', 'run.apply-started', 'run.created'])
    expect(await types(ada, { id: 'run_nothing' })).toEqual([])
    expect(await types(ada, { since: new Date(after).toISOString() })).toEqual(['session.opened'])
    expect(await types(ada, { until: new Date(after).toISOString() })).not.toContain('nothing')
    expect(await types(ada, { until: new Date(after - 3_600_000).toISOString(), action: 'session' })).toEqual(['session.opened'])
    // Who denied is in the details, behind the leaf's commitment.
    const byName = await look(ada, { person: 'ada', action: 'gate.denied' })
    expect(byName.entries).toMatchObject([{ outcome: 'denied', workspace: 'search/index-prod' }])
    expect(byName.people[byName.entries[0]?.person ?? '']).toBe('Ada Owner')
    expect(await types(ada, { person: 'me', action: 'gate.denied' })).toEqual(['gate.denied'])
    expect(await types(ada, { person: 'somebody else' })).toEqual([])
  })

  it('goes on where a page ended while the log grows, and the first checkpoint proves every page', async () => {
    const { person: ada, terminal } = await ownedServer()
    await countersigned(ada, terminal)
    const first = await look(ada, { limit: 3 })
    const seen = [...first.entries]
    for (let next = first.next; next !== null;) {
      await ask(terminal, runBody({ workspace: `shop/prod-${next}` }))
      const page = await look(ada, { limit: 3, before: next, size: first.size })
      expect([page.checkpoint, page.root]).toEqual(['', first.root])
      seen.push(...page.entries)
      next = page.next
    }
    expect(seen.map(({ index }) => index)).toEqual(Array.from({ length: first.size }, (_, n) => first.size - 1 - n))
    expect(await Promise.all(seen.map((entry) => holds(entry, first)))).toEqual(seen.map(() => true))
    expect(await ada.must('GET', `/api/v1/ledger/search/newer?${query({ action: 'run.created', after: first.size - 1 })}`)).toMatchObject({ more: false })
    const { count } = await ada.must('GET', `/api/v1/ledger/search/newer?${query({ workspace: 'shop', after: first.size - 1 })}`)
    expect(count).toBeGreaterThan(2)
  })

  it('shows one entry by its place, with its proof to the checkpoint that the page has', async () => {
    const { person: ada } = await ownedServer()
    const { size, root } = await look(ada)
    const one = (await ada.must('GET', `/api/v1/ledger/entries/2?size=${size}`)) as View & { entry: Entry }
    expect(one).toMatchObject({ size, root, checkpoint: '' })
    expect(await holds(one.entry, { size, root })).toBe(true)
    expect((await ada.call('GET', `/api/v1/ledger/entries/${size + 1000}`)).body).toMatchObject({ code: 'entries_not_found' })
  })
})

describe('somebody with a role over one project', () => {
  it('finds what belongs to it and what they did themselves; no filter, cursor or count tells of the rest', async () => {
    const { person: ada, terminal } = await ownedServer()
    const { person: ben, id: bens } = await recruit(ada, 'Ben', 'auditor', 'payments')
    await ask(terminal, runBody({ workspace: 'payments/billing-prod' }))
    await ask(terminal, runBody({ workspace: 'payments-secret/vault' }))
    await ask(terminal, runBody({ workspace: 'search/index-prod' }))

    const seen = await look(ben, { limit: 200 })
    const mine = (entry: Entry): boolean => Object.values((JSON.parse(entry.leaf) as { ids: Record<string, string> }).ids).includes(bens)
    expect(seen.entries.every((entry) => mine(entry) || entry.workspace === 'payments/billing-prod')).toBe(true)
    expect(seen.entries.filter((entry) => !mine(entry)).map(typeOf).toSorted()).toEqual(['gate.decided', 'run.created'])
    expect(seen.entries.map(typeOf)).toContain('session.opened')
    expect(JSON.stringify(seen)).not.toMatch(/search|vault/)
    // What was done to them by others is theirs to find, and what lies beside it is not theirs to read.
    const role = seen.entries.find((entry) => typeOf(entry) === 'member.role-granted')
    expect(role).toMatchObject({ details: null, salt: '', outcome: '' })

    for (const asked of [{ workspace: 'search' }, { workspace: 'search/index-prod' }, { action: 'policy' }, { person: 'Ada', action: 'session' }, { outcome: 'countersigned', person: 'Ada', action: 'gate' }, { id: 'run_nothing' }]) {
      expect(await look(ben, { limit: 200, ...asked }), JSON.stringify(asked)).toMatchObject({ entries: [], next: null, people: {} })
      expect(await ben.must('GET', `/api/v1/ledger/search/newer?${query({ ...asked, after: -1 })}`)).toEqual({ count: 0, more: false })
    }
    const elsewhere = (await look(ada, { workspace: 'search' })).entries[0]?.index ?? -1
    for (let before = 0; before <= seen.size; before++) {
      expect((await look(ben, { limit: 1, before })).entries.map(({ index }) => index)).not.toContain(elsewhere)
    }
    const one = (await ben.must('GET', `/api/v1/ledger/entries/${elsewhere}`)) as { entry: Entry; people: object }
    expect(one.entry).toMatchObject({ salt: '', details: null, outcome: '', workspace: '' })
    expect(await look(ada, { workspace: 'search/index-prod' })).toMatchObject({ entries: [{}, {}] })
  })

  it('finds nothing in a workspace any more when the role is gone', async () => {
    const { person: ada, terminal } = await ownedServer()
    const { person: ben, id: bens } = await recruit(ada, 'Ben', 'auditor', 'payments')
    await ada.must('POST', `/api/v1/members/${bens}/roles`, { change: 'grant', role: 'auditor', scope: 'shop' }).then(async ({ code }) => await ada.countersign(String(code)))
    await ask(terminal, runBody({ workspace: 'payments/billing-prod' }))
    expect((await look(ben, { workspace: 'payments' })).entries).toHaveLength(2)
    await ada.must('POST', `/api/v1/members/${bens}/roles`, { change: 'remove', role: 'auditor', scope: 'payments' }).then(async ({ code }) => await ada.countersign(String(code)))
    expect((await look(ben, { workspace: 'payments' })).entries).toEqual([])
  })
})

describe('a question that was made up', () => {
  const shared = sharedServer()

  it.each([
    ['before=-1', 400], ['before=1e99', 400], ['before=1;drop', 400], ['size=99999999', 404], ['limit=100000', 400], ['limit=0', 400], ['outcome=anything', 400], ['action=Gate', 400], ['action=gate.%25', 400],
    ['since=yesterday', 400], ['since=1', 400], ['until=2026-13-45', 400], ['person=', 400], ['id=', 400], ['workspace=', 400],
  ])('%s is refused with %d, and nothing is shown', async (asked, status) => {
    const { person: ada } = shared()
    const answer = await ada.call('GET', `/api/v1/ledger/search?${asked}`)
    expect([answer.status, answer.body['entries']]).toEqual([status, undefined])
  })

  it.each([`person=%25`, `person=_`, `workspace=%25`, `workspace=${encodeURIComponent(`a/b' or '1'='1`)}`, `id=${encodeURIComponent(`' or 1=1 --`)}`, 'id=%00x'])('%s is text to look for and nothing else', async (asked) => {
    const { person: ada } = shared()
    const answer = await ada.call('GET', `/api/v1/ledger/search?${asked}`)
    expect(answer.status === 200 ? answer.body['entries'] : []).toEqual([])
  })

})

describe('somebody who writes to the database', () => {
  it('cannot change a leaf, or make an entry say another outcome: the proof fails, and audit verify names both', async () => {
    const owned = await ownedServer()
    const refused = await ask(owned.terminal, runBody({ workspace: 'search/index-prod' }))
    await owned.person.must('POST', `/api/v1/ceremonies/${refused.code}/deny`, { report: false })
    const before = await look(owned.person, { outcome: 'denied' })
    const index = before.entries[0]?.index ?? -1
    expect(await holds(before.entries[0] ?? { index, leaf: '', proof: [] } as never, before)).toBe(true)
    await tamper(owned.dataDir, `update ledger_leaf set leaf = replace(leaf, 'gate.denied', 'gate.granted') where idx = ${index}; update ledger_fact set outcome = 'allowed' where idx = ${index}`)
    expect((await look(owned.person, { outcome: 'denied' })).entries).toEqual([])
    const after = await look(owned.person, { outcome: 'allowed', size: before.size })
    const entry = after.entries.find((one) => one.index === index)
    expect(typeOf(entry ?? { leaf: '{}' })).toBe('gate.granted')
    expect(entry && (await holds(entry, before))).toBe(false)
    const audit = await auditVerify(owned.server.parts.base.store, existingFolder(join(owned.dataDir, 'checkpoints')))
    expect(audit.problems.map(({ where }) => where)).toEqual(expect.arrayContaining([`ledger_leaf ${index}`, `ledger_fact ${index}`]))
  })

  it('cannot hide an entry by taking it out of the index without the search saying so; a start brings it back', async () => {
    const owned = await ownedServer()
    await ask(owned.terminal, runBody())
    const [hidden] = (await look(owned.person, { action: 'gate.decided' })).entries
    await tamper(owned.dataDir, `delete from ledger_fact where idx = ${hidden?.index ?? -1}`)
    const view = await look(owned.person, { action: 'gate,run' })
    expect(view.entries.map(({ index }) => index)).not.toContain(hidden?.index)
    expect(view.lacking).toBe(1)
    const { entry } = (await owned.person.must('GET', `/api/v1/ledger/entries/${hidden?.index}`)) as { entry: Entry }
    expect(entry.leaf).toBe(hidden?.leaf)
    await owned.server.close()
    await scratchServer({ dataDir: owned.dataDir, port: owned.port })
    await owned.person.signIn()
    expect((await look(owned.person, { action: 'gate.decided', workspace: 'payments/billing-prod' })).entries.map(({ index }) => index)).toContain(hidden?.index)
  })
})
