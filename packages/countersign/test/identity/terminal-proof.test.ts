import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { IdentityError } from '../../src/identity/index.ts'
import { hashSecret, newSecret } from '../../src/identity/secrets.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { encode, openTerminal, type ProofClaims, type ProofHeader, type Terminal } from './terminal.ts'
import { addKey, codeOf, enrolOwner, openWorld, revoke, url, type Owner, type World } from './world.ts'

const lifetime = 8 * 60 * 60_000

/** A token put in place directly. The way to one is oidc.test.ts. */
async function tokenFor({ store, clock }: World, owner: Owner, { thumbprint }: Terminal, id = 'tok_1'): Promise<string> {
  const token = newSecret('accessToken', systemRandom)
  const now = clock.now()
  await store.write((tx) => tx.insertInto('terminal_token').values({
    id, secret_hash: hashSecret(token), person: owner.person.id, session: owner.session.id, authenticator: owner.session.authenticator, thumbprint,
    client: 'ada@laptop', auth_time: now, created_at: now, expires_at: now + lifetime, ended_at: null, ended_why: null, grant_hash: id, payload: '{}',
    family: id, family_expires_at: now + lifetime, scope: 'openid countersign', audience: '', acr: 'phr', amr: 'hwk user mfa',
  }).execute())
  return token
}

/** A terminal that has signed in. */
async function signedIn(kind: 'ES256' | 'EdDSA' = 'ES256') {
  const world = await openWorld()
  const owner = await enrolOwner(world)
  const terminal = await openTerminal(kind)
  const token = await tokenFor(world, owner, terminal)
  const { tokens } = world.identity
  const target = { method: 'POST', url: `${url}/api/v1/runs` }
  const proof = (claims: ProofClaims = {}, header: ProofHeader = {}, by = terminal) => by.proof({ ...target, token, nonce: tokens.nonce(), now: world.clock.now() }, claims, header)
  const send = (dpop: string | string[] | undefined, change: { method?: string; url?: string; authorization?: string; host?: string } = {}) =>
    tokens.resolve({ method: change.method ?? 'POST', url: change.url ?? '/api/v1/runs', remoteAddress: '127.0.0.1', headers: { authorization: change.authorization ?? `DPoP ${token}`, dpop, host: change.host ?? 'localhost:7420' } })
  return { world, ...world, owner, terminal, token, proof, send, tokens, target }
}

async function errorOf(work: Promise<unknown>): Promise<IdentityError> {
  const error: unknown = await work.then(() => undefined, (caught: unknown) => caught)
  if (!(error instanceof IdentityError)) throw new Error('it was not refused')
  return error
}

describe('a request of a terminal', () => {
  for (const kind of ['ES256', 'EdDSA'] as const)
    test(`is the person's, proven by the ${kind} key of the token`, async () => {
      const { send, proof, owner, terminal } = await signedIn(kind)
      const { actor } = await send(proof())
      expect(actor).toMatchObject({ id: owner.person.id, name: 'Ada', roles: ['owner'], via: 'terminal', session: 'tok_1', executor: terminal.thumbprint, source: { address: '127.0.0.1', client: 'ada@laptop' } })
    })

  test('with the key of another terminal is refused: a stolen token alone is worth nothing', async () => {
    const { send, proof } = await signedIn()
    expect(await codeOf(send(proof({}, {}, await openTerminal())))).toBe('dpop_key_mismatch')
  })

  test('with a token presented as Bearer is refused', async () => {
    const { send, proof, token } = await signedIn()
    expect(await codeOf(send(proof(), { authorization: `Bearer ${token}` }))).toBe('bearer_refused')
    expect(await codeOf(send(undefined, { authorization: `bearer ${token}` }))).toBe('bearer_refused')
  })

  for (const [authorization, code] of [['', 'token_required'], ['DPoP', 'token_invalid'], ['DPoP nothing-of-ours', 'token_invalid'], ['Basic YTpi', 'token_invalid'], ['DPoP cs_at_a b', 'token_invalid']] as const)
    test(`with Authorization ${JSON.stringify(authorization)} is refused`, async () => {
      const { send, proof } = await signedIn()
      expect(await codeOf(send(proof(), { authorization }))).toBe(code)
    })

  test('with a token of nobody is refused', async () => {
    const { terminal, tokens, clock, send } = await signedIn()
    const token = newSecret('accessToken', systemRandom)
    const proof = terminal.proof({ method: 'POST', url: `${url}/api/v1/runs`, token, nonce: tokens.nonce(), now: clock.now() })
    expect(await codeOf(send(proof, { authorization: `DPoP ${token}` }))).toBe('token_invalid')
  })

  test('is refused after eight hours, after sign-out, and after the key that let the terminal in was removed', async () => {
    const one = await signedIn()
    one.clock.advance(lifetime)
    expect(await codeOf(one.send(one.proof()))).toBe('token_expired')

    const two = await signedIn()
    expect(await codeOf(two.tokens.end({ id: 'tok_1', person: 'usr_other', why: 'signed-out' }))).toBe('token_invalid')
    await two.tokens.end({ id: 'tok_1', person: two.owner.person.id, why: 'signed-out' })
    expect(await codeOf(two.send(two.proof()))).toBe('token_invalid')

    const three = await signedIn()
    const second = await addKey(three.world, three.owner)
    const first = (await three.identity.authenticators.of(three.owner.person.id)).find((key) => key.via === 'genesis')
    await revoke(three.world, { ...three.owner, device: second.device }, first?.id ?? '', first?.credential.id ?? '')
    expect(await codeOf(three.send(three.proof()))).toBe('token_invalid')
  })

  test('is refused when the key that let the terminal in does not stand in the directory, whatever the rows say', async () => {
    for (const change of [{ authenticator: 'aut_other' }, { person: 'usr_other' }]) {
      const { store, send, proof } = await signedIn()
      await store.write((tx) => tx.updateTable('terminal_token').set(change).execute())
      expect(await codeOf(send(proof()))).toBe('token_invalid')
    }
  })

  test('tokens and proof ids are kept as hashes only', async () => {
    const { send, proof, token, store } = await signedIn()
    await send(proof({ jti: 'a-proof-id-of-ours' }))
    const rows = JSON.stringify(await store.read(async (db) => [await db.selectFrom('terminal_token').selectAll().execute(), await db.selectFrom('dpop_proof').selectAll().execute()]))
    expect(rows).not.toContain(token)
    expect(rows).not.toContain('a-proof-id-of-ours')
  })
})

