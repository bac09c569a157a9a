import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { ask, runBody } from '../support/sample-run.ts'
import { HandClock } from '../support/scratch-server.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { callApi, oauthError, openProgram, ownedProvider, type Program, type Provider } from './relying-party.ts'

async function begun(options: { clock?: HandClock } = {}) {
  const provider = await ownedProvider({ programs: { deviceGrant: true }, ...options })
  const program = await openProgram(provider)
  const started = await start(provider, program)
  return { provider, program, started, poll: async (by = program) => await poll(provider, started, by) }
}

const start = async (provider: Provider, program: Program, more: Record<string, string> = {}) =>
  await client.initiateDeviceAuthorization(provider.config, { scope: 'openid countersign', dpop_jkt: program.thumbprint, login_hint: 'ada@server-7', ...more })

/** One poll without the wait before it. */
const poll = async (provider: Provider, started: client.DeviceAuthorizationResponse, program: Program) =>
  await client.genericGrantRequest(provider.config, 'urn:ietf:params:oauth:grant-type:device_code', { device_code: started.device_code }, { DPoP: program.DPoP })

const answer = async (person: SoftwarePerson, code: string, decision: 'allow' | 'deny' = 'allow') => await person.call('POST', '/api/v1/devices/answer', { code, decision })

