/** Somebody writes the database past the program, for a grant that nobody gave. Rows that do not hold give nothing, and that is told. */
import { expect, it } from 'vitest'
import { sealedTables } from '../../src/gate/sealed-tables.ts'
import type { Tx } from '../../src/platform/store/store.ts'
import { ask, countersigned, measuredOf, runBody } from '../support/sample-run.ts'
import { done, importState, redeemBytes, sharedServer } from '../support/states.ts'
import type { Owned } from '../support/states.ts'

const server = sharedServer()
let places = 0
const body = () => runBody({ workspace: `payments/written${++places}-prod` })
const past = <T>({ server: { parts } }: Owned, edit: (tx: Tx) => Promise<T>): Promise<T> => parts.base.store.write(edit)

const tampered = { status: 500, body: { code: 'request_tampered', detail: expect.stringMatching(/^The database holds something else than what was written/) as string } }

const start = (owned: Owned, run: string, given: object) => owned.terminal.call('POST', `/api/v1/runs/${run}/apply-start`, given)
const grantRow = (owned: Owned, id: string) => past(owned, (tx) => tx.selectFrom('gate_grant').selectAll().where('id', '=', id).executeTakeFirstOrThrow())

it('a grant that was written in, or given to another run, starts nothing', async () => {
  const owned = await server()
  const given = await countersigned(owned.person, owned.terminal, body())
  const wanted = body()
  const { id: ref, subjectDigest } = await ask(owned.terminal, wanted)
  const real = await grantRow(owned, given.start.grant)
  const written = { ...real, id: `grt_${'0'.repeat(32)}`, ref, subject_digest: subjectDigest, scope: wanted.workspace, reach: wanted.workspace }
  await past(owned, async (tx) => {
    await tx.insertInto('gate_grant').values(written).execute()
    await tx.updateTable('gate_challenge').set({ status: 'countersigned' }).where('ref', '=', ref).execute()
  })
  expect(await start(owned, ref, { grant: written.id, measured: measuredOf(wanted) })).toMatchObject(tampered)
  await past(owned, async (tx) => {
    await tx.deleteFrom('gate_grant').where('id', '=', written.id).execute()
    await tx.updateTable('gate_grant').set({ ref, subject_digest: subjectDigest, scope: wanted.workspace, reach: wanted.workspace }).where('id', '=', real.id).execute()
  })
  expect(await start(owned, ref, { grant: real.id, measured: measuredOf(wanted) })).toMatchObject(tampered)
  await past(owned, (tx) => tx.updateTable('gate_grant').set(real).where('id', '=', real.id).execute())
  expect((await start(owned, given.run.id, given.start)).status).toBe(200)
})

it.each<[string, object]>([['that lasts longer', { expires_at: Date.now() + 1e9 }], ['without the countersignature it came from', { challenge: '' }]])('a grant %s starts nothing', async (_, edit) => {
  const owned = await server()
  const given = await countersigned(owned.person, owned.terminal, body())
  await past(owned, (tx) => tx.updateTable('gate_grant').set(edit).where('id', '=', given.start.grant).execute())
  expect(await start(owned, given.run.id, given.start)).toMatchObject(tampered)
})

it('a grant that was used and is open again gives nothing a second time', async () => {
  const owned = await server()
  const workspace = `written/s${++places}-prod`
  await importState(owned, workspace, { serial: 1 })
  const asked = await done(owned.terminal, owned.person, { action: 'state.read', workspace })
  expect((await redeemBytes(owned.terminal, asked.id)).status).toBe(200)
  await past(owned, async (tx) => {
    await tx.updateTable('gate_grant').set({ status: 'open', ended_at: null, ended_why: null }).where('ref', '=', asked.id).execute()
    await tx.updateTable('gate_challenge').set({ status: 'countersigned' }).where('ref', '=', asked.id).execute()
    await tx.updateTable('state_request').set({ done_at: null, result: '' }).where('id', '=', asked.id).execute()
  })
  expect(await redeemBytes(owned.terminal, asked.id)).toMatchObject(tampered)
})

