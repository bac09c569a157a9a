import { describe, expect, test } from 'vitest'
import { createSoftwareAuthenticator } from '../../../src/identity/index.ts'
import { openApp, openBrowser, type Answer, type App } from '../app.ts'
import { signIn, url } from '../world.ts'
import { freshTouch, invited, member, password, seedOf, shownBy, step, withOwner } from './people.ts'

async function ready() {
  const at = await withOwner()
  const app = await openApp(at.world)
  const browser = openBrowser(app)
  await browser.signIn(at.owner.device)
  const post = (path: string, body: object = {}) => browser.call({ method: 'POST', path: `/api/v1/${path}`, body })
  return { ...at, app, browser, post }
}

const text = (answer: Answer, member: string): string => String(answer.json()[member])

const calls: [method: 'GET' | 'POST' | 'DELETE', path: string, body?: object][] = [
  ['GET', 'authenticators'], ['POST', 'authenticator-apps/begin', { label: 'x' }], ['POST', 'authenticator-apps/confirm', { ceremony: 'x', codes: ['000000', '000000'] }], ['DELETE', 'authenticator-apps/aut_1'],
  ['POST', 'authenticator-apps/aut_1/voucher/begin', {}], ['POST', 'password/begin', {}], ['POST', 'password', { password: 'x', proof: { ceremony: 'x' } }],
  ['POST', 'recovery-codes/begin', {}], ['POST', 'recovery-codes', { proof: { ceremony: 'x' } }],
]

describe('without being signed in', () => {
  for (const [method, path, body] of calls)
    test(`${method} ${path} refuses a stranger`, async () => {
      const browser = openBrowser(await openApp((await withOwner()).world))
      expect((await browser.call({ method, path: `/api/v1/${path}`, ...(body ? { body } : {}) })).json().code).toBe('session_required')
    })

  test('another page cannot sign this browser in, neither with a password nor with a recovery code, nor enrol it', async () => {
    const { browser } = await ready()
    const headers = { origin: 'https://evil.example' }
    for (const [path, body] of [
      ['session/password', { login: 'ada', password: 'x', code: '000000' }], ['session/recovery', { login: 'ada', code: 'x' }],
      ['invitation/app/begin', { token: 'x', label: 'x' }], ['invitation/app/confirm', { token: 'x', ceremony: 'x', codes: ['000000', '000000'], password: 'x' }],
    ] as const) expect((await browser.call({ method: 'POST', path: `/api/v1/${path}`, body, headers })).json().code).toBe('origin_refused')
  })

  test('a change without our header is refused', async () => {
    const { browser } = await ready()
    for (const [method, path, body] of calls.slice(1))
      expect((await browser.call({ method, path: `/api/v1/${path}`, ...(body ? { body } : {}), headers: { 'x-countersign': '' } })).json().code).toBe('client_header_required')
  })
})

/** The member invites, the person enrols over the link with an app and a password, and the inviter vouches for what they are told. */
async function enrolOverLink(at: Awaited<ReturnType<typeof ready>>, app: App) {
  const { world, owner, identity, post } = at
  const person = await invited(world, owner)
  const { token } = await world.store.write((tx) => identity.invitation.issue(tx, { person: person.id, inviter: { id: owner.person.id, session: owner.session.id } }))
  const bens = openBrowser(app)
  const begun = await bens.call({ method: 'POST', path: '/api/v1/invitation/app/begin', body: { token, label: 'phone' } })
  const seed = seedOf(text(begun, 'address'))
  const first = shownBy(seed, world)
  world.clock.advance(step)
  const body = { token, ceremony: text(begun, 'ceremony'), codes: [first, shownBy(seed, world)], password }
  const confirmed = await bens.call({ method: 'POST', path: '/api/v1/invitation/app/confirm', body })
  const pending = confirmed.json()['pending'] as { id: string; fingerprint: string }
  const vouch = async (fingerprint: string) => {
    const asked = await post(`authenticator-apps/${pending.id}/voucher/begin`, { fingerprint })
    if (asked.statusCode !== 200) return asked
    const { ceremony, voucher } = asked.json()
    return await post(`authenticator-apps/${pending.id}/voucher/finish`, { ceremony, response: owner.device.get(voucher.options, url) })
  }
  return { bens, body, confirmed, pending, person, seed, token, vouch }
}

