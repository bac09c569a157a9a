/** Changing the policy and removing keys: always countersigned, judged by what was in force, and pinned for good. */
import { describe, expect, it } from 'vitest'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { demonstrationPolicy } from '../../src/policy/index.ts'
import { ask, countersigned, runBody } from '../support/sample-run.ts'
import { databaseOf, tamper } from '../support/database.ts'
import { ownedServer, scratchServer } from '../support/scratch-server.ts'
import { recruit } from '../support/team.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../src/platform/store/open.ts'
import { migrations } from '../../src/server/base.ts'

const stricter = `${demonstrationPolicy}\n# stricter\n`.replace('risk: [none, low] }\n    then: allow', 'risk: [none, low] }\n    then: deny\n    reason: nothing goes to dev today')

async function changePolicy(owned: Awaited<ReturnType<typeof ownedServer>>, yaml: string) {
  const change = (await owned.terminal.must('POST', '/api/v1/policy/changes', { yaml })) as { id: string; code: string; link: string }
  await owned.person.countersign(change.code)
  return change
}

async function addKey({ person, url }: Awaited<ReturnType<typeof ownedServer>>) {
  const other = createSoftwareAuthenticator()
  const begun = await person.must('POST', '/api/v1/authenticators/begin', { label: 'spare key' })
  const created = await person.must('POST', '/api/v1/authenticators/create', { ceremony: begun['ceremony'], response: other.create(begun['options'] as Parameters<typeof other.create>[0], url) })
  const { options } = created['possession'] as { options: Parameters<typeof other.get>[0] }
  const voucher = created['voucher'] as { options: unknown }
  await person.must('POST', '/api/v1/authenticators/finish', { ceremony: begun['ceremony'], possession: other.get(options, url), voucher: person.sign(voucher.options) })
  return other
}