describe('the device grant', () => {
  test('is off unless a setting switches it on: no endpoint, no metadata, no page that answers', async () => {
    const provider = await ownedProvider()
    expect(provider.config.serverMetadata().device_authorization_endpoint).toBeUndefined()
    expect(provider.config.serverMetadata()['grant_types_supported']).not.toContain('urn:ietf:params:oauth:grant-type:device_code')
    const form = new URLSearchParams({ client_id: 'countersign-cli', dpop_jkt: 'A'.repeat(43) })
    expect((await fetch(`${provider.url}/oidc/device/auth`, { method: 'POST', body: form })).status).toBe(404)
    for (const path of ['lookup', 'answer']) {
      expect((await provider.person.call('POST', `/api/v1/devices/${path}`, { code: 'BCDF-GHJK', decision: 'allow' })).body['code']).toBe('device_off')
    }
  })

  test('signs a terminal in with its own key, once a signed-in person has typed the code', async () => {
    const { provider, program, started, poll: fetchTokens } = await begun()
    expect(started).toMatchObject({ verification_uri: `${provider.url}/device`, interval: 5, expires_in: 600 })
    expect(started.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
    expect(await oauthError(fetchTokens())).toBe('authorization_pending')
    const shown = await provider.person.must('POST', '/api/v1/devices/lookup', { code: started.user_code.toLowerCase().replace('-', ' ') })
    expect(shown).toMatchObject({ client: 'Countersign CLI', claim: 'ada@server-7', address: '127.0.0.1', thumbprint: program.thumbprint })
    expect(Math.abs(Date.parse(String(shown['startedAt'])) - Date.now())).toBeLessThan(60_000)
    expect((await answer(provider.person, started.user_code)).status).toBe(204)
    const tokens = await fetchTokens()
    const me = await callApi(provider, program, tokens.access_token)
    expect(me.body).toMatchObject({ person: { name: 'Ada Owner' }, token: { thumbprint: program.thumbprint, acr: 'phr' } })
    expect((await client.refreshTokenGrant(provider.config, tokens.refresh_token ?? '', {}, { DPoP: program.DPoP })).access_token).toMatch(/^cs_at_/)
  })

  test('works as openid-client polls it, interval and all', async () => {
    const { provider, program, started } = await begun()
    await answer(provider.person, started.user_code)
    const tokens = await client.pollDeviceAuthorizationGrant(provider.config, { ...started, interval: 0 }, {}, { DPoP: program.DPoP })
    expect(tokens.access_token).toMatch(/^cs_at_[\w-]{43}$/)
  })

  test('a link alone does nothing: there is none that carries the code, and nothing answers to one', async () => {
    const { provider, started, poll: fetchTokens } = await begun()
    expect(started.verification_uri_complete).toBeUndefined()
    const code = encodeURIComponent(started.user_code)
    for (const path of [`/device?user_code=${code}`, `/oidc/device?user_code=${code}`, `/oidc/device`, `/oidc/DEVICE?user_code=${code}`, `/api/v1/devices/answer?code=${code}&decision=allow`, `/api/v1/devices/lookup?code=${code}`]) {
      for (const method of ['GET', 'POST']) await provider.person.call(method, path)
    }
    const form = new URLSearchParams({ user_code: started.user_code, confirm: 'yes' })
    expect((await fetch(`${provider.url}/oidc/device`, { method: 'POST', body: form })).status).toBe(404)
    expect(await oauthError(fetchTokens())).toMatch(/authorization_pending|slow_down/)
  })

  test('is answered by nobody without a session, and by no page of another origin', async () => {
    const { provider, started, poll: fetchTokens } = await begun()
    const stranger = new SoftwarePerson(provider.url)
    expect((await answer(stranger, started.user_code)).body['code']).toBe('session_required')
    for (const headers of [{ origin: 'http://evil.example', 'x-countersign': '1' }, { origin: provider.url }]) {
      const forged = await fetch(`${provider.url}/api/v1/devices/answer`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ code: started.user_code, decision: 'allow' }) })
      expect([401, 403]).toContain(forged.status)
    }
    expect(await oauthError(fetchTokens())).toMatch(/authorization_pending|slow_down/)
  })

  test('is answered by no terminal: whoever holds a token cannot let others in', async () => {
    const { provider, started } = await begun()
    const terminal = await signInTerminal(provider.url, (link) => provider.person.allowTerminal(link))
    expect((await terminal.call('POST', '/api/v1/devices/answer', { code: started.user_code, decision: 'allow' })).body['code']).toMatch(/session_required|origin_refused/)
  })

  test('takes a sign-in of the last ten minutes, with a key: an older or weaker one is told what would do', async () => {
    const clock = new HandClock()
    const { provider, started } = await begun({ clock })
    clock.time += 9 * 60_000
    await provider.person.call('GET', '/api/v1/session')
    clock.time += 61_000
    const again = await start(provider, await openProgram(provider))
    const stale = await answer(provider.person, again.user_code)
    expect([stale.status, stale.body['code']]).toEqual([401, 'sign_in_too_old'])
    expect(stale.headers.get('www-authenticate')).toMatch(/insufficient_user_authentication.*acr_values="phr", max_age="600"/)
    await provider.person.signIn()
    await provider.server.parts.base.store.write((tx) => tx.updateTable('session').set({ amr: 'pwd otp' }).execute())
    expect((await provider.person.call('POST', '/api/v1/devices/lookup', { code: again.user_code })).body['code']).toBe('sign_in_too_weak')
    await provider.person.signIn()
    expect((await answer(provider.person, again.user_code)).status).toBe(204)
    expect((await answer(provider.person, started.user_code)).body['code']).toBe('device_unknown')
  })

  test('gives the token to the key that began, and to no other: a stolen device code is worth nothing', async () => {
    const { provider, started, poll: fetchTokens } = await begun()
    await answer(provider.person, started.user_code)
    expect(await oauthError(fetchTokens(await openProgram(provider)))).toBe('invalid_grant')
    const bare = await fetch(`${provider.url}/oidc/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: started.device_code, client_id: 'countersign-cli' }) })
    expect(bare.status).toBe(400)
  })

  test('begins only for a named key, and only for the program that has the grant', async () => {
    const { provider, program } = await begun()
    for (const more of [{ dpop_jkt: '' }, { dpop_jkt: 'short' }]) expect(await oauthError(start(provider, program, more))).toBe('invalid_request')
    const terraform = await provider.discover('terraform')
    expect(await oauthError(client.initiateDeviceAuthorization(terraform, { scope: 'plan', dpop_jkt: program.thumbprint }))).toBe('invalid_request')
  })

  test('is answered once: the second answer, the second fetch and a denied code give nothing', async () => {
    const { provider, program, started, poll: fetchTokens } = await begun()
    const both = await Promise.all([answer(provider.person, started.user_code), answer(provider.person, started.user_code, 'deny')])
    expect(both.map(({ status }) => status).filter((status) => status === 204)).toHaveLength(1)
    if (both[0]?.status === 204) {
      const tokens = await fetchTokens()
      expect(await oauthError(fetchTokens())).toBe('invalid_grant')
      expect((await callApi(provider, program, tokens.access_token)).code).toBe('token_invalid')
    }
    const denied = await start(provider, program)
    expect((await answer(provider.person, denied.user_code, 'deny')).status).toBe(204)
    expect(await oauthError(poll(provider, denied, program))).toBe('access_denied')
  })

  test('expires after ten minutes, for the page and for the terminal', async () => {
    const clock = new HandClock()
    const { provider, started, poll: fetchTokens } = await begun({ clock })
    clock.time += 10 * 60_000
    await provider.person.signIn()
    expect((await answer(provider.person, started.user_code)).body['code']).toBe('device_unknown')
    expect(await oauthError(fetchTokens())).toBe('expired_token')
  })

  test('who asks too often is told to slow down', async () => {
    const clock = new HandClock()
    const { poll: fetchTokens } = await begun({ clock })
    expect(await oauthError(fetchTokens())).toBe('authorization_pending')
    clock.time += 1_000
    expect(await oauthError(fetchTokens())).toBe('slow_down')
    clock.time += 5_000
    expect(await oauthError(fetchTokens())).toBe('authorization_pending')
  })

  test('codes cannot be guessed: ten misses, and then not even the right one is looked at', async () => {
    const clock = new HandClock()
    const { provider, started } = await begun({ clock })
    for (let miss = 0; miss < 10; miss++) expect((await answer(provider.person, 'BBBB-BBBB')).body['code']).toBe('device_unknown')
    const refused = await answer(provider.person, started.user_code)
    expect([refused.status, refused.body['code']]).toEqual([429, 'device_attempts'])
  })

  test('leaves no code in the database', async () => {
    const { provider, started, poll: fetchTokens } = await begun()
    await oauthError(fetchTokens())
    const rows = JSON.stringify(await provider.server.parts.base.store.read((db) => db.selectFrom('oidc_record').selectAll().execute()))
    for (const secret of [started.user_code, started.user_code.replace('-', ''), started.device_code]) expect(rows).not.toContain(secret)
  })

  test('never satisfies a step-up: what waits goes on waiting, and the terminal answers nothing', async () => {
    const { provider, program, started, poll: fetchTokens } = await begun()
    const terminal = await signInTerminal(provider.url, (link) => provider.person.allowTerminal(link))
    const run = await ask(terminal, runBody())
    await answer(provider.person, started.user_code)
    const tokens = await fetchTokens()
    const by = async (method: string, path: string) => (await callApi(provider, program, tokens.access_token, path, method)).code
    expect(await by('GET', '/api/v1/ceremonies')).toBe('wrong_channel')
    expect(await by('POST', `/api/v1/ceremonies/${run.code}/begin`)).toMatch(/wrong_channel|invalid_request|unsupported_media_type/)
    expect((await terminal.must('GET', `/api/v1/runs/${run.id}`))['status']).toBe('waiting')
  })
})
