/** Answering a challenge, through the real HTTP server: each refusal is the twin of an answer that counts. */
import { describe, expect, it } from 'vitest'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { Assertion } from '../../src/demonstration/software-person.ts'
import { ask, countersigned, runBody, show } from '../support/sample-run.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'

type Options = Parameters<SoftwarePerson['key']['get']>[0]
type Overrides = Parameters<SoftwarePerson['key']['get']>[2]

async function waiting(options: Parameters<typeof ownedServer>[0] = {}) {
  const owned = await ownedServer(options)
  const run = await ask(owned.terminal, runBody())
  const begun = await owned.person.begin(run.code)
  return { ...owned, run, begun }
}

describe('an assertion counts only if everything about it holds', () => {
  const lies: [string, Overrides, string][] = [
    ['over another challenge', { challenge: Buffer.alloc(32, 7).toString('base64url') }, 'challenge_mismatch'],
    ['of another type', { type: 'webauthn.create' }, 'assertion_invalid'],
    ['from a cross-origin frame', { crossOrigin: true }, 'assertion_invalid'],
    ['for another relying party', { rpId: 'evil.example' }, 'assertion_invalid'],
    ['without the user present', { userPresent: false }, 'assertion_invalid'],
    ['without user verification', { userVerified: false }, 'assertion_invalid'],
    ['with an impossible backup state', { backupEligible: false, backedUp: true }, 'assertion_invalid'],
    ['with a counter that went back', { counter: 0 }, 'counter_regressed'],
  ]

  it('refuses each lie, and takes the truth afterwards', async () => {
    const { person, run, begun, url } = await waiting()
    const codes: [string, unknown][] = []
    for (const [name, lie] of lies) {
      const answer = await person.finish(run.code, begun['ceremony'], person.key.get(begun['options'] as Options, url, lie))
      codes.push([name, answer.body['code']])
    }
    expect(codes).toEqual(lies.map(([name, , code]) => [name, code]))
    expect((await person.finish(run.code, begun['ceremony'], person.sign(begun['options']))).status).toBe(200)
  })

  it('refuses the right assertion from another origin', async () => {
    const { person, run, begun } = await waiting()
    expect((await person.finish(run.code, begun['ceremony'], person.key.get(begun['options'] as Options, 'http://localhost:1'))).body).toMatchObject({ code: 'assertion_invalid' })
  })

  it('refuses a key that is not registered', async () => {
    const { person, run, begun, url } = await waiting()
    const stranger = new SoftwarePerson(url, createSoftwareAuthenticator())
    const options = begun['options'] as Options
    const made = stranger.key.create({
      challenge: options.challenge, rp: { id: 'localhost', name: 'x' }, user: { id: 'eA', name: 'x', displayName: 'x' }, pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    }, url)
    const forged = stranger.key.get({ ...options, allowCredentials: [{ type: 'public-key', id: made.id }] }, url)
    expect((await person.finish(run.code, begun['ceremony'], forged)).body).toMatchObject({ code: 'wrong_person' })
  })

  it('refuses a foreign signature under a registered key\'s name', async () => {
    const { person, run, begun } = await waiting()
    const good = person.sign(begun['options'])
    const signature = Buffer.from(good.response.signature, 'base64url')
    const last = signature.length - 1
    signature[last] = (signature[last] ?? 0) ^ 1
    const bad: Assertion = { ...good, response: { ...good.response, signature: signature.toString('base64url') } }
    expect((await person.finish(run.code, begun['ceremony'], bad)).body).toMatchObject({ code: 'assertion_invalid' })
  })
})

