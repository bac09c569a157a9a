/**
 * Somebody writes the database past the program, and has a credential that works: rows that give access are written in, widened, swapped or
 * put back from before. It is seen, named and told, and nothing is given out or written.
 */
import { describe, expect, it } from 'vitest'
import type { Tx } from '../../src/platform/store/store.ts'
import { asking, askState, credentialFor, done, importState, locked, lockInfo, named, redeemBytes, requestOf, sha256, sharedServer, stateText, WireClient } from '../support/states.ts'
import type { Owned } from '../support/states.ts'

const server = sharedServer()
let places = 0

type Place = { owned: Owned; workspace: string; client: WireClient }

/** A workspace of its own with a state in it, and a credential that works. */
async function placeOf(environment: 'prod' | 'dev' = 'prod', more: Record<string, unknown> = {}): Promise<Place> {
  const owned = await server()
  const workspace = `rights/p${++places}-${environment}`
  await importState(owned, workspace, { serial: 1, resources: { a: 'value-one' } })
  return { owned, workspace, client: new WireClient(await credentialFor(owned, workspace, more)) }
}

const past = <T>({ owned }: Place, edit: (tx: Tx) => Promise<T>): Promise<T> => owned.server.parts.base.store.write(edit)

async function refused(place: Place, attempt: () => Promise<{ status: number; text: string }>): Promise<void> {
  const { status, text } = await attempt()
  expect(`${status} ${text}`).toMatch(/^500 .*state_tampered/)
  expect(text).not.toContain('value-')
  const { owned, workspace } = place
  const shown = await owned.terminal.must('GET', `/api/v1/state/workspaces/${named(workspace)}`).catch(() => ({ version: 1 }))
  expect(shown).toMatchObject({ version: 1 })
  const notices = (await owned.person.must('GET', '/api/v1/notices'))['notices'] as { text: string }[]
  expect(notices.filter(({ text: told }) => told.includes(`What the database holds of the state of ${workspace} `))).toHaveLength(1)
}

const lockRow = (place: Place) => past(place, async (tx) => tx.selectFrom('state_lock').selectAll().where('workspace', '=', await idIn(tx, place)).executeTakeFirstOrThrow())

const idIn = async (tx: Tx, { workspace }: Place): Promise<string> => (await tx.selectFrom('state_workspace').select('id').where('name', '=', workspace).executeTakeFirstOrThrow()).id
const workspaceId = (place: Place): Promise<string> => past(place, (tx) => idIn(tx, place))

/** A GET that is asked for, countersigned, and answered: it opens a lease for one more. */
async function leaseOpened(place: Place) {
  const { owned, client } = place
  const { answer, asked } = await asking(owned.terminal, () => client.send('GET'))
  await owned.person.countersign(asked.code)
  expect((await answer).status).toBe(200)
  return past(place, async (tx) => tx.selectFrom('state_lease').selectAll().where('workspace', '=', await idIn(tx, place)).executeTakeFirstOrThrow())
}

const put = (place: Place, table: 'state_lease' | 'state_lock', row: { id: string; [column: string]: unknown }) => past(place, async (tx) => {
  await tx.deleteFrom(table).where('id', '=', row.id).execute()
  await tx.deleteFrom(table).where('workspace', '=', await idIn(tx, place)).execute()
  await tx.insertInto(table).values(row as never).execute()
})

const newest = stateText({ serial: 2, resources: { a: 'value-two' } })