describe('a DPoP proof', () => {
  test('is worth one request: the second use is refused, also when both come at once', async () => {
    const { send, proof } = await signedIn()
    const used = proof()
    expect(await codeOf(send(used))).toBe('accepted')
    expect(await codeOf(send(used))).toBe('dpop_proof_replayed')
    const twice = proof()
    expect((await Promise.all([1, 2].map(() => codeOf(send(twice))))).sort()).toEqual(['accepted', 'dpop_proof_replayed'])
  })

  test('is not burnt by a request that was refused for another reason', async () => {
    const { send, proof } = await signedIn()
    const one = proof()
    expect(await codeOf(send(one, { method: 'GET' }))).toBe('dpop_method_mismatch')
    expect(await codeOf(send(one))).toBe('accepted')
  })

  test('the same jti of another key is another proof', async () => {
    const { send, proof, world, owner, target, tokens, clock } = await signedIn()
    const other = await openTerminal()
    const token = await tokenFor(world, owner, other, 'tok_2')
    const theirs = other.proof({ ...target, token, nonce: tokens.nonce(), now: clock.now() }, { jti: 'same' })
    expect(await codeOf(send(theirs, { authorization: `DPoP ${token}` }))).toBe('accepted')
    expect(await codeOf(send(proof({ jti: 'same' })))).toBe('accepted')
    expect(await codeOf(send(proof({ jti: 'same' })))).toBe('dpop_proof_replayed')
  })

  test('stays refused for as long as its nonce could be accepted', async () => {
    const { send, proof, clock } = await signedIn()
    const used = proof()
    await send(used)
    clock.advance(2 * 60_000)
    expect(await codeOf(send(used))).toBe('dpop_proof_replayed')
    clock.advance(4 * 60_000)
    expect(await codeOf(send(used))).toBe('dpop_stale')
  })

  const lies: [string, ProofClaims, ProofHeader, string][] = [
    ['for another method', { htm: 'GET' }, {}, 'dpop_method_mismatch'],
    ['for another path', { htu: `${url}/api/v1/policy` }, {}, 'dpop_url_mismatch'],
    ['for another host', { htu: 'http://evil.example:7420/api/v1/runs' }, {}, 'dpop_url_mismatch'],
    ['for another scheme', { htu: 'https://localhost:7420/api/v1/runs' }, {}, 'dpop_url_mismatch'],
    ['for no URL', { htu: 'not a url' }, {}, 'dpop_url_mismatch'],
    ['for another token', { ath: 'A'.repeat(43) }, {}, 'dpop_token_mismatch'],
    ['for no token', { ath: undefined }, {}, 'dpop_token_mismatch'],
    ['made long ago', { iat: Math.floor(Date.now() / 1000) - 400 }, {}, 'dpop_stale'],
    ['made in the future', { iat: Math.floor(Date.now() / 1000) + 400 }, {}, 'dpop_stale'],
    ['without a time', { iat: undefined }, {}, 'dpop_proof_malformed'],
    ['without an id', { jti: undefined }, {}, 'dpop_proof_malformed'],
    ['with an empty id', { jti: '' }, {}, 'dpop_proof_malformed'],
    ['without a nonce', { nonce: undefined }, {}, 'use_dpop_nonce'],
    ['with a nonce of its own', { nonce: 'mine' }, {}, 'use_dpop_nonce'],
    ['of another type', {}, { typ: 'JWT' }, 'dpop_type_wrong'],
    ['of no type', {}, { typ: undefined }, 'dpop_type_wrong'],
    ['with alg none', {}, { alg: 'none' }, 'dpop_algorithm_refused'],
    ['with a symmetric alg', {}, { alg: 'HS256' }, 'dpop_algorithm_refused'],
    ['with an alg that is not on the list', {}, { alg: 'RS256' }, 'dpop_algorithm_refused'],
    ['with the alg of another key type', {}, { alg: 'EdDSA' }, 'dpop_algorithm_refused'],
    ['without a key', {}, { jwk: undefined }, 'dpop_proof_malformed'],
    ['with a key that is no point of its curve', {}, { jwk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'B'.repeat(43) } }, 'dpop_signature_invalid'],
    ['with a key of another spelling', {}, { jwk: { kty: 'EC', crv: 'P-256', x: `${'A'.repeat(44)}=`, y: 'A'.repeat(43) } }, 'dpop_algorithm_refused'],
    ['with an RSA key', {}, { jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } }, 'dpop_algorithm_refused'],
    ['with a key that is named and not given', {}, { jwk: undefined, kid: 'k1' }, 'dpop_proof_malformed'],
    ['with a certificate in place of the key', {}, { jwk: undefined, x5c: ['MIIB'] }, 'dpop_proof_malformed'],
    ['with an extension that must be understood', {}, { crit: ['b64'], b64: false }, 'dpop_proof_malformed'],
  ]
  for (const [what, claims, header, code] of lies)
    test(`${what} is refused: ${code}`, async () => {
      const { send, proof } = await signedIn()
      expect(await codeOf(send(proof(claims, header)))).toBe(code)
    })

  test('that embeds its private key is refused', async () => {
    const { send, proof, terminal } = await signedIn()
    expect(await codeOf(send(proof({}, { jwk: terminal.privateKey.export({ format: 'jwk' }) })))).toBe('dpop_key_private')
  })

  test('that embeds a symmetric key is refused, also when it is signed with it', async () => {
    const { send, tokens, token, clock, target, terminal } = await signedIn()
    const honest = terminal.proof({ ...target, token, nonce: tokens.nonce(), now: clock.now() })
    const header = encode({ typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } })
    const input = `${header}.${honest.split('.')[1]}`
    const forged = `${input}.${createHmac('sha256', Buffer.from('AAAA', 'base64url')).update(input).digest('base64url')}`
    expect(await codeOf(send(forged))).toBe('dpop_algorithm_refused')
    expect(await codeOf(send(terminal.proof({ ...target, token, nonce: tokens.nonce(), now: clock.now() }, {}, { jwk: { kty: 'oct', k: 'AAAA' } })))).toBe('dpop_key_private')
  })

  test('whose signature or payload was touched is refused', async () => {
    const { send, proof, terminal } = await signedIn()
    const [header, payload, signature] = proof().split('.')
    const other = encode({ ...JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()), jti: 'other' })
    expect(await codeOf(send(`${header}.${other}.${signature}`))).toBe('dpop_signature_invalid')
    expect(await codeOf(send(`${header}.${payload}.`))).toBe('dpop_signature_invalid')
    const stolen = proof({}, { jwk: terminal.jwk }, await openTerminal())
    expect(await codeOf(send(stolen))).toBe('dpop_signature_invalid')
  })

  test('that is missing, doubled, or no JWT at all is refused', async () => {
    const { send, proof } = await signedIn()
    expect(await codeOf(send(undefined))).toBe('dpop_proof_missing')
    expect(await codeOf(send([proof(), proof()]))).toBe('dpop_proof_malformed')
    expect(await codeOf(send(`${proof()}, ${proof()}`))).toBe('dpop_proof_malformed')
    expect(await codeOf(send('rubbish'))).toBe('dpop_proof_malformed')
    expect(await codeOf(send('A'.repeat(5000)))).toBe('dpop_proof_malformed')
  })

  test('is compared with the configured URL, not with the Host header, and without query', async () => {
    const { send, proof } = await signedIn()
    expect(await codeOf(send(proof({ htu: 'http://evil.example/api/v1/runs' }), { host: 'evil.example' }))).toBe('dpop_url_mismatch')
    expect(await codeOf(send(proof(), { url: '/api/v1/runs?limit=1', host: 'evil.example' }))).toBe('accepted')
    expect(await codeOf(send(proof({ htu: 'http://evil.example/api/v1/runs' }), { url: '//evil.example/api/v1/runs' }))).toBe('dpop_url_mismatch')
  })

  test('an old nonce is refused, and the refusal brings the new one', async () => {
    const { send, proof, tokens, clock } = await signedIn()
    const old = tokens.nonce()
    clock.advance(4 * 60_000)
    const error = await errorOf(send(proof({ nonce: old })))
    expect(error.code).toBe('use_dpop_nonce')
    expect(error.headers).toEqual({ 'DPoP-Nonce': tokens.nonce(), 'WWW-Authenticate': 'DPoP error="use_dpop_nonce", algs="ES256 EdDSA"' })
    expect(await codeOf(send(proof({ nonce: error.headers['DPoP-Nonce'] })))).toBe('accepted')
  })
})
