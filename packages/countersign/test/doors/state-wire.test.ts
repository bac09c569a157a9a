/** The state door over the wire, through its real HTTP server: as curl would speak to it, and a thief with curl. */
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ownedServer } from '../support/scratch-server.ts'
import { credentialFor, get, lock, locked, lockInfo, post, send, stateText, unlock } from '../support/state-wire.ts'

describe('a state', () => {
  it('is locked, written, read and unlocked by the one who countersigned', async () => {
    const { person, terminal } = await ownedServer()
    const credential = await credentialFor(person, terminal, 'shop/prod')
    expect((await get(credential)).status).toBe(404)
    const info = await locked(person, terminal, credential)
    const lineage = randomUUID()
    const text = stateText(1, lineage)
    expect(await post(credential, info.ID, text)).toMatchObject({ status: 200 })
    expect(await get(credential)).toMatchObject({ status: 200, text, headers: { 'content-type': 'application/json' } })
    expect((await unlock(credential, info)).status).toBe(200)
    expect((await send('GET', credential.address, null)).status).toBe(401)
    expect((await lock(credential, lockInfo('x'.repeat(9000)))).status).toBe(413)
  })
})