describe('a right to read', () => {
  it('that was written in, with another one\'s seal or with none, reads nothing', async () => {
    const one = await placeOf()
    const lease = await leaseOpened(one)
    const other = await placeOf()
    const theirs = { ...lease, id: `stl_${'0'.repeat(32)}`, workspace: await workspaceId(other), credential: other.client.credential.username, gets_left: 2 }
    await put(other, 'state_lease', theirs)
    await refused(other, () => other.client.send('GET'))
    await put(other, 'state_lease', { ...theirs, mac: '' })
    expect((await other.client.send('GET')).status).toBe(500)
    // The one that the ledger knows, given to somebody else.
    await put(other, 'state_lease', { ...theirs, id: lease.id, gets_left: lease.gets_left })
    expect((await other.client.send('GET')).status).toBe(500)
    await put(one, 'state_lease', lease)
    expect((await one.client.send('GET')).status).toBe(200)
  })

  it('that was given more readings, a later end or another question reads nothing', async () => {
    const place = await placeOf()
    const lease = await leaseOpened(place)
    for (const edit of [{ gets_left: 9 }, { expires_at: lease.expires_at + 1 }, { idle_at: lease.idle_at + 1 }, { request: `sta_${'0'.repeat(32)}` }]) {
      await put(place, 'state_lease', { ...lease, ...edit })
      await refused(place, () => place.client.send('GET'))
    }
    await put(place, 'state_lease', lease)
    expect((await place.client.send('GET')).status).toBe(200)
  })

  it('that was used up and put back reads nothing, nor when the ledger\'s index says otherwise, or is cut', async () => {
    const place = await placeOf()
    const lease = await leaseOpened(place)
    expect((await place.client.send('GET')).status).toBe(200)
    await put(place, 'state_lease', lease)
    await refused(place, () => place.client.send('GET'))
    const other = await leaseOpened(await placeOf())
    const newestOf = (tx: Tx, id: string) => tx.selectFrom('ledger_id').select('idx').where('key', '=', 'right').where('value', '=', id).orderBy('idx', 'desc').executeTakeFirstOrThrow()
    const { idx: theirs } = await past(place, async (tx) => newestOf(tx, other.id))
    await past(place, async (tx) => tx.insertInto('ledger_id').values({ key: 'right', value: lease.id, idx: theirs }).execute())
    expect((await place.client.send('GET')).status).toBe(500)
    await past(place, async (tx) => tx.deleteFrom('ledger_id').where('key', '=', 'right').where('value', '=', lease.id).where('idx', '=', theirs).execute())
    await past(place, async (tx) => tx.deleteFrom('ledger_id').where('key', '=', 'right').where('value', '=', lease.id).where('idx', '=', (await newestOf(tx, lease.id)).idx).execute())
    expect((await place.client.send('GET')).status).toBe(500)
  })

  it('that ended with the line of states it was for, and was put back, reads nothing', async () => {
    const place = await placeOf()
    const lease = await leaseOpened(place)
    await importState(place.owned, place.workspace, { serial: 7, resources: { a: 'value-three' } })
    await put(place, 'state_lease', lease)
    expect((await place.client.send('GET')).text).toContain('state_tampered')
  })
})

