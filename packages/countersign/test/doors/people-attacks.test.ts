/** What people try with a role, a session or a second identity that they really have. */
import { Secret, TOTP } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { ask, measuredOf, runBody, show } from '../support/sample-run.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { change, invite, memberOf, recruit, terminalOf } from '../support/team.ts'

const approvedByTwo = `version: 1
rules:
  - name: others approve
    when: { action: run.apply }
    then: countersign
    require: { self-step-up: false, approvals: 2, approver-role: approver, exclude-requester: true }
`

type Entry = { leaf: string; salt: string; details: string | null }

async function entriesFor(reader: { must(method: string, path: string): Promise<Record<string, unknown>> }): Promise<Entry[]> {
  return (await reader.must('GET', '/api/v1/ledger/entries?from=0&limit=100'))['entries'] as Entry[]
}

describe('somebody with a role over one project', () => {
  it('reads in the ledger that something happened, and nothing of what happened elsewhere', async () => {
    const { person: ada, terminal } = await ownedServer()
    const { person: ben } = await recruit(ada, 'Ben', 'auditor', 'payments')
    const { person: eve } = await recruit(ada, 'Eve', 'auditor')
    await ask(terminal, runBody({ workspace: 'search/index-prod' }))
    for (const reader of [ben, await terminalOf(ben)]) {
      const seen = await entriesFor(reader)
      expect(seen.length).toBeGreaterThan(0)
      expect(seen.every(({ salt, details }) => salt === '' && details === null)).toBe(true)
      expect(JSON.stringify(seen)).not.toContain('search/index-prod')
    }
    expect(JSON.stringify(await entriesFor(eve))).toContain('search/index-prod')
  })

  it('removes a key of their own that was stolen', async () => {
    const { url, person: ada } = await ownedServer()
    const { person: ben } = await recruit(ada, 'Ben', 'operator', 'payments/billing-prod')
    const stolen = createSoftwareAuthenticator()
    expect((await ben.addKey(stolen, 'stolen')).status).toBe(200)
    const { authenticators } = (await ben.must('GET', '/api/v1/authenticators')) as { authenticators: { id: string; label: string }[] }
    const id = authenticators.find(({ label }) => label === 'stolen')?.id ?? ''
    const asked = await ben.must('POST', `/api/v1/authenticators/${id}/revocation`, { reason: 'lost' })
    await ben.countersign(String(asked['code']))
    await expect(new SoftwarePerson(url, stolen).signIn()).rejects.toThrow('authenticator_revoked')
  })
})

describe('two identities', () => {
  it.each([['two approvers', 0], ['the requester and an approver', 1]])('that turn out to be one person before the apply are one: %s', async (_, which) => {
    const { person: ada } = await ownedServer()
    const { person: ann, id: anns } = await recruit(ada, 'Ann', 'approver')
    const { person: bob, id: bobs } = await recruit(ada, 'Bob', 'approver')
    const { person: ben, id: bens } = await recruit(ada, 'Ben', 'operator')
    const { code } = await ada.must('POST', '/api/v1/policy/changes', { yaml: approvedByTwo })
    await ada.countersign(String(code))
    const terminal = await terminalOf(ben)
    const body = runBody()
    const run = await ask(terminal, body)
    await ann.countersign(run.code)
    await bob.countersign(run.code)
    await change(ada, `/api/v1/members/${anns}/same`, { same: [bobs, bens][which] })
    const granted = await show(terminal, run.id)
    const start = { grant: granted.grant?.id ?? '', measured: measuredOf(body) }
    expect((await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, start)).body).toMatchObject({ code: 'countersigner_gone' })
  })
})

describe('an owner who cannot sign', () => {
  it('is not the second of two owners who have to: an invitation that is never taken up blocks nothing', async () => {
    const { person: ada } = await ownedServer()
    const { id } = await invite(ada, 'Ann', 'owner')
    await change(ada, `/api/v1/members/${id}/removal`, {})
    await expect(memberOf(ada, 'Ann')).rejects.toThrow('no member')
  })

  it('counts as soon as they have a key', async () => {
    const { person: ada } = await ownedServer()
    const { id } = await recruit(ada, 'Ann', 'owner')
    const { code } = await ada.must('POST', `/api/v1/members/${id}/removal`, {})
    expect((await ada.countersign(String(code))).view).toMatchObject({ status: 'waiting' })
  })
})