describe('an answer counts once', () => {
  it('refuses the same assertion again', async () => {
    const { person, run, begun } = await waiting()
    const assertion = person.sign(begun['options'])
    expect((await person.finish(run.code, begun['ceremony'], assertion)).status).toBe(200)
    expect((await person.finish(run.code, begun['ceremony'], assertion)).body).toMatchObject({ code: 'challenge_consumed' })
  })

  it('counts one of many answers at the same moment', async () => {
    const { person, run, begun } = await waiting()
    const assertion = person.sign(begun['options'])
    const answers = await Promise.all(Array.from({ length: 10 }, () => person.finish(run.code, begun['ceremony'], assertion)))
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
  })

  it('refuses an assertion over another statement', async () => {
    const { person, terminal, begun } = await waiting()
    const other = await ask(terminal, runBody())
    const mine = await person.begin(other.code)
    expect((await person.finish(other.code, mine['ceremony'], person.sign(begun['options']))).body).toMatchObject({ code: 'challenge_mismatch' })
  })

  it('refuses a ceremony that belongs to another request', async () => {
    const { person, terminal, begun } = await waiting()
    const other = await ask(terminal, runBody())
    expect((await person.finish(other.code, begun['ceremony'], person.sign(begun['options']))).body).toMatchObject({ code: 'ceremony_not_found' })
  })

  it('refuses an assertion that was made for signing in, and the other way round', async () => {
    const { person, run, begun } = await waiting()
    const signIn = await person.must('POST', '/api/v1/session/begin', {})
    const forSignIn = person.sign(signIn['options'])
    expect((await person.finish(run.code, begun['ceremony'], forSignIn)).body).toMatchObject({ code: 'challenge_mismatch' })
    const forRun = person.sign(begun['options'])
    expect((await person.call('POST', '/api/v1/session/finish', { ceremony: signIn['ceremony'], response: forRun })).status).toBeGreaterThanOrEqual(400)
  })

  it('refuses an answer in another session than the one that began it', async () => {
    const { person, run, begun, url } = await waiting()
    const elsewhere = new SoftwarePerson(url, person.key)
    await elsewhere.signIn()
    expect((await elsewhere.finish(run.code, begun['ceremony'], elsewhere.sign(begun['options']))).body).toMatchObject({ code: 'ceremony_not_found' })
  })
})

describe('a challenge ends', () => {
  it('by its time: a late answer is refused, and so is a late beginning', async () => {
    const clock = new HandClock()
    const { person, terminal, run, begun } = await waiting({ clock })
    clock.time += 14 * 60_000
    const late = await person.begin(run.code)
    clock.time += 60_000
    expect((await person.finish(run.code, begun['ceremony'], person.sign(begun['options']))).body).toMatchObject({ code: 'challenge_expired', status: 410 })
    expect((await person.finish(run.code, late['ceremony'], person.sign(late['options']))).body).toMatchObject({ code: 'challenge_expired' })
    expect((await person.call('POST', `/api/v1/ceremonies/${run.code}/begin`, {})).body).toMatchObject({ code: 'challenge_expired' })
    expect(await show(terminal, run.id)).toMatchObject({ status: 'expired' })
  })

  it('by a denial, which a later answer cannot turn', async () => {
    const { person, terminal, run, begun } = await waiting()
    await person.deny(run.code)
    expect((await person.finish(run.code, begun['ceremony'], person.sign(begun['options']))).body).toMatchObject({ code: 'challenge_denied' })
    expect(await show(terminal, run.id)).toMatchObject({ status: 'denied' })
  })

  it('by a report, which closes everything else that terminal asked, and signs it out', async () => {
    const { person, terminal, run, url } = await waiting()
    const other = await ask(terminal, runBody())
    await person.deny(run.code, true)
    expect((await terminal.call('GET', `/api/v1/runs/${other.id}`)).body).toMatchObject({ code: 'token_invalid', status: 401 })
    const another = await signInTerminal(url, (link) => person.allowTerminal(link))
    expect(await show(another, other.id)).toMatchObject({ status: 'denied' })
  })

  it('by the end of the session that answers, also when it ends while the answer is on its way', async () => {
    const { person, terminal, run, begun, server } = await waiting()
    const { useCases, base, identity } = server.parts
    const session = await base.store.read((db) => db.selectFrom('session').selectAll().where('ended_at', 'is', null).executeTakeFirstOrThrow())
    // Admitted, and then signed out: what the routes have looked at is a moment old.
    const actor = { kind: 'person', id: session.person, name: 'Ada Owner', roles: ['owner'], via: 'browser', session: session.id, executor: '', source: { address: session.address, client: session.client }, authTime: session.auth_time } as const
    await identity.sessions.end({ id: session.id, person: session.person, why: 'ended-by-owner' })
    const sent = { code: run.code, ceremony: String(begun['ceremony']), assertion: person.sign(begun['options']) }
    await expect(useCases.gate.finish.run({ ...actor, roles: ['owner'] }, sent)).rejects.toMatchObject({ code: 'session_required' })
    await expect(useCases.gate.deny.run({ ...actor, roles: ['owner'] }, { code: run.code, report: true })).rejects.toMatchObject({ code: 'session_required' })
    expect(await show(terminal, run.id)).toMatchObject({ status: 'waiting' })
    await person.signIn()
    await person.countersign(run.code)
  })

  it('by a denial without a report, which signs nobody out', async () => {
    const { person, terminal, run } = await waiting()
    await person.deny(run.code, false)
    expect(await show(terminal, run.id)).toMatchObject({ status: 'denied' })
  })

  it('and neither denies nor begins again what was countersigned', async () => {
    const { person, terminal } = await ownedServer()
    const { run } = await countersigned(person, terminal)
    expect((await person.call('POST', `/api/v1/ceremonies/${run.code}/deny`, { report: true })).body).toMatchObject({ code: 'challenge_consumed' })
    expect((await person.call('POST', `/api/v1/ceremonies/${run.code}/begin`, {})).body).toMatchObject({ code: 'challenge_consumed' })
  })
})

