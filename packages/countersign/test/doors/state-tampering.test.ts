/** Somebody writes the database past the program: rows edited, swapped, put back from an older day. It is seen, named, and nothing is served. */
import type { Tx } from '../../src/platform/store/store.ts'
import { expect, it } from 'vitest'
import { ownedServer } from '../support/scratch-server.ts'
import { askState, credentialFor, done, importState, named, redeemBytes, stateText, WireClient } from '../support/states.ts'

const workspace = 'shop/prod'
const api = `/api/v1/state/workspaces/${named(workspace)}`

type Owned = Awaited<ReturnType<typeof ownedServer>>

/** Runs `edit` past the door, looks, and puts everything back. */
async function edited(owned: Owned, edit: (tx: Tx) => Promise<unknown>, look: () => Promise<void>): Promise<void> {
  const { store } = owned.server.parts.base
  const tables = ['state_workspace', 'state_version', 'state_body', 'state_piece'] as const
  const before = await store.read(async (db) => Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute())))
  await store.write(edit)
  try {
    await look()
  } finally {
    await store.write(async (tx) => {
      for (const [at, table] of tables.entries()) {
        await tx.deleteFrom(table).execute()
        for (const row of before[at] ?? []) await tx.insertInto(table).values(row).execute()
      }
    })
  }
}

async function idOf(tx: Tx, number: number, name = workspace): Promise<{ id: string; workspace: string }> {
  return tx.selectFrom('state_version as v').innerJoin('state_workspace as w', 'w.id', 'v.workspace').select(['v.id', 'v.workspace']).where('v.number', '=', number).where('w.name', '=', name).executeTakeFirstOrThrow()
}

/** The one piece of a small state. */
async function pieceOf(tx: Tx, version: string): Promise<{ body: string; bytes: Buffer }> {
  const { body, bytes } = await tx.selectFrom('state_body as b').innerJoin('state_piece as p', 'p.body', 'b.body').select(['p.body', 'p.bytes']).where('b.version', '=', version).where('b.kind', '=', 'state').executeTakeFirstOrThrow()
  return { body, bytes: Buffer.from(bytes) }
}

/** Puts the sealed bytes of one version where those of another are. */
async function putBodies(tx: Tx, from: string, to: { id: string; workspace: string }, kind: 'state' | 'facts'): Promise<void> {
  const row = await tx.selectFrom('state_body').selectAll().where('version', '=', from).where('kind', '=', kind).executeTakeFirstOrThrow()
  await tx.updateTable('state_body').set({ head: row.head, body: row.body, pieces: row.pieces, kek: row.kek }).where('version', '=', to.id).where('kind', '=', kind).execute()
}