it('a requirement that was lowered is answered by nobody', async () => {
  const owned = await server()
  const { id, code } = await ask(owned.terminal, body())
  await past(owned, (tx) => tx.updateTable('gate_challenge').set({ requirement: JSON.stringify({ assurance: 'aal1', phishingResistant: false, freshSeconds: 90_000, selfStepUp: true, approvals: 0, approverRole: '', excludeRequester: false }) }).where('ref', '=', id).execute())
  expect(await owned.person.call('POST', `/api/v1/ceremonies/${code}/begin`, {})).toMatchObject(tampered)
})

it('an approval that nobody gave counts for nobody, and one that is gone is missed', async () => {
  const owned = await server()
  const { rowMacs } = owned.server.parts.base
  const given = await countersigned(owned.person, owned.terminal, body())
  const { id, code } = await ask(owned.terminal, body())
  await past(owned, async (tx) => {
    // As it would stand where the policy asks for somebody else as well.
    const row = await tx.selectFrom('gate_challenge').selectAll().where('ref', '=', id).executeTakeFirstOrThrow()
    const two = { ...(JSON.parse(row.requirement) as object), approvals: 1, approverRole: 'owner' }
    await tx.updateTable('gate_challenge').set(rowMacs.seal(sealedTables.challenge, { ...row, requirement: JSON.stringify(two) })).where('id', '=', row.id).execute()
    const own = await tx.selectFrom('gate_countersignature').selectAll().orderBy('at', 'desc').executeTakeFirstOrThrow()
    await tx.insertInto('gate_countersignature').values({ ...own, digest: 'f'.repeat(64), challenge: row.id, person: `usr_${'0'.repeat(32)}`, role: 'approver', slot: 1 }).execute()
  })
  expect(await owned.person.call('POST', `/api/v1/ceremonies/${code}/begin`, {})).toMatchObject(tampered)
  await past(owned, async (tx) => {
    const row = await tx.selectFrom('gate_challenge').select('id').where('ref', '=', given.run.id).executeTakeFirstOrThrow()
    await tx.deleteFrom('gate_countersignature').where('challenge', '=', row.id).execute()
  })
  expect((await start(owned, given.run.id, given.start)).body).toMatchObject({ code: 'countersigner_gone' })
})

it('an answer that was given is not taken again, whatever rows say that it was not', async () => {
  const owned = await server()
  const { id, code } = await ask(owned.terminal, body())
  const { ceremony, response } = await owned.person.countersign(code)
  await past(owned, async (tx) => {
    const row = await tx.selectFrom('gate_challenge').select('id').where('ref', '=', id).executeTakeFirstOrThrow()
    await tx.deleteFrom('gate_grant').where('ref', '=', id).execute()
    await tx.deleteFrom('gate_countersignature').where('challenge', '=', row.id).execute()
    await tx.updateTable('gate_ceremony').set({ used_at: null }).where('challenge', '=', row.id).execute()
    await tx.updateTable('gate_challenge').set({ status: 'waiting', decided_at: null }).where('id', '=', row.id).execute()
    await tx.updateTable('authenticator').set({ sign_count: 0 }).execute()
  })
  expect(await owned.person.finish(code, ceremony, response)).toMatchObject(tampered)
})

it('an answer that was begun lasts no longer than it did', async () => {
  const owned = await server()
  const { id, code } = await ask(owned.terminal, body())
  const begun = await owned.person.begin(code)
  await past(owned, async (tx) => {
    const row = await tx.selectFrom('gate_challenge').select('id').where('ref', '=', id).executeTakeFirstOrThrow()
    await tx.updateTable('gate_ceremony').set({ expires_at: Date.now() + 1e9 }).where('challenge', '=', row.id).execute()
  })
  expect(await owned.person.finish(code, begun['ceremony'], owned.person.sign(begun['options']))).toMatchObject(tampered)
})

it('is a leaf, and told to the owners, once in a while', async () => {
  const owned = await server()
  const leaf = await owned.server.parts.base.ledger.newest('gate.tampered')
  expect(JSON.parse(leaf?.details ?? '{}')).toMatchObject({ what: expect.stringContaining('past this program') as string })
  const notices = ((await owned.person.must('GET', '/api/v1/notices'))['notices'] as { text: string }[]).filter(({ text }) => text.includes('It is about requests and grants'))
  expect(notices).toHaveLength(1)
})
