/** What a thief gets who copied files of a terminal: the token alone, the token with its key, the refresh token. */
import { describe, expect, test } from 'vitest'
import { newTerminalKey, RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import { ask, countersigned, runBody } from '../support/sample-run.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'

describe('a copied token', () => {
  test('without its key is worth nothing', async () => {
    const { url, terminal } = await ownedServer()
    const thief = new RawTerminal(url, terminal.token, await newTerminalKey())
    expect((await thief.call('GET', '/api/v1/runs')).body['code']).toBe('dpop_key_mismatch')
    const bare = await fetch(`${url}/api/v1/runs`, { headers: { authorization: `Bearer ${terminal.token}` } })
    expect(((await bare.json()) as { code: string }).code).toBe('bearer_refused')
  })

  test('with its key asks as that terminal, and countersigns nothing: what waits is for the person alone', async () => {
    const { url, terminal, person } = await ownedServer()
    const thief = new RawTerminal(url, terminal.token, terminal.key)
    const run = await ask(thief, runBody())
    for (const [method, path] of [['GET', '/api/v1/ceremonies'], ['GET', `/api/v1/ceremonies/${run.code}`], ['POST', `/api/v1/ceremonies/${run.code}/begin`]] as const) {
      expect((await thief.call(method, path, method === 'POST' ? {} : undefined)).body['code']).toBe('wrong_channel')
    }
    const started = await thief.call('POST', `/api/v1/runs/${run.id}/apply-start`, (await countersigned(person, terminal)).start)
    expect([started.status, started.body['code']]).toEqual([401, 'countersignature_required'])
    expect(started.headers.get('www-authenticate')).toMatch(/^DPoP error="insufficient_user_authentication", error_description="[^"]+", acr_values="(phr|aal2)", max_age="0"$/)
  })

  test('with its key ends with the sign-in that the person ends, for both at once', async () => {
    const { url, terminal, person } = await ownedServer()
    const thief = new RawTerminal(url, terminal.token, terminal.key)
    const { terminals } = (await person.must('GET', '/api/v1/terminals')) as { terminals: { id: string }[] }
    await person.must('DELETE', `/api/v1/terminals/${terminals[0]?.id}`)
    expect((await thief.call('GET', '/api/v1/runs')).body['code']).toBe('token_invalid')
    expect((await terminal.call('GET', '/api/v1/runs')).body['code']).toBe('token_invalid')
  })

  test('is expired after an hour for whoever cannot renew it', async () => {
    const clock = new HandClock()
    const { terminal } = await ownedServer({ clock })
    clock.time += 60 * 60_000
    const answer = await terminal.call('GET', '/api/v1/runs')
    expect([answer.status, answer.body['code']]).toEqual([401, 'token_expired'])
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token')
  })
})

describe('every 401', () => {
  test('says how one signs in, and none says it twice', async () => {
    const { url, terminal } = await ownedServer()
    const stranger = await fetch(`${url}/api/v1/runs`)
    expect(stranger.headers.get('www-authenticate')).toBe('DPoP algs="ES256 EdDSA"')
    const first = await new RawTerminal(url, terminal.token, terminal.key).once('GET', '/api/v1/runs')
    expect(first.headers.get('www-authenticate')).toBe('DPoP error="use_dpop_nonce", algs="ES256 EdDSA"')
  })
})
