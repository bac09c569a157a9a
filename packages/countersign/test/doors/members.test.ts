import { describe, expect, it } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { apply, ask, countersigned, measuredOf, runBody, show } from '../support/sample-run.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { change, invite, memberOf, members, recruit, terminalOf } from '../support/team.ts'

const hour = 3600_000

describe('an invitation', () => {
  it('makes a member in three steps, and none of them alone', async () => {
    const { url, person: ada } = await ownedServer()
    const { id, link } = await invite(ada, 'Ben Operator', 'operator', 'payments')
    expect(await memberOf(ada, 'Ben Operator')).toMatchObject({ id, status: 'invited', keys: 0, roles: [{ role: 'operator', scope: 'payments' }] })

    const ben = new SoftwarePerson(url)
    const code = await ben.join(link)
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    const { pending, status } = await memberOf(ada, 'Ben Operator')
    expect(status).toBe('key waits')
    await expect(ben.signIn()).rejects.toThrow('credential_unknown')

    expect((await ada.vouch(pending?.id ?? '', code)).status).toBe(200)
    await ben.signIn()
    expect(await ben.must('GET', '/api/v1/session')).toMatchObject({ person: { id, name: 'Ben Operator', roles: ['operator@payments'] } })
  })

  it('is vouched for by the code that the person was shown, and by no other', async () => {
    const { url, person: ada } = await ownedServer()
    const { link } = await invite(ada, 'Ben', 'operator')
    await new SoftwarePerson(url).join(link)
    const { pending } = await memberOf(ada, 'Ben')
    for (const code of ['', 'AAAA-AAAA-AAAA', '000000000000', 'not a code at all']) {
      expect((await ada.call('POST', `/api/v1/pending-keys/${pending?.id}/begin`, { code })).body).toMatchObject({ code: 'fingerprint_mismatch' })
    }
  })

  it('is for one key: a link is spent by it, and a newer link ends the older', async () => {
    const { url, person: ada } = await ownedServer()
    const { id, link } = await invite(ada, 'Ben', 'operator')
    const second = String((await ada.must('POST', `/api/v1/members/${id}/link`, {}))['link'])
    await expect(new SoftwarePerson(url).join(link)).rejects.toThrow('invitation_invalid')
    await new SoftwarePerson(url).join(second)
    await expect(new SoftwarePerson(url).join(second)).rejects.toThrow('invitation_invalid')
  })

  it('expires, link and waiting key alike', async () => {
    const clock = new HandClock()
    const { url, person: ada } = await ownedServer({ clock })
    const { id, link } = await invite(ada, 'Ben', 'operator')
    clock.time += 72 * hour
    await ada.signIn()
    await expect(new SoftwarePerson(url).join(link)).rejects.toThrow('invitation_invalid')
    const again = String((await ada.must('POST', `/api/v1/members/${id}/link`, {}))['link'])
    const code = await new SoftwarePerson(url).join(again)
    const { pending } = await memberOf(ada, 'Ben')
    clock.time += 72 * hour
    await ada.signIn()
    expect((await ada.call('POST', `/api/v1/pending-keys/${pending?.id}/begin`, { code })).body).toMatchObject({ code: 'pending_key_not_found' })
  })

  it('is vouched for by whoever invited, and by nobody else', async () => {
    const { url, person: ada } = await ownedServer()
    const { person: mia } = await recruit(ada, 'Mia Manager', 'manager')
    const { link } = await invite(ada, 'Ben', 'operator')
    const code = await new SoftwarePerson(url).join(link)
    const { pending } = await memberOf(mia, 'Ben')
    expect(pending).toMatchObject({ yours: false })
    expect((await mia.call('POST', `/api/v1/pending-keys/${pending?.id}/begin`, { code })).body).toMatchObject({ code: 'pending_key_not_found' })
  })
})

