/**
 * "Committed, but the answer was lost", for each call of the interface that changes something: whole flows, in which every one of them
 * loses its answer and is sent again. A call that no flow makes fails the first test.
 */
import { Secret, TOTP } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { PersonElsewhere } from '../support/elsewhere.ts'
import { Book, LosingPerson, LosingTerminal, mutating } from '../support/losing-callers.ts'
import { losingProxy } from '../support/losing-proxy.ts'
import { ask, countersigned, runBody, sha256 } from '../support/sample-run.ts'
import { freePort, HandClock, scratchServer } from '../support/scratch-server.ts'
import { countersignNext, credentialFor, lock, lockInfo, post, send, stateText } from '../support/state-wire.ts'
import { change, invite, memberOf } from '../support/team.ts'

const step = 30_000
const password = 'a long password that nobody guesses'

async function begin() {
  const [clock, port, target] = [new HandClock(), await freePort(), await freePort()]
  const proxy = await losingProxy(port, target)
  const url = `http://localhost:${port}`
  const scratch = await scratchServer({ clock, port: target, url, programs: { deviceGrant: true }, stateLimits: { holdSeconds: 0 } })
  let { server } = scratch
  const book = new Book(proxy, () => server.parts.base.store)
  const ada = new LosingPerson(url, book)
  await ada.setUp(server.setupLink ?? '', 'Ada Owner')
  const restart = async (at: string, alsoUrls: string[]) => {
    await server.close()
    ;({ server } = await scratchServer({ clock, dataDir: scratch.dataDir, port: target, url: at, alsoUrls }))
  }
  return { clock, url, book, ada, restart, server: () => server }
}

type World = Awaited<ReturnType<typeof begin>>
type Flow = { calls: readonly string[]; run(world: World): Promise<void> }

const v1 = (method: string, paths: string): string[] => paths.split(' ').map((path) => `${method} /api/v1/${path}`)
const everywhere = v1('POST', 'setup/begin setup/create setup/finish')
const signing = v1('POST', 'ceremonies/{code}/begin ceremonies/{code}/finish')
const terminals = v1('POST', 'interactions/{uid}')