describe('a change of policy', () => {
  it('takes effect with its countersignature, and the file follows', async () => {
    const owned = await ownedServer()
    expect(await ask(owned.terminal, runBody({ workspace: 'shop/dev', actions: ['create'] }))).toMatchObject({ decision: 'allow' })
    const change = await changePolicy(owned, stricter)
    expect(await owned.terminal.must('GET', `/api/v1/policy/changes/${change.id}?wait=5`)).toMatchObject({ status: 'consumed' })
    expect(await owned.terminal.must('GET', '/api/v1/policy')).toMatchObject({ yaml: stricter, version: 1 })
    expect(await ask(owned.terminal, runBody({ workspace: 'shop/dev', actions: ['create'] }))).toMatchObject({ decision: 'deny', status: 'denied' })
    await expect.poll(() => readFileSync(join(owned.dataDir, 'policy.yaml'), 'utf8')).toBe(stricter)
  })

  it('is nothing before it is countersigned', async () => {
    const owned = await ownedServer()
    await owned.terminal.must('POST', '/api/v1/policy/changes', { yaml: stricter })
    expect(await owned.terminal.must('GET', '/api/v1/policy')).toMatchObject({ yaml: demonstrationPolicy, version: 0 })
  })

  it('voids what was granted under the old policy, and what still waits must be asked again', async () => {
    const owned = await ownedServer()
    const granted = await countersigned(owned.person, owned.terminal)
    const waiting = await ask(owned.terminal, runBody())
    const begun = await owned.person.begin(waiting.code)
    await changePolicy(owned, stricter)
    expect((await owned.terminal.call('POST', `/api/v1/runs/${granted.run.id}/apply-start`, granted.start)).body).toMatchObject({ code: 'grant_void' })
    expect((await owned.person.finish(waiting.code, begun['ceremony'], owned.person.sign(begun['options']))).body).toMatchObject({ code: 'policy_changed' })
    expect((await owned.person.call('POST', `/api/v1/ceremonies/${waiting.code}/begin`, {})).body).toMatchObject({ code: 'policy_changed' })
  })

  it('is withdrawn by whoever asked for it, and then nobody can countersign it; one that has happened stays', async () => {
    const owned = await ownedServer()
    const { person: other } = await recruit(owned.person, 'Ben', 'manager')
    const unwanted = await owned.terminal.must('POST', '/api/v1/policy/changes', { yaml: stricter })
    const withdraw = (by: { call: typeof other.call }, id: unknown) => by.call('POST', `/api/v1/policy/changes/${String(id)}/withdraw`, {})
    expect(await withdraw(other, unwanted['id'])).toMatchObject({ status: 404, body: { code: 'policy_change_not_found' } })
    expect((await owned.terminal.must('GET', `/api/v1/policy/changes/${String(unwanted['id'])}`))['status']).toBe('waiting')
    const begun = await owned.person.begin(String(unwanted['code']))
    expect(await withdraw(owned.terminal, unwanted['id'])).toMatchObject({ status: 200, body: { status: 'cancelled' } })
    expect((await owned.person.finish(String(unwanted['code']), begun['ceremony'], owned.person.sign(begun['options']))).body).toMatchObject({ code: 'challenge_cancelled' })
    expect(await owned.terminal.must('GET', '/api/v1/policy')).toMatchObject({ yaml: demonstrationPolicy })
    const wanted = await changePolicy(owned, stricter)
    expect(await withdraw(owned.terminal, wanted.id)).toMatchObject({ status: 200, body: { status: 'consumed' } })
    expect(await owned.terminal.must('GET', '/api/v1/policy')).toMatchObject({ yaml: stricter })
  })

  it('is refused when the policy has moved meanwhile', async () => {
    const owned = await ownedServer()
    const late = (await owned.terminal.must('POST', '/api/v1/policy/changes', { yaml: `${stricter}# late\n` })) as { code: string }
    const begun = await owned.person.begin(late.code)
    await changePolicy(owned, stricter)
    const answer = await owned.person.finish(late.code, begun['ceremony'], owned.person.sign(begun['options']))
    expect(answer.body['code']).toMatch(/policy_changed|policy_moved/)
    expect(await owned.terminal.must('GET', '/api/v1/policy')).toMatchObject({ yaml: stricter })
  })

  it.each([
    ['not a policy', 'rules: 1', 'policy_invalid'],
    ['the same policy', demonstrationPolicy, 'policy_unchanged'],
  ])('that is %s is refused at once', async (_, yaml, code) => {
    const owned = await ownedServer()
    expect((await owned.terminal.call('POST', '/api/v1/policy/changes', { yaml })).body).toMatchObject({ code })
  })

  it('of a demonstration is refused by a server that is not one', async () => {
    const { server } = await scratchServer({ demonstration: false })
    expect(() => server.parts.pin.current()).toThrow(/everything is denied/)
  })
})

describe('a data folder', () => {
  it('does not start under another URL than the one its keys are bound to', async () => {
    const owned = await ownedServer()
    await owned.server.close()
    await expect(scratchServer({ dataDir: owned.dataDir })).rejects.toMatchObject({ code: 'url_moved' })
    await scratchServer({ dataDir: owned.dataDir, port: owned.port })
  })
})

