/** Countersigning with a code of an authenticator app: the server's word, where the policy takes it, once for each step. */
import { describe, expect, it } from 'vitest'
import { verifyEvidence } from '@countersign/proof'
import type { TrustFile } from '@countersign/proof'
import { Secret, TOTP } from 'otpauth'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import { apply, ask, measuredOf, runBody, show } from '../support/sample-run.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { change, invite, memberOf, recruit, terminalOf } from '../support/team.ts'

const step = 30_000
const policy = `version: 1
environments:
  - name: dev
    workspaces: ["*/dev"]
rules:
  - name: a code is enough in dev
    when: { action: run.apply, environment: dev }
    then: countersign
    require: { phishing-resistant: false }
  - name: a key elsewhere
    when: { action: run.apply }
    then: countersign
`
const password = 'a long password that nobody guesses'

class Coded {
  readonly person: SoftwarePerson
  readonly seed: string
  readonly clock: HandClock
  constructor(person: SoftwarePerson, seed: string, clock: HandClock) {
    this.person = person
    this.seed = seed
    this.clock = clock
  }
  code(ahead = 0): string {
    return new TOTP({ secret: Secret.fromBase32(this.seed) }).generate({ timestamp: this.clock.now() + ahead * step })
  }
  async signIn(): Promise<void> {
    this.clock.time += step
    await this.person.must('POST', '/api/v1/session/password', { login: 'ben', password, code: this.code() })
    this.clock.time += step
  }
  async answer(code: string, totp: string) {
    const begun = await this.person.begin(code)
    return this.person.call('POST', `/api/v1/ceremonies/${code}/finish`, { ceremony: begun['ceremony'], totp })
  }
}

/** Ben has a password and an authenticator app, and no key. */
async function withCodes() {
  const clock = new HandClock()
  const owned = await ownedServer({ clock })
  const { person: ada, url } = owned
  const asked = await ada.must('POST', '/api/v1/policy/changes', { yaml: policy })
  await ada.countersign(String(asked['code']))
  const { id, link } = await invite(ada, 'Ben', 'operator')
  await ada.must('POST', `/api/v1/members/${id}/profile`, { login: 'ben', email: '' })
  const person = new SoftwarePerson(url)
  const token = new URL(link).hash.slice(1)
  const shown = await person.must('POST', '/api/v1/invitation/app/begin', { token, label: 'phone' })
  const ben = new Coded(person, String(shown['secret']).replaceAll(' ', ''), clock)
  const confirmed = await person.must('POST', '/api/v1/invitation/app/confirm', { token, ceremony: shown['ceremony'], codes: [ben.code(-1), ben.code()], password })
  const pending = confirmed['pending'] as { id: string; fingerprint: string }
  const begun = await ada.must('POST', `/api/v1/authenticator-apps/${pending.id}/voucher/begin`, { fingerprint: pending.fingerprint })
  await ada.must('POST', `/api/v1/authenticator-apps/${pending.id}/voucher/finish`, { ceremony: begun['ceremony'], response: ada.sign((begun['voucher'] as { options: unknown }).options) })
  await ben.signIn()
  const terminal = await terminalOf(person)
  terminal.now = () => clock.now()
  return { ...owned, clock, ada, ben, id, pending, terminal }
}

const harmless = () => runBody({ workspace: 'payments/dev', actions: ['update'] })

async function risks(terminal: RawTerminal): Promise<string> {
  return (await ask(terminal, harmless())).risk.level
}

