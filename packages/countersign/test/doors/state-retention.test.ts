/** What goes by itself: old versions first, recoverably; then what was deleted long enough ago, with its key. */
import { expect, it } from 'vitest'
import { sweepVersions } from '../../src/doors/state/retention.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { done, importState, named, redeemBytes, stateText } from '../support/states.ts'
import { terminalOf } from '../support/team.ts'

const workspace = 'shop/prod'
const api = `/api/v1/state/workspaces/${named(workspace)}`
const DAY = 86_400_000

it('old versions are deleted by number and age, and what was deleted is destroyed with its key when nobody needs it any more', async () => {
  const clock = new HandClock()
  const owned = await ownedServer({ clock })
  const deps = { ...owned.server.parts.state, limits: { ...owned.server.parts.state.limits, keepVersions: 2, keepFor: 10 * DAY, deletedFor: 5 * DAY } }
  const statuses = async (): Promise<string[]> => {
    await owned.person.signIn()
    return ((await owned.person.must('GET', `${api}/versions`))['versions'] as { status: string }[]).map(({ status }) => status).reverse()
  }
  const bodies = async (): Promise<number> => (await deps.store.read((db) => db.selectFrom('state_body').select('version').execute())).length
  for (const serial of [1, 2, 3, 4]) await importState(owned, workspace, { serial, resources: { a: String(serial) } })
  await done(owned.person, owned.person, { action: 'state.rollback', workspace, version: 2 })
  expect(await sweepVersions(deps)).toBe(0)
  clock.time += 10 * DAY + 1
  expect(await sweepVersions(deps)).toBe(3)
  expect(await statuses()).toEqual(['deleted', 'deleted', 'deleted', 'kept', 'kept'])
  await done(owned.person, owned.person, { action: 'state.restore', workspace, version: 3 })
  expect(await bodies()).toBe(8)
  clock.time += 5 * DAY + 1
  expect(await sweepVersions(deps)).toBe(3)
  // Version 3 was old when it was restored, and is deleted again; the bytes of version 2 are those of what is current.
  expect(await statuses()).toEqual(['destroyed', 'destroyed', 'deleted', 'kept', 'kept'])
  expect(await bodies()).toBe(6)
  const gone = await deps.store.read((db) => db.selectFrom('state_version as v').innerJoin('state_body as b', 'b.version', 'v.id').select('v.number').where('v.number', '=', 1).execute())
  expect(gone).toEqual([])
  expect((await owned.person.call('POST', '/api/v1/state/requests', { action: 'state.rollback', workspace, version: 1 })).body).toMatchObject({ code: 'version_gone' })
  expect(await owned.person.must('GET', `${api}/versions/1`)).toMatchObject({ status: 'destroyed', facts: null })
  expect((await owned.person.call('GET', `${api}/diff?from=1&to=5`)).body).toMatchObject({ code: 'version_gone' })
  const again = await terminalOf(owned.person)
  again.now = () => clock.now()
  const read = await done(again, owned.person, { action: 'state.read', workspace })
  expect((await redeemBytes(again, read.id)).text).toBe(stateText({ serial: 5, resources: { a: '2' } }))
  const leaves = await deps.store.read(async (db) => (await db.selectFrom('ledger_leaf').select('leaf').execute()).map(({ leaf }) => (JSON.parse(leaf) as { type: string }).type))
  expect(leaves.filter((type) => type === 'state.destroyed')).toHaveLength(2)
  expect(leaves.filter((type) => type === 'state.retired')).toHaveLength(4)
})