it('what was changed, swapped or put back in the database is served to nobody', async () => {
  const owned = await ownedServer()
  await importState(owned, workspace, { serial: 1, resources: { a: 'value-one' } })
  await importState(owned, workspace, { serial: 2, resources: { a: 'value-two' } })
  await importState(owned, 'shop/other', { serial: 2, lineage: 'other', resources: { a: 'value-theirs' } })
  const client = new WireClient(await credentialFor(owned, workspace, { tier: 'redacted' }))
  const rows: [what: string, where: 'rows' | 'bytes', edit: (tx: Tx) => Promise<unknown>][] = [
    ['an older version is current', 'rows', (tx) => tx.updateTable('state_workspace').set({ version: 1 }).where('name', '=', workspace).execute()],
    ['nothing is current', 'rows', (tx) => tx.updateTable('state_workspace').set({ version: 0 }).where('name', '=', workspace).execute()],
    ['another digest', 'rows', async (tx) => tx.updateTable('state_version').set({ digest: 'a'.repeat(64) }).where('id', '=', (await idOf(tx, 2)).id).execute()],
    ['another serial', 'rows', async (tx) => tx.updateTable('state_version').set({ serial: 7 }).where('id', '=', (await idOf(tx, 2)).id).execute()],
    ['current and deleted', 'rows', async (tx) => tx.updateTable('state_version').set({ status: 'deleted' }).where('id', '=', (await idOf(tx, 2)).id).execute()],
    ['the row is gone', 'rows', async (tx) => tx.deleteFrom('state_version').where('id', '=', (await idOf(tx, 2)).id).execute()],
    ['the older one under its number', 'rows', async (tx) => {
      const [first, second] = [await idOf(tx, 1), await idOf(tx, 2)]
      await tx.updateTable('state_version').set({ number: 9 }).where('id', '=', second.id).execute()
      await tx.updateTable('state_version').set({ number: 2 }).where('id', '=', first.id).execute()
    }],
    ['the bytes of an older version', 'bytes', async (tx) => putBodies(tx, (await idOf(tx, 1)).id, await idOf(tx, 2), 'state')],
    ['the bytes of another workspace', 'bytes', async (tx) => putBodies(tx, (await idOf(tx, 1, 'shop/other')).id, await idOf(tx, 2), 'state')],
    ['sealed as an older version', 'bytes', async (tx) => tx.updateTable('state_version').set({ sealed_as: (await idOf(tx, 1)).id }).where('id', '=', (await idOf(tx, 2)).id).execute()],
    ['one bit', 'bytes', async (tx) => {
      const { body, bytes } = await pieceOf(tx, (await idOf(tx, 2)).id)
      bytes[40] = (bytes[40] ?? 0) ^ 1
      await tx.updateTable('state_piece').set({ bytes }).where('body', '=', body).execute()
    }],
    ['the end cut off', 'bytes', async (tx) => {
      const { body, bytes } = await pieceOf(tx, (await idOf(tx, 2)).id)
      await tx.updateTable('state_piece').set({ bytes: bytes.subarray(0, bytes.length - 5) }).where('body', '=', body).execute()
    }],
    ['the bytes without their row', 'bytes', async (tx) => tx.deleteFrom('state_piece').where('body', '=', (await pieceOf(tx, (await idOf(tx, 2)).id)).body).execute()],
    ['no bytes', 'bytes', async (tx) => tx.deleteFrom('state_body').where('version', '=', (await idOf(tx, 2)).id).execute()],
  ]
  for (const [what, where, edit] of rows) {
    const asked = await askState(owned.terminal, { action: 'state.read-redacted', workspace })
    await edited(owned, edit, async () => {
      const answer = await redeemBytes(owned.terminal, asked.id)
      expect(answer, what).toMatchObject({ status: 500, body: { code: 'state_tampered', detail: expect.stringMatching(/database/i) as string } })
      const wire = await client.send('GET')
      expect(wire.status, `${what}: ${wire.text}`).toBe(500)
      expect(wire.text, what).not.toContain('value-')
      if (where === 'bytes') return
      expect((await owned.terminal.call('GET', api)).body, what).toMatchObject({ code: 'state_tampered' })
      expect((await owned.terminal.call('POST', '/api/v1/state/requests', { action: 'state.rollback', workspace, version: 1 })).body, what).toMatchObject({ code: 'state_tampered' })
    })
  }
  await edited(owned, async (tx) => putBodies(tx, (await idOf(tx, 1)).id, await idOf(tx, 2), 'facts'), async () => {
    expect((await owned.terminal.call('GET', `${api}/versions/2`)).body).toMatchObject({ code: 'state_tampered' })
    expect((await owned.terminal.call('GET', `${api}/diff?from=1&to=2`)).body).toMatchObject({ code: 'state_tampered' })
  })
  const notices = ((await owned.person.must('GET', '/api/v1/notices'))['notices'] as { text: string }[]).filter(({ text }) => text.includes('What the database holds of the state of shop/prod'))
  expect(notices.length).toBeGreaterThan(0)
  expect(notices.length).toBeLessThanOrEqual(2)
  const read = await done(owned.terminal, owned.person, { action: 'state.read', workspace })
  expect((await redeemBytes(owned.terminal, read.id)).text).toBe(stateText({ serial: 2, resources: { a: 'value-two' } }))
})