describe('a code', () => {
  it('countersigns where the policy takes it, and the evidence says whose word it is', async () => {
    const { ada, ben, terminal } = await withCodes()
    expect(['none', 'low', 'medium']).toContain(await risks(terminal))
    const body = harmless()
    const run = await ask(terminal, body)
    const answered = await ben.answer(run.code, ben.code())
    expect(answered).toMatchObject({ status: 200, body: { countersignatures: [{ name: 'Ben', role: 'self', label: 'phone' }] } })
    const granted = await show(terminal, run.id)
    await apply(terminal, run.id, { grant: granted.grant?.id ?? '', measured: measuredOf(body) })
    const bundle = await terminal.must('GET', `/api/v1/runs/${run.id}/evidence`)
    const trust = (await ada.must('GET', '/api/v1/trust')) as TrustFile
    const verdict = await verifyEvidence(JSON.stringify(bundle), trust)
    // The owner's software key vouched for the app, so this is a demonstration's; what is claimed of the signature is what matters.
    expect(verdict).toMatchObject({ verdict: 'DEMONSTRATION', consent: { who: [{ person: { name: 'Ben' } }] } })
    expect(JSON.stringify(verdict)).toContain('server\'s word')
  })

  it('counts once: not the same again, not the one before, not with a space, not in other digits', async () => {
    const { clock, ben, terminal } = await withCodes()
    const [first, second] = [await ask(terminal, harmless()), await ask(terminal, harmless())]
    const [before, used] = [ben.code(-1), ben.code()]
    expect((await ben.answer(first.code, used)).status).toBe(200)
    const again = async (code: string) => (await ben.answer(second.code, code)).body['code']
    expect(await again(used)).toBe('code_used')
    expect(await again(before)).toBe('code_used')
    expect(await again(`${used.slice(0, 3)} ${used.slice(3)}`)).toBe('code_malformed')
    expect(await again(` ${used}`)).toBe('code_malformed')
    expect(await again(`${used}\u00a0`)).toBe('code_malformed')
    expect(await again(used.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))))).toBe('code_malformed')
    clock.time -= 3600_000
    await ben.person.call('POST', '/api/v1/session/password', { login: 'ben', password, code: ben.code() }).then(({ body }) => expect(body).toMatchObject({ code: 'sign_in_refused' }))
  })

  it('is not enough where the policy wants a key, or for high risk', async () => {
    const { ben, terminal } = await withCodes()
    const key = await ask(terminal, runBody({ workspace: 'payments/billing-prod', actions: ['update'] }))
    expect((await ben.answer(key.code, ben.code())).body).toMatchObject({ code: 'key_required' })
    const grave = await ask(terminal, runBody({ workspace: 'payments/dev', actions: ['delete'] }))
    expect(['high', 'critical']).toContain(grave.risk.level)
    expect((await ben.answer(grave.code, ben.code())).body).toMatchObject({ code: 'key_required' })
  })

  it('of somebody else does not count, and guessing stops for this person and for nobody\'s key', async () => {
    const { clock, ada, ben, terminal, url } = await withCodes()
    const { person: zoe } = await recruit(ada, 'Zoe', 'operator')
    const zoes = await terminalOf(zoe)
    zoes.now = () => clock.now()
    const run = await ask(zoes, harmless())
    const begun = await zoe.begin(run.code)
    expect((await zoe.call('POST', `/api/v1/ceremonies/${run.code}/finish`, { ceremony: begun['ceremony'], totp: ben.code() })).body).toMatchObject({ code: 'no_code_authenticator' })
    await zoe.countersign(run.code)

    const own = await ask(terminal, harmless())
    const codes = new Set<unknown>()
    for (let guess = 0; guess < 12; guess++) codes.add((await ben.answer(own.code, '000000')).body['code'])
    expect(codes).toContain('too_many_attempts')
    expect((await ben.answer(own.code, ben.code())).body).toMatchObject({ code: 'too_many_attempts' })
    await zoe.signIn()
    expect(url).toBe(ben.person.url)
  })

  it('given ten at once is used once', async () => {
    const { ben, terminal } = await withCodes()
    const runs = []
    for (let n = 0; n < 4; n++) runs.push(await ask(terminal, harmless()))
    const begun = await Promise.all(runs.map((run) => ben.person.begin(run.code)))
    const code = ben.code()
    const answers = await Promise.all(runs.map((run, at) => ben.person.call('POST', `/api/v1/ceremonies/${run.code}/finish`, { ceremony: begun[at]?.['ceremony'], totp: code })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('of an app that was removed no longer counts, nor what was signed with it', async () => {
    const { ada, ben, terminal, id, pending } = await withCodes()
    const body = harmless()
    const run = await ask(terminal, body)
    expect((await ben.answer(run.code, ben.code())).status).toBe(200)
    const granted = await show(terminal, run.id)
    expect(await memberOf(ada, 'Ben')).toMatchObject({ id, status: 'active' })
    expect((await ben.person.call('POST', `/api/v1/authenticators/${pending.id}/revocation`, { reason: 'lost' })).body).toMatchObject({ code: 'last_authenticator' })
    await change(ada, `/api/v1/members/${id}/removal`, {})
    expect((await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, { grant: granted.grant?.id ?? '', measured: measuredOf(body) })).status).toBe(401)
  })
})