describe('a role', () => {
  it('reaches as far as its scope, for asking and for reading', async () => {
    const { person: ada, terminal: adasTerminal } = await ownedServer()
    const { person: ben } = await recruit(ada, 'Ben', 'operator', 'payments')
    const terminal = await terminalOf(ben)
    expect((await terminal.call('POST', '/api/v1/runs', runBody({ workspace: 'search/index-prod' }))).body).toMatchObject({ code: 'not_permitted' })
    const own = await ask(terminal, runBody({ workspace: 'payments/billing-prod' }))
    const other = await ask(adasTerminal, runBody({ workspace: 'search/index-prod' }))
    const listed = (await terminal.must('GET', '/api/v1/runs'))['runs'] as { id: string }[]
    expect(listed.map((run) => run.id)).toEqual([own.id])
    for (const path of [`/api/v1/runs/${other.id}`, `/api/v1/runs/${other.id}/plan`, `/api/v1/runs/${other.id}/evidence`]) {
      expect((await terminal.call('GET', path)).body).toMatchObject({ code: 'run_not_found' })
    }
    expect((await ben.call('GET', `/api/v1/ceremonies/${other.code}`)).body).toMatchObject({ code: 'challenge_not_found' })
    const waiting = (await ben.must('GET', '/api/v1/ceremonies'))['waiting'] as { code: string }[]
    expect(waiting.map((one) => one.code)).toEqual([own.code])
    expect((await show(adasTerminal, own.id)).id).toBe(own.id)
  })

  it.each([
    ['auditor', ['GET /api/v1/runs', 'GET /api/v1/members', 'GET /api/v1/ledger/entries', 'GET /api/v1/policy', 'GET /api/v1/directory']],
    ['approver', ['GET /api/v1/runs', 'GET /api/v1/policy']],
  ])('%s reads, and changes nothing', async (role, readable) => {
    const { person: ada } = await ownedServer()
    const { id: adas } = await memberOf(ada, 'Ada Owner')
    const { person, id } = await recruit(ada, 'Eve', role)
    const terminal = await terminalOf(person)
    for (const route of readable) {
      const [method = '', path = ''] = route.split(' ')
      expect((await person.call(method, path)).status, route).toBe(200)
    }
    expect((await terminal.call('POST', '/api/v1/runs', runBody())).body).toMatchObject({ code: 'not_permitted' })
    const changes: [string, unknown][] = [
      ['/api/v1/members', { name: 'X', role: 'operator' }], [`/api/v1/members/${id}/roles`, { role: 'owner', change: 'grant' }], [`/api/v1/members/${adas}/removal`, {}],
      [`/api/v1/members/${adas}/link`, {}], [`/api/v1/members/${id}/same`, { same: adas }], ['/api/v1/policy/changes', { yaml: 'version: 1' }],
    ]
    for (const [path, body] of changes) expect((await person.call('POST', path, body)).body, path).toMatchObject({ code: 'not_permitted' })
  })

  it('that a manager may not give or take is refused before anybody touches a key', async () => {
    const { person: ada } = await ownedServer()
    const { id: adas } = await memberOf(ada, 'Ada Owner')
    const { person: mia, id: mias } = await recruit(ada, 'Mia', 'manager', 'payments')
    const { id: zoes } = await recruit(ada, 'Zoe', 'operator', 'search')
    const refused: [string, unknown][] = [
      ['/api/v1/members', { name: 'X', role: 'owner' }], ['/api/v1/members', { name: 'X', role: 'manager', scope: 'payments' }], ['/api/v1/members', { name: 'X', role: 'operator' }],
      ['/api/v1/members', { name: 'X', role: 'operator', scope: 'search' }], [`/api/v1/members/${mias}/roles`, { role: 'owner', change: 'grant' }],
      [`/api/v1/members/${zoes}/roles`, { role: 'approver', scope: 'payments', change: 'grant' }], [`/api/v1/members/${adas}/roles`, { role: 'operator', scope: 'payments', change: 'grant' }],
      [`/api/v1/members/${zoes}/removal`, {}], [`/api/v1/members/${adas}/removal`, {}], [`/api/v1/members/${zoes}/link`, {}], [`/api/v1/members/${zoes}/recovery`, { change: 'start' }],
    ]
    for (const [path, body] of refused) expect((await mia.call('POST', path, body)).body, `${path} ${JSON.stringify(body)}`).toMatchObject({ code: 'not_yours_to_change' })
    await recruit(mia, 'Ben', 'operator', 'payments/billing')
    expect(await memberOf(ada, 'Ben')).toMatchObject({ status: 'active', roles: [{ role: 'operator', scope: 'payments/billing' }] })
  })

  it('is refused where there is none, and a scope where it is no scope', async () => {
    const { person: ada } = await ownedServer()
    expect((await ada.call('POST', '/api/v1/members', { name: 'X', role: 'root' })).body).toMatchObject({ code: 'role_unknown' })
    for (const scope of ['a/b/c', '/', 'a/', '/a', 'a b', '*']) {
      expect((await ada.call('POST', '/api/v1/members', { name: 'X', role: 'operator', scope })).body, scope).toMatchObject({ code: 'scope_invalid' })
    }
    expect((await ada.call('POST', '/api/v1/members', { name: 'X', role: 'owner', scope: 'payments' })).body).toMatchObject({ code: 'scope_invalid' })
  })
})

