/** Writes over the wire: what becomes current, what is set aside or refused; and a database that somebody else writes. */
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Tx } from '../../src/platform/store/store.ts'
import { take, wireServer, withState, workspaceOf } from '../support/state-owned.ts'
import { credentialFor, get, lock, lockInfo, post, stateText } from '../support/state-wire.ts'

const { owned, server } = wireServer()

describe('a write', () => {
  const wrong: [string, (text: string) => string, string][] = [
    ['another lineage', () => stateText(9, 'other-lineage'), 'it has another lineage'],
    ['a serial that went back', () => stateText(4, 'first-lineage'), 'its serial went back'],
    ['the serial that is current, over other bytes', () => stateText(5, 'first-lineage', {}, 'x'), 'its serial is that of the current version'],
  ]
  for (const [what, text, why] of wrong) {
    it(`with ${what} is set aside, and never current`, async () => {
      const of = await owned()
      const current = await withState(of, 'first-lineage', stateText(5, 'first-lineage'))
      const info = await take(of, of.credential)
      expect((await post(of.credential, info.ID, text(current))).status).toBe(200)
      expect(await workspaceOf(of)).toMatchObject({ version: 1, serial: 5, quarantined: 1, frozen: { why } })
      expect((await get(of.credential)).text).toBe(current)
    })
  }

  it('of a revoked credential is set aside', async () => {
    const of = await owned()
    const info = await take(of, of.credential)
    await of.terminal.must('DELETE', `/api/v1/state/credentials/${of.credential.id}`)
    expect((await post(of.credential, info.ID, stateText(1, 'l'))).status).toBe(200)
    expect(await workspaceOf(of)).toMatchObject({ version: 0, quarantined: 1 })
    expect((await get(of.credential)).status).toBe(401)
  })

  it('without the lock, with another\'s, or from elsewhere changes nothing', async () => {
    const of = await owned()
    await withState(of)
    const next = stateText(2, 'first-lineage')
    const code = async (answer: ReturnType<typeof post>) => [(await answer).status, (await answer).body['code']]
    expect(await code(post(of.credential, '', next))).toEqual([409, 'lock_required'])
    const info = await take(of, of.credential)
    const thief = await credentialFor(of.person, of.terminal, of.name)
    const stranger = await lock(thief, lockInfo())
    expect(await code(post(thief, String(stranger.body['ID']), next))).toEqual([409, 'lock_required'])
    expect(await code(post(thief, info.ID, next))).toEqual([409, 'lock_required'])
    expect(await code(post(of.credential, '', next))).toEqual([409, 'lock_required'])
    expect(await workspaceOf(of)).toMatchObject({ version: 1, quarantined: 0, frozen: null })
    // With everything but the machine: set aside, because it may be the holder's laptop on another network.
    expect((await post(of.credential, info.ID, next, { localAddress: '127.0.0.2' })).status).toBe(200)
    expect(await workspaceOf(of)).toMatchObject({ version: 1, quarantined: 1, frozen: { why: 'it came from another address than the lock' } })
  })

  it('that cannot be read changes nothing, says why, and leaves the lock as it is', async () => {
    const of = await owned()
    await withState(of)
    const info = await take(of, of.credential)
    const deep = `{"version":4,"serial":2,"lineage":"first-lineage","outputs":{"deep":{"value":${'['.repeat(100_000)}${']'.repeat(100_000)}}},"resources":[]}`
    const whole = stateText(2, 'first-lineage')
    const bad: [string, string, Parameters<typeof post>[3], number, string][] = [
      ['empty', '', {}, 400, 'state_empty'],
      ['not JSON', 'hello', {}, 400, 'state_not_json'],
      ['truncated', whole.slice(0, -5), {}, 400, 'state_truncated'],
      ['duplicate keys', whole.replace('"serial":2', '"serial":1,"serial":2'), {}, 400, 'state_duplicate_key'],
      ['nested 100,000 deep', deep, {}, 400, 'state_too_deep'],
      ['another MD5', whole, { headers: { 'content-md5': Buffer.alloc(16).toString('base64') } }, 400, 'body_digest_mismatch'],
      ['an MD5 that is none', whole, { headers: { 'content-md5': '???' } }, 400, 'body_digest_mismatch'],
      ['compressed', whole, { headers: { 'content-encoding': 'gzip' } }, 415, 'encoding_refused'],
      ['too large', ' '.repeat((1 << 20) + 1), {}, 413, 'state_too_large'],
    ]
    const seen = []
    for (const [what, text, sent] of bad) {
      const answer = await post(of.credential, info.ID, text, sent)
      expect(answer.headers['content-type'], what).toContain('application/problem+json')
      expect(answer.text, what).not.toContain('first-lineage')
      seen.push([what, answer.status, answer.body['code']])
    }
    expect(seen).toEqual(bad.map(([what, , , status, code]) => [what, status, code]))
    expect(await workspaceOf(of)).toMatchObject({ version: 1, quarantined: 0, frozen: null })
    expect((await post(of.credential, info.ID, whole)).status).toBe(200)
  })

  it('whose client stops half-way leaves nothing', async () => {
    const of = await owned()
    const info = await take(of, of.credential)
    const { hostname, port, pathname } = new URL(of.credential.address)
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname)
    const closed = new Promise((resolve) => socket.resume().once('close', resolve))
    const basic = Buffer.from(`${of.credential.username}:${of.credential.password}`).toString('base64')
    socket.write(`POST ${pathname}?ID=${info.ID} HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Basic ${basic}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n${stateText(1, 'half')}`, () => socket.end())
    await closed
    expect(await of.terminal.call('GET', `/api/v1/state/workspaces/${encodeURIComponent(of.name)}/versions`)).toMatchObject({ body: { versions: [] } })
    expect((await post(of.credential, info.ID, stateText(1, 'whole'))).status).toBe(200)
  })
})