describe('a key that somebody vouched for', () => {
  it('is told to whose it is said to be', async () => {
    const { person: ada } = await ownedServer()
    const { person: ben } = await recruit(ada, 'Ben', 'operator', 'payments')
    const { notices } = (await ben.must('GET', '/api/v1/notices')) as { notices: { kind: string }[] }
    expect(notices.map(({ kind }) => kind)).toContain('authenticator-added')
  })
})

describe('a sign-in name and an address for notices', () => {
  it('are not changed in silence', async () => {
    const { person: ada } = await ownedServer()
    const { person: ben, id } = await recruit(ada, 'Ben', 'operator')
    const kinds = async () => ((await ben.must('GET', '/api/v1/notices'))['notices'] as { kind: string }[]).map(({ kind }) => kind)
    await ada.must('POST', `/api/v1/members/${id}/profile`, { login: 'ben', email: 'ben@example.com' })
    expect(await kinds()).not.toContain('profile-changed')
    await ada.must('POST', `/api/v1/members/${id}/profile`, { login: 'ben', email: 'thief@example.com' })
    expect(await kinds()).toContain('profile-changed')
    expect((await entriesFor(ada)).some(({ leaf }) => leaf.includes('member.profile-set'))).toBe(true)
  })

  it('are not a manager\'s to change where the person is somebody elsewhere under another id', async () => {
    const { person: ada } = await ownedServer()
    const { id: adas } = await memberOf(ada, 'Ada Owner')
    const { person: mia } = await recruit(ada, 'Mia', 'manager', 'payments')
    const { id } = await invite(ada, 'Ada again', 'operator', 'payments')
    await mia.must('POST', `/api/v1/members/${id}/profile`, { login: 'again', email: '' })
    await change(ada, `/api/v1/members/${id}/same`, { same: adas })
    for (const [path, body] of [['profile', { login: 'again', email: 'thief@example.com' }], ['link', {}]] as const) {
      expect((await mia.call('POST', `/api/v1/members/${id}/${path}`, body)).body, path).toMatchObject({ code: 'not_yours_to_change' })
    }
  })
})

describe('an authenticator app that a thief of a link enrolled', () => {
  it('waits no longer once the person has enrolled over a new one', async () => {
    const clock = new HandClock()
    const { url, person: ada } = await ownedServer({ clock })
    const { id, link } = await invite(ada, 'Ben', 'operator')
    const enrol = async (over: string): Promise<string> => {
      const person = new SoftwarePerson(url)
      const token = new URL(over).hash.slice(1)
      const shown = await person.must('POST', '/api/v1/invitation/app/begin', { token, label: 'phone' })
      const code = (ahead: number) => new TOTP({ secret: Secret.fromBase32(String(shown['secret']).replaceAll(' ', '')) }).generate({ timestamp: clock.now() + ahead * 30_000 })
      const confirmed = await person.must('POST', '/api/v1/invitation/app/confirm', { token, ceremony: shown['ceremony'], codes: [code(-1), code(0)], password: 'a long password that nobody guesses', login: 'ben' })
      return (confirmed['pending'] as { id: string }).id
    }
    const thiefs = await enrol(link)
    clock.time += 90_000
    const bens = await enrol(String((await ada.must('POST', `/api/v1/members/${id}/link`, {}))['link']))
    expect(await memberOf(ada, 'Ben')).toMatchObject({ pendingApp: { id: bens } })
    expect((await ada.call('POST', `/api/v1/authenticator-apps/${thiefs}/voucher/begin`, { fingerprint: 'AAAA-AAAA-AAAA' })).body).toMatchObject({ code: 'pending_not_found' })
  })
})
