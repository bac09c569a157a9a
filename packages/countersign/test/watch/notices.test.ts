/** Notices: told to those who may answer, over every channel, with nothing that could be approved and nothing of a plan's values. */
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { ask, runBody } from '../support/sample-run.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { credentialFor, lock, lockInfo } from '../support/state-wire.ts'
import { change, memberOf, recruit, terminalOf } from '../support/team.ts'
import { createEmail, createNoticeDesk } from '../../src/watch/notices/index.ts'
import { mailServer } from './mail-server.ts'

type Call = { body: string; headers: Record<string, string | string[] | undefined> }

async function receiver(answers: number[] = []) {
  const calls: Call[] = []
  const waiting: { count: number; done: () => void }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
    request.on('end', () => {
      calls.push({ body, headers: request.headers })
      response.statusCode = answers.shift() ?? 200
      response.end()
      for (const one of waiting) if (calls.length >= one.count) one.done()
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  onTestFinished(() => new Promise<void>((done) => void server.close(() => done())))
  const { port } = server.address() as AddressInfo
  return { url: new URL(`http://127.0.0.1:${port}/hook`), calls, arrived: (count: number) => new Promise<void>((done) => (calls.length >= count ? done() : waiting.push({ count, done }))) }
}

const secret = 'a secret of the webhook with enough characters'

async function told() {
  const clock = new HandClock()
  const mail = await mailServer()
  const [webhook, slack] = [await receiver(), await receiver()]
  const owned = await ownedServer({ clock, notices: { smtp: new URL(mail.url), mailFrom: 'countersign@example.com', webhook: webhook.url, webhookSecret: secret, slack: slack.url } })
  return { ...owned, clock, mail, webhook, slack, ada: owned.person }
}

describe('a countersignature that is waited for', () => {
  it('is told to those who may give it, with code, sentence and link, and no value of the plan', async () => {
    const { ada, terminal, mail, webhook, slack, url, clock } = await told()
    const { id: adas } = await memberOf(ada, 'Ada Owner')
    await ada.must('POST', `/api/v1/members/${adas}/profile`, { login: 'ada', email: 'ada@example.com' })
    const { id: anns } = await recruit(ada, 'Ann <!channel> & co', 'approver', 'payments')
    await ada.must('POST', `/api/v1/members/${anns}/profile`, { login: 'ann', email: 'ann@example.com' })
    const { id: zoes } = await recruit(ada, 'Zoe', 'approver', 'search')
    await ada.must('POST', `/api/v1/members/${zoes}/profile`, { login: 'zoe', email: 'zoe@example.com' })
    const yaml = 'version: 1\nrules:\n  - name: another approves\n    when: { action: run.apply }\n    then: countersign\n    require: { approvals: 1, approver-role: approver, exclude-requester: true }\n'
    const { code } = await ada.must('POST', '/api/v1/policy/changes', { yaml })
    await ada.countersign(String(code))
    mail.mails.length = 0
    const before = [webhook.calls.length, slack.calls.length] as const
    const run = await ask(terminal, runBody())
    await Promise.all([mail.arrived(2), webhook.arrived(before[0] + 1), slack.arrived(before[1] + 1)])

    expect(mail.mails.flatMap(({ to }) => to).sort()).toEqual(['ada@example.com', 'ann@example.com'])
    for (const { text } of mail.mails) {
      expect(text).toContain(run.code)
      expect(text).toContain(`${url}/c/${run.code}`)
      expect(text).toMatch(/Ada Owner asks to change payments\/billing-prod \(prod\): 1 to destroy; risk\s+critical\./u)
      expect(text).not.toContain('terraform_data')
    }
    const call = webhook.calls.at(-1)
    expect(JSON.parse(call?.body ?? '{}')).toMatchObject({ v: 1, type: 'countersignature-waiting', code: run.code, link: `${url}/c/${run.code}` })
    const t = Math.floor(clock.now() / 1000)
    expect(call?.headers['countersign-signature']).toBe(`t=${t},v1=${createHmac('sha256', secret).update(`${t}.${call?.body}`).digest('hex')}`)
    expect(slack.calls.at(-1)?.body).toContain(run.code)
    expect(slack.calls.every(({ body }) => !body.includes('<!channel>'))).toBe(true)
    expect(slack.calls.some(({ body }) => body.includes('&lt;!channel&gt; &amp; co'))).toBe(true)
  })

  it('is told for a lock that unmodified terraform waits for, while it waits', async () => {
    const { ada, terminal, webhook, slack, url } = await told()
    const credential = await credentialFor(ada, terminal, 'payments/billing-prod')
    const before = [webhook.calls.length, slack.calls.length] as const
    const asked = lock(credential, lockInfo())
    await Promise.all([webhook.arrived(before[0] + 1), slack.arrived(before[1] + 1)])
    const notice = JSON.parse(webhook.calls.at(-1)?.body ?? '{}') as { code: string; text: string }
    expect(notice).toMatchObject({ type: 'countersignature-waiting', link: `${url}/c/${notice.code}` })
    expect(slack.calls.at(-1)?.body).toContain(notice.code)
    expect(webhook.calls.at(-1)?.body).not.toContain(credential.password)
    await ada.countersign(notice.code)
    // The very request that was held goes on: terraform has its lock.
    expect(await asked).toMatchObject({ status: 200 })
  })

  it('is told although the mail server slept, and is not told when nobody wants it any more', async () => {
    const { ada, terminal, mail, clock, server } = await told()
    const { id } = await memberOf(ada, 'Ada Owner')
    await ada.must('POST', `/api/v1/members/${id}/profile`, { login: 'ada', email: 'ada@example.com' })
    await server.parts.notices.deliver()
    mail.mails.length = 0
    mail.refuse(1)
    await ask(terminal, runBody())
    await server.parts.notices.deliver()
    expect(mail.mails).toHaveLength(0)
    clock.time += 5000
    expect(await server.parts.notices.deliver()).toBe(1)
    expect(mail.mails).toHaveLength(1)
    expect(await server.parts.notices.deliver()).toBe(0)

    mail.refuse(1)
    await ask(terminal, runBody())
    await server.parts.notices.deliver()
    clock.time += 16 * 60_000
    expect(await server.parts.notices.deliver()).toBe(0)
    expect(mail.mails).toHaveLength(1)
  })

  it('is sent by one server, where two share a database', async () => {
    const { ada, terminal, mail, server, clock, url } = await told()
    const { id } = await memberOf(ada, 'Ada Owner')
    await ada.must('POST', `/api/v1/members/${id}/profile`, { login: 'ada', email: 'ada@example.com' })
    await server.parts.notices.deliver()
    mail.mails.length = 0
    mail.refuse(1)
    await ask(terminal, runBody())
    await server.parts.notices.deliver()
    clock.time += 5000
    const { store, random } = server.parts.base
    const channels = [await createEmail({ url: new URL(mail.url), from: 'countersign@example.com' })]
    const desk = () => createNoticeDesk({ store, random, clock, origin: url, channels, people: () => server.parts.identity.people, profiles: () => server.parts.identity.profiles, failed: () => undefined })
    const sent = await Promise.all([desk().deliver(), desk().deliver(), desk().deliver()])
    expect(sent.reduce((sum, one) => sum + one, 0)).toBe(1)
    expect(mail.mails).toHaveLength(1)
  })
})

describe('a person', () => {
  it('is told about themself on their own page and by mail, and nobody else is', async () => {
    const { ada, mail, url, server } = await told()
    const { id, person: ben } = await recruit(ada, 'Ben', 'operator')
    await ada.must('POST', `/api/v1/members/${id}/profile`, { login: 'ben', email: 'ben@example.com' })
    await server.parts.notices.deliver()
    mail.mails.length = 0
    await change(ada, `/api/v1/members/${id}/recovery`, { change: 'start' })
    await mail.arrived(1)
    expect(mail.mails[0]).toMatchObject({ to: ['ben@example.com'] })
    expect(mail.mails[0]?.text).toContain('veto')
    const { notices } = (await ben.must('GET', '/api/v1/notices')) as { notices: { kind: string }[] }
    expect(notices.map(({ kind }) => kind)).toContain('recovery-started')
    expect(JSON.stringify(await ada.must('GET', '/api/v1/notices'))).not.toContain('recovery-started')
    expect((await new SoftwarePerson(url).call('GET', '/api/v1/notices')).status).toBe(401)
  })

  it('is told when a key is added and when one is removed', async () => {
    const { ada } = await told()
    await ada.addKey(createSoftwareAuthenticator(), 'in the safe')
    const keys = (await ada.must('GET', '/api/v1/authenticators'))['authenticators'] as { id: string; label: string }[]
    const { code } = await ada.must('POST', `/api/v1/authenticators/${keys.find(({ label }) => label === 'in the safe')?.id}/revocation`, { reason: 'removed' })
    await ada.countersign(String(code))
    const { notices } = (await ada.must('GET', '/api/v1/notices')) as { notices: { kind: string; text: string }[] }
    expect(notices.map(({ kind }) => kind)).toEqual(['authenticator-removed', 'authenticator-added'])
    expect(notices[1]?.text).toContain('in the safe')
  })

  it('cannot be told by a mail that grows headers', async () => {
    const { ada } = await told()
    const { id } = await memberOf(ada, 'Ada Owner')
    for (const email of ['a@example.com\r\nBcc: x@evil.example', 'a@example.com, b@evil.example', '<a@example.com>', 'a b@example.com']) {
      expect((await ada.call('POST', `/api/v1/members/${id}/profile`, { login: 'ada', email })).status, email).toBe(400)
    }
    expect((await terminalOf(ada)).token).toMatch(/^cs_at_/u)
  })
})