describe('a database that somebody else writes', () => {
  const edits: [string, (tx: Tx, of: { id: string; first: string; second: string }) => Promise<unknown>][] = [
    ['an older version made current again', (tx, { id }) => tx.updateTable('state_workspace').set({ version: 1 }).where('id', '=', id).execute()],
    ['the state taken away', (tx, { id }) => tx.updateTable('state_workspace').set({ version: 0 }).where('id', '=', id).execute()],
    ['an older body under the newer row', (tx, { first, second }) => tx.updateTable('state_version').set({ sealed_as: first }).where('id', '=', second).execute()],
    ['an older body and digest under the newer row', async (tx, { first, second }) => {
      const { digest } = await tx.selectFrom('state_version').select('digest').where('id', '=', first).executeTakeFirstOrThrow()
      await tx.updateTable('state_version').set({ sealed_as: first, digest }).where('id', '=', second).execute()
    }],
    ['bodies swapped', async (tx, { first, second }) => {
      await tx.updateTable('state_body').set({ version: 'x' }).where('version', '=', first).execute()
      await tx.updateTable('state_body').set({ version: first }).where('version', '=', second).execute()
      await tx.updateTable('state_body').set({ version: second }).where('version', '=', 'x').execute()
    }],
    ['an edited serial, so that an old write would pass', (tx, { second }) => tx.updateTable('state_version').set({ serial: 0 }).where('id', '=', second).execute()],
    ['a byte of the body', async (tx, { second }) => {
      const { body, bytes } = await tx.selectFrom('state_body as b').innerJoin('state_piece as p', 'p.body', 'b.body').select(['p.body', 'p.bytes']).where('b.version', '=', second).where('b.kind', '=', 'state').executeTakeFirstOrThrow()
      const changed = Uint8Array.from(bytes)
      changed[60] = (changed[60] ?? 0) ^ 1
      await tx.updateTable('state_piece').set({ bytes: changed }).where('body', '=', body).execute()
    }],
    ['the body taken away', (tx, { second }) => tx.deleteFrom('state_body').where('version', '=', second).execute()],
  ]

  it('is seen, named and told, and nothing of it is served; what is written meanwhile is set aside', async () => {
    const { store, ledger } = server().server.parts.base
    const seen = []
    for (const [what, edit] of edits) {
      const of = await owned('dev')
      const info = await take(of, of.credential)
      await post(of.credential, info.ID, stateText(1, 'l'))
      await post(of.credential, info.ID, stateText(2, 'l'))
      const row = await store.read((db) => db.selectFrom('state_workspace').selectAll().where('name', '=', of.name).executeTakeFirstOrThrow())
      const ids = await store.read((db) => db.selectFrom('state_version').select('id').where('workspace', '=', row.id).orderBy('number').execute())
      await store.write((tx) => edit(tx, { id: row.id, first: ids[0]?.id ?? '', second: ids[1]?.id ?? '' }))
      const answer = await get(of.credential)
      const told = (await ledger.find({ key: 'state', value: row.id })).filter(({ leaf }) => leaf.includes('"state.tampered"'))
      seen.push([what, answer.status, answer.body['code'], told.length])
    }
    expect(seen).toEqual(edits.map(([what]) => [what, 500, 'state_tampered', 1]))
    const [, , , , , [, lowerSerial]] = edits as [unknown, unknown, unknown, unknown, unknown, (typeof edits)[number]]
    const of = await owned('dev')
    const info = await take(of, of.credential)
    await post(of.credential, info.ID, stateText(5, 'l'))
    const ids = await store.read((db) => db.selectFrom('state_version').innerJoin('state_workspace as w', 'w.id', 'state_version.workspace').select('state_version.id').where('w.name', '=', of.name).execute())
    await store.write((tx) => lowerSerial(tx, { id: '', first: '', second: ids[0]?.id ?? '' }))
    expect((await post(of.credential, info.ID, stateText(3, 'l'))).status).toBe(200)
    const rows = await store.read((db) => db.selectFrom('state_version').innerJoin('state_workspace as w', 'w.id', 'state_version.workspace').select(['state_version.status', 'state_version.why']).where('w.name', '=', of.name).orderBy('state_version.number').execute())
    expect(rows).toEqual([{ status: 'kept', why: '' }, { status: 'quarantined', why: 'what is current was changed in the database' }])
  })
})