describe('who owns the installation', () => {
  it('is decided by two owners once there are two: nobody makes a second self, or removes the other, alone', async () => {
    const { person: ada } = await ownedServer()
    const { person: ann, id: anns } = await recruit(ada, 'Ann', 'owner')
    const asked: [string, unknown][] = [['/api/v1/members', { name: 'Mallory', role: 'owner' }], [`/api/v1/members/${anns}/removal`, {}], [`/api/v1/members/${anns}/roles`, { role: 'owner', change: 'remove' }]]
    for (const [path, body] of asked) {
      const { code } = await ada.must('POST', path, body)
      expect((await ada.countersign(String(code))).view, path).toMatchObject({ status: 'waiting', requirement: { approvals: 1, approverRole: 'owner', excludeRequester: true } })
    }
    expect(await memberOf(ada, 'Ann')).toMatchObject({ roles: [{ role: 'owner', scope: '' }], keys: 1 })
    const { code, person } = await ada.must('POST', '/api/v1/members', { name: 'Bea', role: 'owner' })
    await ada.countersign(String(code))
    await ann.countersign(String(code))
    expect(await memberOf(ada, 'Bea')).toMatchObject({ id: person, roles: [{ role: 'owner', scope: '' }] })
  })
})

describe('a person who is removed', () => {
  it('has no session, terminal, grant or pending request that is worth anything, and comes back as somebody new', async () => {
    const { person: ada } = await ownedServer()
    const { person: ben, id } = await recruit(ada, 'Ben', 'operator')
    const terminal = await terminalOf(ben)
    const granted = await countersigned(ben, terminal)
    const waiting = await ask(terminal, runBody({ workspace: 'search/index-prod' }))
    const begun = await ben.begin(waiting.code)
    await change(ada, `/api/v1/members/${id}/removal`, {})

    expect((await ben.call('GET', '/api/v1/session')).status).toBe(401)
    expect((await ben.finish(waiting.code, begun['ceremony'], ben.sign(begun['options']))).status).toBe(401)
    expect((await terminal.call('POST', `/api/v1/runs/${granted.run.id}/apply-start`, granted.start)).status).toBe(401)
    await expect(ben.signIn()).rejects.toThrow(/authenticator_revoked|credential_unknown/)
    expect((await members(ada)).some((one) => one.id === id)).toBe(false)
    expect((await ada.call('POST', `/api/v1/members/${id}/roles`, { role: 'operator', change: 'grant' })).body).toMatchObject({ code: 'member_not_found' })

    const again = await invite(ada, 'Ben', 'operator')
    expect(again.id).not.toBe(id)
  })

  it('is not the last owner', async () => {
    const { person: ada } = await ownedServer()
    const { id } = await memberOf(ada, 'Ada Owner')
    expect((await ada.call('POST', `/api/v1/members/${id}/removal`, {})).body).toMatchObject({ code: 'last_owner' })
    expect((await ada.call('POST', `/api/v1/members/${id}/roles`, { role: 'owner', change: 'remove' })).body).toMatchObject({ code: 'last_owner' })
  })

  it('loses a grant with the role that it was asked with', async () => {
    const { person: ada } = await ownedServer()
    const { person: ben, id } = await recruit(ada, 'Ben', 'operator')
    await change(ada, `/api/v1/members/${id}/roles`, { role: 'auditor', scope: '', change: 'grant' })
    const terminal = await terminalOf(ben)
    const { run, start } = await countersigned(ben, terminal)
    await change(ada, `/api/v1/members/${id}/roles`, { role: 'operator', scope: '', change: 'remove' })
    expect((await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, start)).body).toMatchObject({ code: 'not_permitted' })
  })
})