describe('who may answer', () => {
  it('no terminal: a token and its key see and answer nothing here', async () => {
    const { terminal, run } = await waiting()
    for (const [method, path, body] of [['GET', '', undefined], ['POST', '/begin', {}], ['POST', '/deny', { report: false }]] as const) {
      expect((await terminal.call(method, `/api/v1/ceremonies/${run.code}${path}`, body)).body).toMatchObject({ code: 'wrong_channel' })
    }
  })

  it('nobody through a page of another origin', async () => {
    const { person, run, url } = await waiting()
    const foreign = await fetch(`${url}/api/v1/ceremonies/${run.code}/deny`, {
      method: 'POST', headers: { 'content-type': 'application/json', origin: 'https://evil.example', 'x-countersign': '1' }, body: '{"report":true}',
    })
    expect(foreign.status).toBeGreaterThanOrEqual(401)
    expect((await person.must('GET', `/api/v1/ceremonies/${run.code}`))['status']).toBe('waiting')
  })

  it('a code is found however it is typed, and nothing is found under another', async () => {
    const { person, run } = await waiting()
    const typed = run.code.toLowerCase().replaceAll('-', ' ')
    expect((await person.must('GET', `/api/v1/ceremonies/${encodeURIComponent(typed)}`))['code']).toBe(run.code)
    expect((await person.call('GET', '/api/v1/ceremonies/0000-0000-0000')).body).toMatchObject({ code: 'challenge_not_found' })
    expect((await person.call('GET', '/api/v1/ceremonies/%00%E2%80%AE')).status).toBeGreaterThanOrEqual(400)
  })
})

describe('what is decided is recorded', () => {
  it('asked, countersigned, granted and refused are leaves', async () => {
    const { person, run, begun, url, terminal } = await waiting()
    await person.finish(run.code, begun['ceremony'], person.key.get(begun['options'] as Options, url, { userVerified: false }))
    await person.finish(run.code, begun['ceremony'], person.sign(begun['options']))
    const { entries } = (await terminal.must('GET', '/api/v1/ledger/entries?limit=500')) as { entries: { leaf: string; details: string }[] }
    const types = entries.map((entry) => (JSON.parse(entry.leaf) as { type: string }).type)
    expect(types).toEqual(expect.arrayContaining(['directory.appended', 'gate.decided', 'run.created', 'gate.refused', 'gate.countersigned', 'gate.granted']))
    const refused = entries.find((entry) => entry.leaf.includes('gate.refused'))
    expect(JSON.parse(refused?.details ?? '{}')).toMatchObject({ code: 'assertion_invalid', proof: 'assertion_user_verification' })
  })
})