const flows: Record<string, Flow> = {
  'an owner and what they sign in with': {
    calls: [
      ...everywhere, ...signing, ...terminals,
      ...v1('POST', 'session/begin session/finish session/password session/recovery authenticators/begin authenticators/create authenticators/finish authenticators/{id}/revocation authenticator-apps/begin authenticator-apps/confirm'),
      ...v1('POST', 'authenticator-apps/{id}/voucher/begin authenticator-apps/{id}/voucher/finish password/begin password recovery-codes/begin recovery-codes devices/lookup devices/answer members/{id}/profile'),
      ...v1('DELETE', 'authenticator-apps/{id} sessions/{id} session terminals/{id} token'),
    ],
    async run({ ada, book, clock, url }) {
      const me = (await ada.must('GET', '/api/v1/session'))['person'] as { id: string }
      await ada.must('POST', `/api/v1/members/${me.id}/profile`, { login: 'ada', email: '' })
      const second = await ada.addKey(createSoftwareAuthenticator(), 'second key')
      const revocation = await ada.must('POST', `/api/v1/authenticators/${(second.body['authenticator'] as { id: string }).id}/revocation`, { reason: 'lost' })
      await ada.countersign(String(revocation['code']))

      const app = await newApp(ada, clock)
      const dropped = await newApp(ada, clock)
      await ada.must('DELETE', `/api/v1/authenticator-apps/${dropped.id}`)
      const vouching = await ada.must('POST', `/api/v1/authenticator-apps/${app.id}/voucher/begin`, {})
      await ada.must('POST', `/api/v1/authenticator-apps/${app.id}/voucher/finish`, { ceremony: vouching['ceremony'], response: ada.sign((vouching['voucher'] as { options: unknown }).options) })
      const fresh = async (what: string) => {
        const begun = await ada.must('POST', `/api/v1/${what}/begin`, {})
        return { ceremony: begun['ceremony'], response: ada.sign(begun['options']) }
      }
      await ada.must('POST', '/api/v1/password', { password, proof: await fresh('password') })
      const { codes } = (await ada.must('POST', '/api/v1/recovery-codes', { proof: await fresh('recovery-codes') })) as { codes: string[] }

      clock.time += step
      const elsewhere = new LosingPerson(url, book, ada.key)
      await elsewhere.must('POST', '/api/v1/session/password', { login: 'ada', password, code: app.code() })
      const lost = new LosingPerson(url, book)
      await lost.must('POST', '/api/v1/session/recovery', { login: 'ada', code: codes[0] })
      const { sessions } = (await ada.must('GET', '/api/v1/sessions')) as { sessions: { id: string; thisSession: boolean }[] }
      await ada.must('DELETE', `/api/v1/sessions/${sessions.find(({ thisSession }) => !thisSession)?.id ?? ''}`)

      const form = new URLSearchParams({ client_id: 'countersign-cli', scope: 'openid countersign', dpop_jkt: 'A'.repeat(43), login_hint: 'ada@server-7' })
      const { user_code: code } = (await (await fetch(`${url}/oidc/device/auth`, { method: 'POST', body: form })).json()) as { user_code: string }
      await ada.must('POST', '/api/v1/devices/lookup', { code })
      await ada.must('POST', '/api/v1/devices/answer', { code, decision: 'allow' })

      await terminal(ada, clock)
      const other = await terminal(ada, clock)
      const { terminals: listed } = (await other.must('GET', '/api/v1/terminals')) as { terminals: { id: string; thisTerminal: boolean }[] }
      await other.must('DELETE', `/api/v1/terminals/${listed.find(({ thisTerminal }) => !thisTerminal)?.id ?? ''}`)
      await other.must('DELETE', '/api/v1/token')
      await ada.must('DELETE', '/api/v1/session')
      await ada.signIn()
    },
  },
  'people who come and go': {
    calls: [
      ...everywhere, ...signing,
      ...v1('POST', 'members members/{id}/link invitation/show invitation/begin invitation/create invitation/finish pending-keys/{id}/begin pending-keys/{id}/finish session/begin session/finish'),
      ...v1('POST', 'members/{id}/roles members/{id}/same members/{id}/recovery members/{id}/removal invitation/app/begin invitation/app/confirm'),
    ],
    async run({ ada, book, clock, url }) {
      const joined = async (name: string) => {
        const { id, link } = await invite(ada, name, 'operator')
        const person = new LosingPerson(url, book)
        await person.must('POST', '/api/v1/invitation/show', { token: new URL(link).hash.slice(1) })
        const told = await person.join(link)
        await ada.vouch((await memberOf(ada, name)).pending?.id ?? '', told)
        await person.signIn()
        return { id, person }
      }
      const [ben, bea] = [await joined('Ben'), await joined('Bea')]
      await change(ada, `/api/v1/members/${ben.id}/roles`, { role: 'approver', scope: 'shop', change: 'grant' })
      await change(ada, `/api/v1/members/${ben.id}/same`, { same: bea.id })
      await change(ada, `/api/v1/members/${ben.id}/recovery`, { change: 'start' })
      await change(ada, `/api/v1/members/${bea.id}/removal`, {})

      const { link } = await invite(ada, 'Cleo', 'operator')
      const cleo = new LosingPerson(url, book)
      const token = new URL(link).hash.slice(1)
      const shown = await cleo.must('POST', '/api/v1/invitation/app/begin', { token, label: 'phone' })
      const code = codesOf(shown, clock)
      await cleo.must('POST', '/api/v1/invitation/app/confirm', { token, ceremony: shown['ceremony'], codes: [code(-1), code(0)], password, login: 'cleo' })
    },
  },
  'runs, and the policy': {
    calls: [...everywhere, ...signing, ...terminals, ...v1('POST', 'ceremonies/{code}/deny runs runs/{id}/apply-start runs/{id}/alive runs/{id}/outcome runs/{id}/cancel policy/changes policy/changes/{id}/withdraw')],
    async run({ ada, clock }) {
      const cli = await terminal(ada, clock)
      const { run, start } = await countersigned(ada, cli)
      const { lease } = await cli.must('POST', `/api/v1/runs/${run.id}/apply-start`, start)
      await cli.must('POST', `/api/v1/runs/${run.id}/alive`, { lease })
      await cli.must('POST', `/api/v1/runs/${run.id}/outcome`, { lease, result: 'applied', summary: '1 destroyed', state: { lineage: 'l', serial: 1, digest: 'ab'.repeat(32) }, treeUnchanged: true })
      await ada.deny((await ask(cli, runBody({ workspace: 'shop/one' }))).code)
      await cli.must('POST', `/api/v1/runs/${(await ask(cli, runBody({ workspace: 'shop/two' }))).id}/cancel`, {})
      const { id } = await ada.must('POST', '/api/v1/policy/changes', { yaml: 'version: 1\nrules:\n  - { name: all, when: {}, then: countersign }\n' })
      expect(await ada.must('POST', `/api/v1/policy/changes/${String(id)}/withdraw`, {})).toMatchObject({ status: 'cancelled' })
    },
  },
  'states, over the interface and over the wire': {
    calls: [...everywhere, ...signing, ...terminals, ...v1('POST', 'state/requests state/requests/{id}/redeem state/requests/{id}/withdraw'), ...v1('DELETE', 'state/credentials/{id}'), 'LOCK', 'POST', 'UNLOCK', 'DELETE'],
    async run({ ada, book, clock }) {
      const cli = await terminal(ada, clock)
      const credential = await credentialFor(ada, cli, 'shop/web')
      const info = lockInfo()
      const headers = { connection: 'close' }
      await ada.countersign(String((await lock(credential, info)).body['ID']).split('/c/')[1] ?? '')
      expect(await book.wire('LOCK', () => lock(credential, info, { headers }))).toMatchObject({ status: 200 })
      expect(await book.wire('POST', () => post(credential, info.ID, stateText(1, 'l'), { headers }))).toMatchObject({ status: 200 })
      expect(await book.wire('UNLOCK', () => send('UNLOCK', credential.address, credential, { body: JSON.stringify(info), headers }))).toMatchObject({ status: 200 })
      const reading = await cli.must('POST', '/api/v1/state/requests', { action: 'state.read', workspace: 'shop/web' })
      if (reading['status'] === 'waiting') await ada.countersign(String(reading['code']))
      expect((await cli.call('POST', `/api/v1/state/requests/${String(reading['id'])}/redeem`)).body).toMatchObject({ code: 'answer_lost' })
      const unwanted = await cli.must('POST', '/api/v1/state/requests', { action: 'state.read', workspace: 'shop/web' })
      expect(await cli.must('POST', `/api/v1/state/requests/${String(unwanted['id'])}/withdraw`, {})).toMatchObject({ status: 'cancelled' })
      const state = stateText(7, 'imported')
      const importing = await cli.must('POST', '/api/v1/state/requests', { action: 'state.import', workspace: 'shop/old', digest: sha256(state), lineage: 'imported', serial: 7, size: state.length })
      await ada.countersign(String(importing['code']))
      expect(await cli.redeem(String(importing['id']), state)).toMatchObject({ status: 200 })
      const regretted = await cli.must('POST', '/api/v1/state/requests', { action: 'state.credential', workspace: 'shop/web', phase: 'apply' })
      await cli.must('POST', `/api/v1/state/requests/${String(regretted['id'])}/withdraw`, {})
      const remove = () => send('DELETE', credential.address, credential, { headers })
      await remove()
      await countersignNext(ada, cli, 'state.delete')
      expect(await book.wire('DELETE', remove)).toMatchObject({ status: 200 })
      await cli.must('DELETE', `/api/v1/state/credentials/${credential.id}`)
    },
  },
  'an installation that moves': {
    calls: [...everywhere, ...signing, ...v1('POST', 'sites session/begin session/finish authenticators/move authenticators/move/{id}/begin authenticators/move/{id}/finish')],
    async run({ ada, book, restart, url }) {
      const name = 'https://countersign.example.com'
      const { code } = await ada.must('POST', '/api/v1/sites', { change: 'add', url: name })
      await ada.countersign(String(code))
      await restart(name, [url])
      const old = new LosingPerson(url, book, ada.key)
      await old.signIn()
      const { link } = await old.must('POST', '/api/v1/authenticators/move', {})
      const told = await new PersonElsewhere(name, createSoftwareAuthenticator(), url).join(String(link))
      const { pendingKey } = (await old.must('GET', '/api/v1/authenticators')) as { pendingKey: { id: string } }
      const begun = await old.must('POST', `/api/v1/authenticators/move/${pendingKey.id}/begin`, { code: told })
      await old.must('POST', `/api/v1/authenticators/move/${pendingKey.id}/finish`, { ceremony: begun['ceremony'], response: old.sign(begun['options']) })
    },
  },
  'the one owner, who comes back through the host': {
    calls: [...everywhere, ...v1('POST', 'owner-recovery/begin owner-recovery/create owner-recovery/finish')],
    async run({ book, server, url }) {
      const { token } = await server().parts.identity.hostRecovery.issue()
      await new LosingPerson(url, book).recover(`${url}/recover#${token}`)
    },
  },
}