describe('a newly added key', () => {
  it('counts for what is grave after 48 hours, and can be removed by an earlier one until then and after', async () => {
    const clock = new HandClock()
    const { url, person: ada, terminal } = await ownedServer({ clock })
    const key = createSoftwareAuthenticator()
    expect((await ada.addKey(key, 'second key')).status).toBe(200)
    const second = new SoftwarePerson(url, key)
    await second.signIn()
    const grave = await ask(terminal, runBody())
    const begun = await second.begin(grave.code)
    // the server offers the older key only; whoever sends the new key's answer all the same is refused by name
    const answer = await second.finish(grave.code, begun['ceremony'], key.get({ ...(begun['options'] as { challenge: string; rpId: string }), allowCredentials: [] }, url))
    expect(answer.body).toMatchObject({ code: 'key_on_probation' })
    expect((await second.call('POST', '/api/v1/members', { name: 'Mallory', role: 'owner' })).status).toBe(201)

    clock.time += 48 * hour - 1
    await second.signIn()
    const anew = await terminalOf(second)
    anew.now = () => clock.now()
    expect(await refusal(second, anew)).toBe('key_on_probation')
    clock.time += 1
    const later = await ask(anew, runBody())
    await second.countersign(later.code)
  })
})

async function refusal(person: SoftwarePerson, terminal: Parameters<typeof ask>[0]): Promise<unknown> {
  const run = await ask(terminal, runBody())
  const begun = await person.begin(run.code)
  const answer = await person.finish(run.code, begun['ceremony'], person.key.get({ ...(begun['options'] as { challenge: string; rpId: string }), allowCredentials: [] }, person.url))
  return answer.body['code']
}

describe('a recovery', () => {
  it('waits 48 hours, ends the old keys, and the new one is on probation', async () => {
    const clock = new HandClock()
    const { url, person: ada } = await ownedServer({ clock })
    const { id, person: ben } = await recruit(ada, 'Ben', 'operator')
    expect((await ada.call('POST', `/api/v1/members/${id}/link`, {})).body).toMatchObject({ code: 'member_has_keys' })
    await change(ada, `/api/v1/members/${id}/recovery`, { change: 'start' })
    expect((await ada.call('POST', `/api/v1/members/${id}/recovery`, { change: 'start' })).body).toMatchObject({ code: 'recovery_open' })
    clock.time += 48 * hour - 1000
    await ada.signIn()
    expect((await ada.call('POST', `/api/v1/members/${id}/link`, {})).body).toMatchObject({ code: 'recovery_not_open' })
    clock.time += 1000
    const { link } = await ada.must('POST', `/api/v1/members/${id}/link`, {})
    const anew = new SoftwarePerson(url)
    const code = await anew.join(String(link))
    const { pending } = await memberOf(ada, 'Ben')
    expect((await ada.vouch(pending?.id ?? '', code)).body).toMatchObject({ person: id })
    await anew.signIn()
    await expect(ben.signIn()).rejects.toThrow('authenticator_revoked')
    const terminal = await terminalOf(anew)
    terminal.now = () => clock.now()
    const run = await ask(terminal, runBody())
    expect((await anew.call('POST', `/api/v1/ceremonies/${run.code}/begin`, {})).body).toMatchObject({ code: 'key_on_probation' })
  })

  it('is vetoed by any old key, and a veto after it was used comes too late', async () => {
    const clock = new HandClock()
    const { url, person: ada } = await ownedServer({ clock })
    const { id, person: ben } = await recruit(ada, 'Ben', 'operator', 'payments')
    await change(ada, `/api/v1/members/${id}/recovery`, { change: 'start' })
    await change(ben, `/api/v1/members/${id}/recovery`, { change: 'veto' })
    expect(await memberOf(ada, 'Ben')).toMatchObject({ recovery: null })
    clock.time += 48 * hour
    await Promise.all([ada.signIn(), ben.signIn()])
    expect((await ada.call('POST', `/api/v1/members/${id}/link`, {})).body).toMatchObject({ code: 'member_has_keys' })

    await change(ada, `/api/v1/members/${id}/recovery`, { change: 'start' })
    clock.time += 48 * hour
    await Promise.all([ada.signIn(), ben.signIn()])
    const asked = await ben.must('POST', `/api/v1/members/${id}/recovery`, { change: 'veto' })
    const begun = await ben.begin(String(asked['code']))
    const veto = ben.sign(begun['options'])
    const anew = new SoftwarePerson(url)
    const code = await anew.join(String((await ada.must('POST', `/api/v1/members/${id}/link`, {}))['link']))
    expect((await ada.vouch((await memberOf(ada, 'Ben')).pending?.id ?? '', code)).status).toBe(200)
    expect((await ben.finish(String(asked['code']), begun['ceremony'], veto)).status).toBeGreaterThanOrEqual(400)
    await anew.signIn()
  })

  it('is started by nobody for themself', async () => {
    const { person: ada } = await ownedServer()
    const { id } = await memberOf(ada, 'Ada Owner')
    expect((await ada.call('POST', `/api/v1/members/${id}/recovery`, { change: 'start' })).body).toMatchObject({ code: 'not_yours_to_change' })
  })
})