describe('somebody without a key', () => {
  test('enrols over the link, is vouched for by what they say, signs in with password and code, and out', async () => {
    const at = await ready()
    const { world } = at
    const { bens, body, confirmed, pending, seed, vouch } = await enrolOverLink(at, at.app)
    expect(confirmed.json()).toMatchObject({ name: 'Ben', login: 'ben', pending: { label: 'phone', kind: 'totp', fingerprint: expect.stringMatching(/^.{4}-.{4}-.{4}$/) as string } })
    expect((await bens.call({ method: 'POST', path: '/api/v1/invitation/app/confirm', body })).json().code).toBe('invitation_invalid')
    world.clock.advance(step)
    const signInBen = () => bens.call({ method: 'POST', path: '/api/v1/session/password', body: { login: 'Ben', password, code: shownBy(seed, world) } })
    expect((await signInBen()).json().code).toBe('sign_in_refused')
    expect((await vouch('AAAA-AAAA-AAAA')).json().code).toBe('fingerprint_mismatch')
    expect((await vouch(pending.fingerprint)).json()).toMatchObject({ app: { id: pending.id, kind: 'totp', label: 'phone', lastUsedAt: null, thisSession: false } })
    const answer = await signInBen()
    expect(answer.json()).toMatchObject({ person: { name: 'Ben', roles: ['operator'] } })
    expect(answer.cookies).toMatchObject([{ name: 'countersign_session', httpOnly: true, sameSite: 'Strict', path: '/' }])
    expect((await bens.call({ path: '/api/v1/session' })).json()).toMatchObject({ session: { acr: 'aal2', amr: ['pwd', 'otp'], limitedTo: '' } })
    const listed = (await bens.call({ path: '/api/v1/authenticators' })).json()
    expect(listed).toMatchObject({ authenticators: [], apps: [{ id: pending.id, thisSession: true, lastUsedAt: expect.any(String) as string }], pendingApps: [], login: 'ben', passwordChangedAt: expect.any(String) as string, recoveryCodes: 0 })
    expect(JSON.stringify(listed)).not.toContain('sealed')
    expect((await bens.call({ method: 'DELETE', path: '/api/v1/session' })).statusCode).toBe(204)
  })

  test('changes their password and makes recovery codes with a code of the app', async () => {
    const at = await ready()
    const { world } = at
    const ben = await member(world, at.owner)
    const bens = openBrowser(at.app)
    const call = (path: string, body: object) => bens.call({ method: 'POST', path: `/api/v1/${path}`, body })
    await call('session/password', { login: 'ben', password, code: shownBy(ben.seed, world) })
    world.clock.advance(step)
    const begun = (await call('password/begin', {})).json()
    expect(begun.options).toBeNull()
    expect((await call('password', { password: 'nine herons on the weir', proof: { ceremony: begun.ceremony, code: shownBy(ben.seed, world) } })).statusCode).toBe(204)
    world.clock.advance(step)
    const { ceremony } = (await call('recovery-codes/begin', {})).json()
    const made = (await call('recovery-codes', { proof: { ceremony, code: shownBy(ben.seed, world) } })).json()
    expect(made['codes']).toHaveLength(10)
  })
})

describe('somebody with a key', () => {
  test('adds an app of their own in three calls, and it is listed', async () => {
    const { world, owner, browser, post } = await ready()
    const begun = await post('authenticator-apps/begin', { label: 'phone' })
    const seed = seedOf(text(begun, 'address'))
    expect((begun.json()['picture'] as string[]).every((row) => /^[01]+$/.test(row))).toBe(true)
    const first = shownBy(seed, world)
    world.clock.advance(step)
    const { pending } = (await post('authenticator-apps/confirm', { ceremony: text(begun, 'ceremony'), codes: [first, shownBy(seed, world)] })).json()
    expect((await browser.call({ path: '/api/v1/authenticators' })).json()).toMatchObject({ apps: [], pendingApps: [{ id: pending.id }] })
    const { ceremony, voucher } = (await post(`authenticator-apps/${pending.id}/voucher/begin`)).json()
    await post(`authenticator-apps/${pending.id}/voucher/finish`, { ceremony, response: owner.device.get(voucher.options, url) })
    expect((await browser.call({ path: '/api/v1/authenticators' })).json()).toMatchObject({ authenticators: [{ label: 'first key' }], apps: [{ id: pending.id, label: 'phone' }], pendingApps: [] })
  })

  test('makes recovery codes with a touch, and one of them opens a browser that can add an app and do nothing else', async () => {
    const { app, world, owner, post, identity } = await ready()
    const begun = (await post('recovery-codes/begin')).json()
    const { codes } = (await post('recovery-codes', { proof: { ceremony: begun.ceremony, response: owner.device.get(begun.options, url) } })).json()
    const lost = openBrowser(app)
    const answer = await lost.call({ method: 'POST', path: '/api/v1/session/recovery', body: { login: 'ada', code: codes[0] } })
    expect(answer.json()).toMatchObject({ person: { name: 'Ada' }, limitedTo: 'enrolment' })
    expect((await lost.call({ path: '/api/v1/session' })).json()).toMatchObject({ session: { acr: 'aal1', amr: ['otp'], limitedTo: 'enrolment' } })
    expect((await lost.call({ method: 'POST', path: '/api/v1/authenticator-apps/begin', body: { label: 'new phone' } })).statusCode).toBe(200)
    expect((await lost.call({ path: '/api/v1/authenticators' })).statusCode).toBe(200)
    for (const [method, path, body] of [
      ...calls.slice(4), ['POST', 'authenticators/begin', { label: 'x' }], ['GET', 'sessions'], ['DELETE', 'sessions/ses_1'], ['GET', 'terminals'], ['GET', 'interactions/x'], ['POST', 'interactions/x', { decision: 'allow' }],
    ] as typeof calls) expect((await lost.call({ method, path: `/api/v1/${path}`, ...(body ? { body } : {}) })).json().code, path).toBe('session_limited')
    expect((await lost.call({ method: 'DELETE', path: '/api/v1/session' })).statusCode).toBe(204)
    expect(world.failures).toEqual([])
    expect((await signIn(identity, owner.device)).session.limitedTo).toBe('')
  })

  test('and no key of a stranger stands in for a fresh touch', async () => {
    const { owner, post, world } = await ready()
    const proof = await freshTouch(world, owner, 'password')
    const strange = createSoftwareAuthenticator()
    strange.create({ rp: { id: 'localhost', name: 'x' }, user: { id: 'AAAA', name: 'x', displayName: 'x' }, challenge: 'AAAA', pubKeyCredParams: [{ alg: -7, type: 'public-key' }] }, url)
    const begun = (await post('password/begin')).json()
    const response = strange.get({ ...begun.options, allowCredentials: [] }, url)
    expect((await post('password', { password, proof: { ceremony: begun.ceremony, response } })).json().code).toBe('fresh_proof_required')
    // A proof belongs to the session that began it: this browser has another one.
    expect((await post('password', { password, proof })).json().code).toBe('wrong_person')
  })
})