describe('a lock', () => {
  it('is used by two in the same moment, and nobody is told of anything', async () => {
    const place = await placeOf()
    const info = await locked(place.owned, place.client)
    const answers = await Promise.all([place.client.send('GET'), place.client.send('GET'), place.client.write(info, newest), place.client.send('GET')])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const told = (await place.owned.person.must('GET', '/api/v1/notices'))['notices'] as { text: string }[]
    expect(told.filter(({ text }) => text.includes(` ${place.workspace} `))).toEqual([])
  })

  it('that was written in neither writes nor reads', async () => {
    const one = await placeOf()
    const held = await locked(one.owned, one.client)
    const lock = await lockRow(one)
    const other = await placeOf()
    const info = lockInfo()
    await put(other, 'state_lock', { ...lock, workspace: await workspaceId(other), lock: sha256(info.ID), credential: other.client.credential.username })
    await refused(other, () => other.client.write(info, newest))
    expect((await other.client.send('GET')).status).toBe(500)
    await put(one, 'state_lock', lock)
    expect((await one.client.write(held, newest)).status).toBe(200)
  })

  it('that was taken for a plan does not write when its row says so', async () => {
    const place = await placeOf('dev')
    const info = lockInfo('OperationTypePlan')
    expect((await place.client.lock(info)).status).toBe(200)
    await past(place, async (tx) => tx.updateTable('state_lock').set({ mode: 'write' }).where('workspace', '=', await idIn(tx, place)).execute())
    await refused(place, () => place.client.write(info, newest))
  })

  it('that was given to another credential serves it nothing', async () => {
    const place = await placeOf()
    const info = await locked(place.owned, place.client)
    const thief = new WireClient(await credentialFor(place.owned, place.workspace))
    await past(place, async (tx) => tx.updateTable('state_lock').set({ credential: thief.credential.username }).where('workspace', '=', await idIn(tx, place)).execute())
    await refused(place, () => thief.write(info, newest))
    expect((await thief.send('GET')).status).toBe(500)
    expect((await thief.lock(info)).status).toBe(500)
  })

  it('that was released and put back neither writes nor reads; its readings cannot be turned back', async () => {
    const place = await placeOf()
    const info = await locked(place.owned, place.client)
    const lock = await lockRow(place)
    expect((await place.client.send('GET')).status).toBe(200)
    const read = await lockRow(place)
    await put(place, 'state_lock', lock)
    await refused(place, () => place.client.send('GET'))
    await put(place, 'state_lock', read)
    expect((await place.client.send('GET')).status).toBe(200)
    expect((await place.client.unlock(info)).status).toBe(200)
    await put(place, 'state_lock', read)
    expect((await place.client.write(info, newest)).text).toContain('state_tampered')
  })

  it('that does not hold is ended by force, and the workspace goes on', async () => {
    const place = await placeOf()
    const info = await locked(place.owned, place.client)
    await past(place, async (tx) => tx.updateTable('state_lock').set({ mac: '' }).where('workspace', '=', await idIn(tx, place)).execute())
    await refused(place, () => place.client.write(info, newest))
    expect(await done(place.owned.terminal, place.owned.person, { action: 'state.force-unlock', workspace: place.workspace })).toMatchObject({ status: 'done' })
    const again = await locked(place.owned, place.client)
    expect((await place.client.write(again, newest)).status).toBe(200)
  })
})

describe('a state credential', () => {
  it('that was given another workspace, life, phase, person, run or password is good for nothing', async () => {
    const place = await placeOf()
    const { username, address } = place.client.credential
    const other = await placeOfOther(place)
    const rewritten = (set: object) => past(place, (tx) => tx.updateTable('state_credential').set(set).where('id', '=', username).execute())
    const was = await past(place, (tx) => tx.selectFrom('state_credential').selectAll().where('id', '=', username).executeTakeFirstOrThrow())
    const edits: [set: object, credential?: { address?: string; password?: string }][] = [
      [{ expires_at: was.expires_at + 1 }], [{ phase: 'plan' }], [{ person: `usr_${'0'.repeat(32)}` }], [{ run: `run_${'0'.repeat(32)}` }],
      [{ workspace_name: other }, { address: address.replace(/[^/]+$/, 'other-prod') }], [{ secret_hash: sha256('cst_theirs') }, { password: 'cst_theirs' }],
    ]
    for (const [set, given] of edits) {
      await rewritten(set)
      const client = new WireClient({ ...place.client.credential, ...given })
      await refused({ ...place, workspace: given?.address === undefined ? place.workspace : other }, () => client.send('GET'))
      expect((await client.lock(lockInfo())).status, JSON.stringify(set)).toBe(500)
      await rewritten(was)
    }
    expect((await place.client.send('POST', newest)).status).toBe(409)
  })

  it('of a narrow tier that says it has the whole reads nothing', async () => {
    const place = await placeOf('prod', { tier: 'outputs' })
    await past(place, (tx) => tx.updateTable('state_credential').set({ tier: 'full' }).where('id', '=', place.client.credential.username).execute())
    await refused(place, () => place.client.send('GET'))
  })

  it('that was written in, as a copy of one that works, is none', async () => {
    const place = await placeOf()
    const id = `stc_${'1'.repeat(31)}${places % 10}`
    await past(place, async (tx) => {
      const row = await tx.selectFrom('state_credential').selectAll().where('id', '=', place.client.credential.username).executeTakeFirstOrThrow()
      await tx.insertInto('state_credential').values({ ...row, id }).execute()
    })
    await refused(place, () => new WireClient({ ...place.client.credential, username: id }).send('GET'))
  })

  it('that was revoked, and says it was not, is good for nothing', async () => {
    const place = await placeOf()
    const { username } = place.client.credential
    expect((await place.owned.terminal.call('DELETE', `/api/v1/state/credentials/${username}`)).status).toBe(204)
    expect((await place.client.send('GET')).status).toBe(401)
    await past(place, (tx) => tx.updateTable('state_credential').set({ revoked_at: null }).where('id', '=', username).execute())
    await refused(place, () => place.client.send('GET'))
  })
})