describe('a policy that was not countersigned', () => {
  it('in the file is not loaded', async () => {
    const owned = await ownedServer()
    await owned.server.close()
    writeFileSync(join(owned.dataDir, 'policy.yaml'), stricter)
    const again = await scratchServer({ dataDir: owned.dataDir, port: owned.port })
    expect(again.server.parts.pin.current().text).toBe(demonstrationPolicy)
  })

  it.each([
    ['another text', "update policy_version set text = 'version: 1' where seq = 0"],
    ['another first policy', "update policy_version set digest = '00', text = 'version: 1' where seq = 0"],
    ['a version that nobody signed', "insert into policy_version select seq + 1, digest, text, subject, countersignatures, directory_size, changed_by, at from policy_version"],
    ['none at all', 'delete from policy_version'],
  ])('in the database stops the start: %s', async (_, sql) => {
    const owned = await ownedServer()
    await owned.server.close()
    await tamper(owned.dataDir, sql)
    await expect(scratchServer({ dataDir: owned.dataDir, port: owned.port })).rejects.toMatchObject({ code: 'policy_chain_broken' })
    // and whoever asks finds the folder free again
    await (await openStore({ dataDir: owned.dataDir, databaseUrl: await databaseOf(owned.dataDir), migrations })).close()
  })

  it('cannot come back by deleting the newer one', async () => {
    const owned = await ownedServer()
    await changePolicy(owned, stricter)
    await owned.server.close()
    await tamper(owned.dataDir, 'delete from policy_version where seq = 1')
    await expect(scratchServer({ dataDir: owned.dataDir, port: owned.port })).rejects.toMatchObject({ code: 'table_cut' })
  })

  it('a revocation cannot be taken back by cutting the directory', async () => {
    const owned = await ownedServer()
    await addKey(owned)
    await owned.server.close()
    await tamper(owned.dataDir, 'delete from directory_entry where seq = 1')
    await expect(scratchServer({ dataDir: owned.dataDir, port: owned.port })).rejects.toMatchObject({ code: 'table_cut' })
  })

  it('a countersigned one is in force after a restart', async () => {
    const owned = await ownedServer()
    await changePolicy(owned, stricter)
    await owned.server.close()
    const again = await scratchServer({ dataDir: owned.dataDir, port: owned.port })
    expect(again.server.parts.pin.current().text).toBe(stricter)
  })
})

describe('keys', () => {
  const listed = async (person: SoftwarePerson) => ((await person.must('GET', '/api/v1/authenticators'))['authenticators'] as { id: string; label: string }[])

  it('the last one cannot be removed', async () => {
    const { person } = await ownedServer()
    const [only] = await listed(person)
    expect((await person.call('POST', `/api/v1/authenticators/${only?.id}/revocation`, { reason: 'removed' })).body).toMatchObject({ code: 'last_authenticator' })
  })

  it('one is removed by a countersignature, and signs nothing afterwards', async () => {
    const owned = await ownedServer()
    const spare = await addKey(owned)
    const keys = await listed(owned.person)
    expect(keys.map((key) => key.label).sort()).toEqual(['software key', 'spare key'])
    const spareId = keys.find((key) => key.label === 'spare key')?.id
    const asked = (await owned.person.must('POST', `/api/v1/authenticators/${spareId}/revocation`, { reason: 'lost' })) as { code: string }
    await owned.person.countersign(asked.code)
    expect(await listed(owned.person)).toHaveLength(1)
    const thief = new SoftwarePerson(owned.url, spare)
    await expect(thief.signIn()).rejects.toMatchObject({ answer: { body: { code: expect.stringMatching(/revoked|unknown/) as string } } })
  })

  it('a removal that was denied can be asked for again', async () => {
    const owned = await ownedServer()
    await addKey(owned)
    const spareId = (await listed(owned.person)).find((key) => key.label === 'spare key')?.id
    const path = `/api/v1/authenticators/${spareId}/revocation`
    const denied = (await owned.person.must('POST', path, { reason: 'lost' })) as { code: string }
    await owned.person.deny(denied.code)
    const again = (await owned.person.must('POST', path, { reason: 'lost' })) as { code: string }
    await owned.person.countersign(again.code)
    expect(await listed(owned.person)).toHaveLength(1)
  })

  it('a key that was lost between the countersignature and the apply does not count', async () => {
    const owned = await ownedServer()
    await addKey(owned)
    const { run, start } = await countersigned(owned.person, owned.terminal)
    const first = (await listed(owned.person)).find((key) => key.label === 'software key')
    const asked = (await owned.person.must('POST', `/api/v1/authenticators/${first?.id}/revocation`, { reason: 'compromised' })) as { code: string }
    await owned.person.countersign(asked.code)
    const answer = await owned.terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, start)
    expect(['countersigner_gone', 'token_invalid']).toContain(answer.body['code'])
    expect(await owned.server.parts.base.store.read((db) => db.selectFrom('run').select('state').where('id', '=', run.id).executeTakeFirstOrThrow())).toEqual({ state: 'asked' })
  })
})
