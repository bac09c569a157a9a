/** What a reading sees is as old as the reading: a write that comes meanwhile is no sign that somebody changed the database. */
import { expect, it } from 'vitest'
import { workspaceNamed } from '../../src/doors/state/store.ts'
import { currentVersion } from '../../src/doors/state/versions.ts'
import { tamper } from '../support/database.ts'
import { ownedServer } from '../support/scratch-server.ts'
import { credentialFor, get, locked, post, stateText } from '../support/state-wire.ts'

it('a state that is written while it is read is no alarm; one that was put back is', async () => {
  const { server, person, terminal, dataDir } = await ownedServer()
  const credential = await credentialFor(person, terminal, 'shop/web')
  const { ID } = await locked(person, terminal, credential)
  for (const serial of [1, 2, 3]) expect((await post(credential, ID, stateText(serial, 'l'))).status).toBe(200)
  const { base, state } = server.parts
  await base.store.read(async (db) => {
    const workspace = await workspaceNamed(db, 'shop/web')
    if (!workspace) throw new Error('there is no such workspace')
    for (const serial of [4, 5]) expect((await post(credential, ID, stateText(serial, 'l'))).status).toBe(200)
    expect(await currentVersion(state, db, workspace)).toMatchObject({ serial: 3 })
  })
  expect((await get(credential)).text).toBe(stateText(5, 'l'))
  await tamper(dataDir, "update state_workspace set version = 4; delete from ledger_id where key = 'head' and idx = (select max(idx) from ledger_id where key = 'head')")
  expect((await get(credential)).body).toMatchObject({ code: 'state_tampered' })
})