async function placeOfOther(place: Place): Promise<string> {
  const workspace = `${place.workspace.split('/')[0] ?? ''}/other-prod`
  if ((await place.owned.terminal.call('GET', `/api/v1/state/workspaces/${named(workspace)}`)).status !== 200) await importState(place.owned, workspace, { serial: 1, resources: { a: 'value-theirs' } })
  return workspace
}

describe('the names of two workspaces', () => {
  it('that were exchanged give nobody the other\'s state', async () => {
    const mild = await placeOf('dev')
    const grave = await placeOf('prod')
    const [one, other] = [await workspaceId(mild), await workspaceId(grave)]
    const swap = (first: string, second: string) => past(mild, async (tx) => {
      for (const [id, name] of [[one, 'x/x'], [other, first], [one, second]] as const) await tx.updateTable('state_workspace').set({ name }).where('id', '=', id).execute()
    })
    await swap(mild.workspace, grave.workspace)
    expect((await mild.client.lock(lockInfo('OperationTypePlan'))).text).toContain('state_tampered')
    expect((await mild.client.send('GET')).text).toContain('state_tampered')
    await swap(grave.workspace, mild.workspace)
    expect((await mild.client.lock(lockInfo('OperationTypePlan'))).status).toBe(200)
  })
})

describe('a question', () => {
  it('that was granted gives what was asked, and not what its row says since', async () => {
    const { owned, workspace } = await placeOf()
    const asked = await done(owned.terminal, owned.person, { action: 'state.credential', workspace, phase: 'plan', tier: 'outputs' })
    const { subject } = await requestOf(owned.terminal, asked.id)
    await owned.server.parts.base.store.write((tx) => tx.updateTable('state_request').set({ subject: subject.replace('"tier":"outputs"', '"tier":"full"').replace('"phase":"plan"', '"phase":"apply"') }).where('id', '=', asked.id).execute())
    expect(await redeemBytes(owned.terminal, asked.id)).toMatchObject({ status: 500, body: { code: 'state_tampered' } })
  })

  it('for a run that was written in gets no credential', async () => {
    const { owned, workspace } = await placeOf()
    const asked = await askState(owned.terminal, { action: 'state.read', workspace })
    const id = `sta_${'2'.repeat(32)}`
    await owned.server.parts.base.store.write(async (tx) => {
      const row = await tx.selectFrom('state_request').selectAll().where('id', '=', asked.id).executeTakeFirstOrThrow()
      const run = { ...row, id, action: 'state.run-credential', decision: 'allow' as const, asked: JSON.stringify({ purpose: '', replace: false, size: 0, run: 'run_1', newest: '' }) }
      await tx.insertInto('state_request').values(run).execute()
    })
    expect(await redeemBytes(owned.terminal, id)).toMatchObject({ status: 500, body: { code: 'state_tampered' } })
  })
})
