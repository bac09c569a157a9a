import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { HandClock } from '../support/scratch-server.ts'
import { authorize, callApi, follow, oauthError, openProgram, ownedProvider, redirect, throughPage, type Provider } from './relying-party.ts'

const secrets = { vault: randomBytes(32).toString('base64url'), ci: randomBytes(32).toString('base64url') }
const audiences = { vault: 'https://vault.example.com', ci: 'https://ci.example.com' }
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const resourceServers = (['vault', 'ci'] as const).map((name) => ({ name, audience: audiences[name], secretHash: sha256(secrets[name]) }))

async function signedIn(options: Parameters<typeof ownedProvider>[0] = {}) {
  const provider = await ownedProvider(options)
  const program = await openProgram(provider)
  const { grant, back } = await authorize(provider, program)
  const tokens = await grant()
  return { provider, program, tokens, back, grant }
}

const accepts = async (provider: Provider, program: Awaited<ReturnType<typeof openProgram>>, token: string): Promise<string> => (await callApi(provider, program, token)).code

describe('an independent client', () => {
  test('signs in with code, PKCE and DPoP, and its ID token says what was proven and when', async () => {
    const { provider, program, tokens } = await signedIn()
    const claims = tokens.claims()
    expect(claims).toMatchObject({ iss: `${provider.url}/oidc`, aud: 'countersign-cli', acr: 'phr', amr: ['hwk', 'user', 'mfa'] })
    expect(Math.abs(Number(claims?.auth_time) - Date.now() / 1000)).toBeLessThan(120)
    expect(tokens.token_type).toBe('dpop')
    const me = await callApi(provider, program, tokens.access_token)
    expect(me.body).toMatchObject({ person: { id: claims?.sub }, token: { thumbprint: program.thumbprint, kind: 'terminal', acr: 'phr' } })
  })

  test('discovers exactly what there is', async () => {
    const { config, url } = await ownedProvider({ programs: { deviceGrant: true, resourceServers } })
    expect(config.serverMetadata()).toMatchObject({
      issuer: `${url}/oidc`, introspection_endpoint: `${url}/oidc/token/introspection`, revocation_endpoint: `${url}/oidc/token/revocation`,
      device_authorization_endpoint: `${url}/oidc/device/auth`, acr_values_supported: ['aal1', 'aal2', 'phr'], code_challenge_methods_supported: ['S256'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'], token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
      authorization_response_iss_parameter_supported: true, claims_supported: expect.arrayContaining(['sub', 'acr', 'amr', 'auth_time']) as string[],
    })
  })

  test('cannot use a code twice: the second use ends what the first gave', async () => {
    const { provider, program, tokens, grant } = await signedIn()
    expect(await oauthError(grant())).toBe('invalid_grant')
    expect(await accepts(provider, program, tokens.access_token)).toBe('token_invalid')
    expect(await oauthError(client.refreshTokenGrant(provider.config, tokens.refresh_token ?? '', {}, { DPoP: program.DPoP }))).toBe('invalid_grant')
  })
})

describe('a refresh token', () => {
  test('is worth one use; the next one comes with the answer, and both tokens work until they end', async () => {
    const { provider, program, tokens } = await signedIn()
    const next = await client.refreshTokenGrant(provider.config, tokens.refresh_token ?? '', {}, { DPoP: program.DPoP })
    expect(next.refresh_token).toMatch(/^cs_rt_[\w-]{43}$/)
    expect(next.refresh_token).not.toBe(tokens.refresh_token)
    expect([await accepts(provider, program, next.access_token), await accepts(provider, program, tokens.access_token)]).toEqual(['ok', 'ok'])
    const [first, second] = [await callApi(provider, program, tokens.access_token, '/api/v1/terminals'), await callApi(provider, program, next.access_token, '/api/v1/terminals')]
    expect(first.body['terminals']).toHaveLength(1)
    expect(first.body).toEqual(second.body)
    expect(second.body['terminals']).toMatchObject([{ thisTerminal: true, client: 'ada@laptop' }])
  })

  test('that comes a second time ends the whole sign-in, whoever of the two was the thief', async () => {
    const { provider, program, tokens } = await signedIn()
    const next = await client.refreshTokenGrant(provider.config, tokens.refresh_token ?? '', {}, { DPoP: program.DPoP })
    expect(await oauthError(client.refreshTokenGrant(provider.config, tokens.refresh_token ?? '', {}, { DPoP: program.DPoP }))).toBe('invalid_grant')
    expect(await oauthError(client.refreshTokenGrant(provider.config, next.refresh_token ?? '', {}, { DPoP: program.DPoP }))).toBe('invalid_grant')
    expect([await accepts(provider, program, tokens.access_token), await accepts(provider, program, next.access_token)]).toEqual(['token_invalid', 'token_invalid'])
    const { entries } = (await provider.person.must('GET', '/api/v1/ledger/entries?limit=50')) as { entries: { leaf: string; details: string | null }[] }
    expect(entries.map(({ details }) => details ?? '').join()).toContain('replayed')
  })

  test('of two uses at once at most one is answered, and nothing of the sign-in is left', async () => {
    const { provider, program, tokens } = await signedIn()
    await callApi(provider, program, tokens.access_token)
    const answers = await Promise.all([1, 2].map(async () => await oauthError(client.refreshTokenGrant(provider.config, tokens.refresh_token ?? '', {}, { DPoP: program.DPoP }))))
    expect(answers.filter((answer) => answer === 'accepted').length).toBeLessThanOrEqual(1)
    expect(await accepts(provider, program, tokens.access_token)).toBe('token_invalid')
  })

  test('is worth nothing without the key, or with another, and a thief cannot end the sign-in with it', async () => {
    const { provider, program, tokens } = await signedIn()
    const thief = await openProgram(provider)
    expect(await oauthError(client.refreshTokenGrant(provider.config, tokens.refresh_token ?? '', {}, { DPoP: thief.DPoP }))).toBe('invalid_grant')
    expect(await oauthError(client.refreshTokenGrant(provider.config, tokens.refresh_token ?? ''))).toBe('invalid_grant')
    expect(await accepts(provider, program, tokens.access_token)).toBe('ok')
    expect(await oauthError(client.refreshTokenGrant(provider.config, tokens.refresh_token ?? '', {}, { DPoP: program.DPoP }))).toBe('accepted')
  })

  test('renews for eight hours from the sign-in, however often', async () => {
    const clock = new HandClock()
    const { provider, program, tokens } = await signedIn({ clock })
    let refresh = tokens.refresh_token ?? ''
    for (let hour = 1; hour < 8; hour++) {
      clock.time += 60 * 60_000
      refresh = (await client.refreshTokenGrant(provider.config, refresh, {}, { DPoP: program.DPoP })).refresh_token ?? ''
    }
    clock.time += 60 * 60_000
    expect(await oauthError(client.refreshTokenGrant(provider.config, refresh, {}, { DPoP: program.DPoP }))).toBe('invalid_grant')
  })

  test('cannot ask for more than was allowed', async () => {
    const { provider, program, tokens } = await signedIn()
    expect(await oauthError(client.refreshTokenGrant(provider.config, tokens.refresh_token ?? '', { scope: 'openid countersign plan' }, { DPoP: program.DPoP }))).toBe('invalid_scope')
  })

  test('dies with the sign-in that a person ends on their page, and with a sign-out of the terminal', async () => {
    const ended = await signedIn()
    const { terminals } = (await ended.provider.person.must('GET', '/api/v1/terminals')) as { terminals: { id: string }[] }
    await ended.provider.person.must('DELETE', `/api/v1/terminals/${terminals[0]?.id}`)
    expect(await oauthError(client.refreshTokenGrant(ended.provider.config, ended.tokens.refresh_token ?? '', {}, { DPoP: ended.program.DPoP }))).toBe('invalid_grant')
    const out = await signedIn()
    expect((await callApi(out.provider, out.program, out.tokens.access_token, '/api/v1/token', 'DELETE')).status).toBe(204)
    expect(await oauthError(client.refreshTokenGrant(out.provider.config, out.tokens.refresh_token ?? '', {}, { DPoP: out.program.DPoP }))).toBe('invalid_grant')
  })
})

describe('revocation', () => {
  for (const which of ['access_token', 'refresh_token'] as const)
    test(`of the ${which} ends the sign-in, both tokens of it`, async () => {
      const { provider, program, tokens } = await signedIn()
      await client.tokenRevocation(provider.config, tokens[which] ?? '')
      expect(await accepts(provider, program, tokens.access_token)).toBe('token_invalid')
      expect(await oauthError(client.refreshTokenGrant(provider.config, tokens.refresh_token ?? '', {}, { DPoP: program.DPoP }))).toBe('invalid_grant')
    })

  test('of a token of another client, or of none, says nothing and does nothing', async () => {
    const { provider, program, tokens } = await signedIn()
    const other = await provider.discover('terraform')
    await client.tokenRevocation(other, tokens.access_token)
    await client.tokenRevocation(provider.config, 'cs_at_nothing')
    expect(await accepts(provider, program, tokens.access_token)).toBe('ok')
  })
})

describe('introspection', () => {
  async function forVault() {
    const provider = await ownedProvider({ programs: { resourceServers } })
    const program = await openProgram(provider)
    const tokens = await (await authorize(provider, program, { resource: audiences.vault })).grant()
    const vault = await provider.discover('vault', client.ClientSecretBasic(secrets.vault))
    const ci = await provider.discover('ci', client.ClientSecretBasic(secrets.ci))
    return { provider, program, tokens, vault, ci }
  }

  test('tells a resource server of its own tokens: whose, for which key, how and when they signed in', async () => {
    const { tokens, vault, program, provider } = await forVault()
    const said = await client.tokenIntrospection(vault, tokens.access_token)
    expect(said).toMatchObject({ active: true, aud: audiences.vault, client_id: 'countersign-cli', scope: 'countersign', token_type: 'DPoP', cnf: { jkt: program.thumbprint }, acr: 'phr', iss: `${provider.url}/oidc` })
    expect(said['auth_time']).toBe(tokens.claims()?.auth_time)
    expect(said.sub).toBe(tokens.claims()?.sub)
  })

  test('tells nobody of a token of another audience, of our own interface, or of a refresh token', async () => {
    const { provider, tokens, vault, ci, program } = await forVault()
    const own = await (await authorize(provider, program)).grant()
    expect(await client.tokenIntrospection(ci, tokens.access_token)).toEqual({ active: false })
    for (const token of [own.access_token, tokens.refresh_token ?? '', own.refresh_token ?? '', 'cs_at_nothing']) {
      expect(await client.tokenIntrospection(vault, token)).toEqual({ active: false })
    }
  })

  test('answers nothing to a program without a secret, and refuses a wrong one', async () => {
    const { provider, tokens } = await forVault()
    expect(await client.tokenIntrospection(provider.config, tokens.access_token)).toEqual({ active: false })
    const wrong = await provider.discover('vault', client.ClientSecretBasic(secrets.ci))
    expect(await oauthError(client.tokenIntrospection(wrong, tokens.access_token))).toMatch(/invalid_client/)
    const none = await provider.discover('vault', client.None())
    expect(await oauthError(client.tokenIntrospection(none, tokens.access_token))).toMatch(/invalid_client/)
  })

  test('a secret that somebody thought up does not work, whatever its hash', async () => {
    const provider = await ownedProvider({ programs: { resourceServers: [{ name: 'vault', audience: audiences.vault, secretHash: sha256('hunter2hunter2') }] } })
    const vault = await provider.discover('vault', client.ClientSecretBasic('hunter2hunter2'))
    expect(await oauthError(client.tokenIntrospection(vault, 'cs_at_nothing'))).toMatch(/invalid_client/)
  })

  test('a token for a resource server is worth nothing at our own interface', async () => {
    const { provider, program, tokens } = await forVault()
    expect(await accepts(provider, program, tokens.access_token)).toBe('token_elsewhere')
  })

  test('ends with the sign-in, and a resource that is not named in the settings gets no token', async () => {
    const { provider, program, tokens, vault } = await forVault()
    await client.tokenRevocation(provider.config, tokens.refresh_token ?? '')
    expect(await client.tokenIntrospection(vault, tokens.access_token)).toEqual({ active: false })
    expect(await oauthError(authorize(provider, program, { resource: 'https://evil.example' }).then(async ({ grant }) => await grant()))).toBe('invalid_target')
  })
})

describe('acr_values and max_age', () => {
  async function old() {
    const clock = new HandClock()
    const provider = await ownedProvider({ clock })
    const program = await openProgram(provider)
    clock.time += 10 * 60_000
    await provider.person.call('GET', '/api/v1/session')
    return { provider, program, clock }
  }
  const answerOf = async (provider: Provider, link: URL) => {
    const page = await follow(provider.person, link)
    const uid = page.searchParams.get('uid')
    return { uid, page, answer: await provider.person.call('POST', `/api/v1/interactions/${uid}`, { decision: 'allow' }) }
  }
  const linkOf = async (provider: Provider, thumbprint: string, more: Record<string, string>) => client.buildAuthorizationUrl(provider.config, {
    redirect_uri: redirect, scope: 'openid countersign', state: 's', dpop_jkt: thumbprint, code_challenge_method: 'S256',
    code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()), ...more,
  })

  for (const [what, more] of [['max_age', { max_age: '300' }], ['max_age=0', { max_age: '0' }], ['prompt=login', { prompt: 'login' }]] as const)
    test(`${what}: an older sign-in is refused with what would do, and a new one is taken`, async () => {
      const { provider, program } = await old()
      const link = await linkOf(provider, program.thumbprint, more)
      const { answer, uid } = await answerOf(provider, link)
      expect([answer.status, answer.body['code']]).toEqual([401, 'sign_in_too_old'])
      expect(answer.headers.get('www-authenticate')).toMatch(what === 'max_age' ? /insufficient_user_authentication.*max_age="300"/ : /insufficient_user_authentication.*max_age="0"/)
      await provider.person.signIn()
      const { redirect: next } = await provider.person.must('POST', `/api/v1/interactions/${uid}`, { decision: 'allow' })
      expect((await follow(provider.person, new URL(String(next)))).searchParams.get('code')).not.toBeNull()
    })

  test('the token says when the person really signed in, not what the request hoped for', async () => {
    const { provider, program, clock } = await old()
    const tokens = await (await authorize(provider, program, { max_age: '1200', acr_values: 'aal1' })).grant()
    expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ acr: 'phr' })
    expect(Math.round(clock.time / 1000) - Number(decodeJwt(tokens.id_token ?? '')['auth_time'])).toBeGreaterThanOrEqual(599)
  })

  test('an acr that the client claims is not believed: unknown ones are refused, stronger ones are asked for', async () => {
    const { provider, program } = await old()
    const page = await follow(provider.person, await linkOf(provider, program.thumbprint, { acr_values: 'urn:example:superuser' }))
    expect(page.searchParams.get('error')).toBe('unmet_authentication_requirements')
    const tokens = await (await authorize(provider, program, { acr_values: 'urn:example:superuser phr', acr: 'aal3' })).grant()
    expect(decodeJwt(tokens.id_token ?? '')['acr']).toBe('phr')
  })

  test('a sign-in that is weaker than what is asked for is refused', async () => {
    const { provider, program } = await old()
    // As a session that was opened with a password and a code stands in the database.
    await provider.server.parts.base.store.write((tx) => tx.updateTable('session').set({ amr: 'pwd otp' }).execute())
    const { answer } = await answerOf(provider, await linkOf(provider, program.thumbprint, { acr_values: 'phr' }))
    expect([answer.status, answer.body['code']]).toEqual([401, 'sign_in_too_weak'])
    expect(answer.headers.get('www-authenticate')).toMatch(/insufficient_user_authentication.*acr_values="phr"/)
    expect((await throughPage(provider.person, await linkOf(provider, program.thumbprint, { acr_values: 'phr aal2' }))).searchParams.get('code')).not.toBeNull()
  })
})