async function terminal(person: LosingPerson, clock: HandClock): Promise<LosingTerminal> {
  const made = await LosingTerminal.of(person)
  made.now = () => clock.now()
  return made
}

function codesOf(shown: Record<string, unknown>, clock: HandClock): (ahead: number) => string {
  const totp = new TOTP({ secret: Secret.fromBase32(String(shown['secret']).replaceAll(' ', '')) })
  return (ahead) => totp.generate({ timestamp: clock.now() + ahead * step })
}

async function newApp(person: LosingPerson, clock: HandClock) {
  // No code of the one before counts for this one.
  clock.time += 2 * step
  const shown = await person.must('POST', '/api/v1/authenticator-apps/begin', { label: 'phone' })
  const code = codesOf(shown, clock)
  const { pending } = (await person.must('POST', '/api/v1/authenticator-apps/confirm', { ceremony: shown['ceremony'], codes: [code(-1), code(0)] })) as { pending: { id: string } }
  return { id: pending.id, code: () => code(0) }
}

describe('each call whose answer was lost, sent again', () => {
  it.each(Object.entries(flows))('of %s, is one', async (_, flow) => {
    const world = await begin()
    await flow.run(world)
    expect(world.book.wrong).toEqual([])
    expect([...world.book.repeated].sort()).toEqual([...new Set(flow.calls)].sort())
  })
})

it('no call that changes something is left out', () => {
  expect([...new Set(Object.values(flows).flatMap(({ calls }) => calls))].filter((name) => name.includes('/api/')).sort()).toEqual([...mutating].sort())
})