const needsApproval = (extra = ''): string => `version: 1
rules:
  - name: others approve
    when: { action: run.apply }
    then: countersign
    require: { self-step-up: false, approvals: 2, approver-role: approver, exclude-requester: true${extra} }
`

describe('a second person', () => {
  it('approves within their scope, one person once, never the requester; the grant comes with the last one', async () => {
    const { person: ada } = await ownedServer()
    const approvers = [await recruit(ada, 'Ann', 'approver', 'payments'), await recruit(ada, 'Bob', 'approver', 'payments/billing-prod')]
    const { person: outsider } = await recruit(ada, 'Out', 'approver', 'search')
    const { person: ben } = await recruit(ada, 'Ben', 'operator')
    const { code } = await ada.must('POST', '/api/v1/policy/changes', { yaml: needsApproval() })
    await ada.countersign(String(code))
    const terminal = await terminalOf(ben)
    const body = runBody()
    const run = await ask(terminal, body)
    expect((await ben.call('POST', `/api/v1/ceremonies/${run.code}/begin`, {})).body).toMatchObject({ code: 'wrong_person' })
    expect((await outsider.call('POST', `/api/v1/ceremonies/${run.code}/begin`, {})).status).toBe(403)
    expect((await ada.call('POST', `/api/v1/ceremonies/${run.code}/begin`, {})).body).toMatchObject({ code: 'wrong_person' })
    const [ann, bob] = approvers.map(({ person }) => person)
    await ann?.countersign(run.code)
    expect((await show(terminal, run.id)).grant).toBeNull()
    expect((await ann?.call('POST', `/api/v1/ceremonies/${run.code}/begin`, {}))?.body).toMatchObject({ code: 'wrong_person' })
    const last = await bob?.countersign(run.code)
    expect(last?.view['countersignatures']).toMatchObject([{ name: 'Ann', role: 'approver' }, { name: 'Bob', role: 'approver' }])
    const granted = await show(terminal, run.id)
    await apply(terminal, run.id, { grant: granted.grant?.id ?? '', measured: measuredOf(body) })
  })

  it('who loses the role before the apply no longer counts', async () => {
    const { person: ada } = await ownedServer()
    const { person: ann, id } = await recruit(ada, 'Ann', 'approver')
    const { person: bob } = await recruit(ada, 'Bob', 'approver')
    const { person: ben } = await recruit(ada, 'Ben', 'operator')
    const { code } = await ada.must('POST', '/api/v1/policy/changes', { yaml: needsApproval() })
    await ada.countersign(String(code))
    const terminal = await terminalOf(ben)
    const body = runBody()
    const run = await ask(terminal, body)
    await ann.countersign(run.code)
    await bob.countersign(run.code)
    await change(ada, `/api/v1/members/${id}/roles`, { role: 'auditor', scope: '', change: 'grant' })
    await change(ada, `/api/v1/members/${id}/roles`, { role: 'approver', scope: '', change: 'remove' })
    const granted = await show(terminal, run.id)
    expect((await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, { grant: granted.grant?.id ?? '', measured: measuredOf(body) })).body).toMatchObject({ code: 'countersigner_gone' })
  })

  it('who is the requester under another identity is not a second person', async () => {
    const { person: ada } = await ownedServer()
    const { person: ann, id: anns } = await recruit(ada, 'Ann', 'approver')
    const { person: ben, id: bens } = await recruit(ada, 'Ben', 'operator')
    const { code } = await ada.must('POST', '/api/v1/policy/changes', { yaml: needsApproval() })
    await ada.countersign(String(code))
    await change(ada, `/api/v1/members/${bens}/same`, { same: anns })
    const run = await ask(await terminalOf(ben), runBody())
    expect((await ann.call('POST', `/api/v1/ceremonies/${run.code}/begin`, {})).body).toMatchObject({ code: 'wrong_person' })
    expect(await memberOf(ada, 'Ann')).toMatchObject({ linked: [bens] })
  })
})
