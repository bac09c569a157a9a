import type { AdapterPayload } from 'oidc-provider'
import { describe, expect, test } from 'vitest'
import { createAdapter } from '../../src/identity/oidc/adapter.ts'
import { saveConsent } from '../../src/identity/oidc/consent.ts'
import { collectNotices } from '../../src/identity/oidc/quiet.ts'
import { enrolOwner, openWorld } from './world.ts'

const { errors } = await collectNotices(() => import('oidc-provider'), () => undefined)
const refused = { error: 'invalid_grant' }

async function ready() {
  const world = await openWorld()
  const owner = await enrolOwner(world)
  const { session, person } = owner
  const consent = { person: person.id, session: session.id, authenticator: session.authenticator, thumbprint: 'the-key', client: 'ada@laptop', authTime: session.authTime, clientId: 'countersign-cli', acr: 'phr' as const, amr: ['hwk'], by: 'redirect' as const }
  await world.store.write((tx) => saveConsent(tx, 'grant', consent, world.clock.now() + 60_000))
  const payload: AdapterPayload = { accountId: person.id, grantId: 'grant', jkt: 'the-key', clientId: 'countersign-cli', kind: 'AccessToken' }
  return { ...world, payload, tokens: createAdapter(world.room, errors, 'AccessToken'), codes: createAdapter(world.room, errors, 'AuthorizationCode') }
}

/** What the library has checked before is checked again where it counts: in the transaction that stores the token. */
describe('a token is stored', () => {
  test('for the person, the key and the consent that were allowed', async () => {
    const { tokens, payload, leaves } = await ready()
    await tokens.upsert('secret', payload, 60)
    expect(await tokens.find('secret')).toMatchObject({ jti: 'secret', jkt: 'the-key' })
    expect(leaves.at(-1)?.type).toBe('terminal.signed-in')
  })

  for (const [what, change] of Object.entries({ 'for another key': { jkt: 'another-key' }, 'for no key': { jkt: undefined }, 'for another person': { accountId: 'usr_other' }, 'for another client': { clientId: 'terraform' }, 'without a consent': { grantId: 'other' } }))
    test(`and not ${what}`, async () => {
      const { tokens, payload } = await ready()
      const changed = Object.fromEntries(Object.entries({ ...payload, ...change }).filter(([, value]) => value !== undefined))
      await expect(tokens.upsert('secret', changed, 60)).rejects.toMatchObject(refused)
      expect(await tokens.find('secret')).toBeUndefined()
    })

  test('and not after the consent expired', async () => {
    const { tokens, payload, clock } = await ready()
    clock.advance(60_000)
    await expect(tokens.upsert('secret', payload, 60)).rejects.toMatchObject(refused)
  })
})

describe('a code', () => {
  test('is consumed once, also when two come at once', async () => {
    const { codes, payload } = await ready()
    await codes.upsert('code', payload, 60)
    const answers = await Promise.allSettled([codes.consume('code'), codes.consume('code')])
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await codes.find('code')).toMatchObject({ consumed: expect.any(Number) })
  })

  test('is not a token, and is gone when its grant is revoked', async () => {
    const { codes, tokens, payload } = await ready()
    await codes.upsert('code', payload, 60)
    expect(await tokens.find('code')).toBeUndefined()
    await codes.revokeByGrantId('grant')
    expect(await codes.find('code')).toBeUndefined()
  })
})

test('a proof id is taken once, also when two come at once', async () => {
  const { room } = await ready()
  const replays = createAdapter(room, errors, 'ReplayDetection')
  const answers = await Promise.allSettled([replays.upsert('id', {}, 60), replays.upsert('id', {}, 60)])
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})
