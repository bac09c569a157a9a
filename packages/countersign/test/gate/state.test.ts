/** What a state credential can ask for, and how much of it. Whoever has its password has what is tried here. */
import { flooredActions, verifyEvidence } from '@countersign/proof'
import type { StateAction, StateSubject } from '@countersign/proof'
import { expect, it } from 'vitest'
import { credentialLimits } from '../../src/gate/budget.ts'
import { actionNames, bundleOf } from '../../src/gate/index.ts'
import type { Answer } from '../../src/gate/index.ts'
import { rowOf } from '../../src/gate/catalogue.ts'
import type { Actor } from '../../src/identity/index.ts'
import { stateInput } from '../../src/policy/index.ts'
import { ask as askRun, runBody } from '../support/sample-run.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'

const hex = (n: number): string => n.toString(16).padStart(32, '0')
const none = { version: 0, lineage: '', serial: 0, digest: '' }
const one = { version: 1, lineage: 'b9e1', serial: 4, digest: 'ab'.repeat(32) }

async function asking(options: Parameters<typeof ownedServer>[0] = {}) {
  const owned = await ownedServer(options)
  const { parts } = owned.server
  const { store } = parts.base
  const me = (await owned.person.must('GET', '/api/v1/session')) as { person: { id: string; name: string } }
  let asked = 0
  const actor = (over: Partial<Actor> = {}): Actor => ({
    kind: 'person', ...me.person, roles: [], via: 'state', session: `stc_${hex(1)}`, executor: `stc_${hex(1)}`, source: { address: '127.0.0.1', client: 'terraform' }, authTime: 0, ...over,
  })
  const question = (action: StateAction, by: Actor, workspace = 'shop/web') =>
    parts.gate.useCase('ask about a state', action, async (authorized, _: null): Promise<Answer> => {
      const ref = `sta_${hex(++asked)}`
      const environment = parts.pin.current().environmentOf(workspace).name
      const subject: Omit<StateSubject, 'policy'> = {
        v: 1, instance: parts.place.instance, org: parts.place.org, kind: 'state', action, request: ref, requester: by.id, executor: by.executor,
        workspace: { name: workspace, environment, enforcement: 'state-gated' }, source: by.source.address, phase: '', tier: '', lasts: 0,
        lock: { digest: 'cd'.repeat(32), operation: 'OperationTypeApply', who: 'ada@host', info: '' },
        state: one, target: action === 'state.rollback' ? one : none, whole: false, changes: { added: 0, changed: 0, removed: 0, outputs: 0, addresses: [], omitted: 0 },
      }
      return store.write((tx) => parts.gate.ask(tx, authorized, {
        input: stateInput(action, { workspace, environment, requester: { id: by.id, roles: [] } }), ref, scope: workspace, over: workspace, ids: { ref }, subject: (policy) => ({ ...subject, policy }),
      }))
    }).run(by, null)
  return { ...owned, parts, store, actor, question }
}

it('a lock is countersigned, and its grant stays open for the credential that asked, once', async () => {
  const { person, parts, store, actor, question } = await asking()
  const answer = await question('state.write', actor())
  if (answer.effect !== 'step-up') throw new Error(answer.effect)
  await person.countersign(answer.code)
  const { grant } = await store.read((db) => parts.gate.standing(db, `sta_${hex(1)}`))
  expect(grant?.status).toBe('open')
  const claim = { grant: grant?.id ?? '', action: 'state.write', subjectDigest: answer.digest, actor: actor().id, executor: actor().executor } as const
  const redeem = (over: Partial<typeof claim> | { executor: string }) => store.write((tx) => parts.gate.covers(tx, { ...claim, ...over }))
  await expect(redeem({ executor: `stc_${hex(2)}` })).rejects.toMatchObject({ code: 'executor_mismatch' })
  await redeem({})
  await expect(redeem({})).rejects.toMatchObject({ code: 'grant_consumed' })
})

it('its evidence tells whether the grant was used, and a verifier agrees', async () => {
  const { person, parts, store, actor, question } = await asking()
  const answer = await question('state.write', actor())
  await person.countersign(answer.code)
  const verdict = async (outcome: 'none' | 'started') => {
    const { challenge, grant } = await store.read((db) => parts.gate.standing(db, `sta_${hex(1)}`))
    const bundle = await bundleOf(parts.base.ledger, {
      instance: parts.place.instance, subject: answer.text, countersignatures: challenge?.signed.map((one) => one.countersignature) ?? [],
      directory: await store.read((db) => parts.identity.directory.entries(db)), entries: await parts.base.ledger.find({ key: 'ref', value: `sta_${hex(1)}` }), outcome,
    })
    return { grant: grant?.id ?? '', ...(await verifyEvidence(JSON.stringify(bundle), null)) }
  }
  const { grant, ...before } = await verdict('none')
  expect(before).toMatchObject({ verdict: 'DEMONSTRATION', consent: { subject: { action: 'state.write' }, who: [{ how: 'self step-up' }] }, effect: { startedAt: null } })
  await store.write((tx) => parts.gate.covers(tx, { grant, action: 'state.write', subjectDigest: answer.digest, actor: actor().id, executor: actor().executor }))
  expect(await verdict('none')).toMatchObject({ verdict: 'INVALID', code: 'evidence_outcome' })
  expect(await verdict('started')).toMatchObject({ verdict: 'DEMONSTRATION', effect: { startedAt: expect.stringMatching(/Z$/), records: [] } })
})

it('the gate and a verifier have the same floors', () => {
  expect(actionNames.filter((action) => rowOf(action).decides === 'floored').sort()).toEqual([...flooredActions].sort())
})

it('what has a floor is countersigned although the policy says nothing of it', async () => {
  const { actor, question } = await asking()
  const answer = await question('state.rollback', actor({ via: 'browser', executor: '' }))
  expect(answer).toMatchObject({ effect: 'step-up', requirement: { assurance: 'aal2', phishingResistant: true, freshSeconds: 300, selfStepUp: true } })
  expect(JSON.parse(answer.text)).toMatchObject({ policy: { rule: '(floor)' } })
})

it('outside production a plan locks without a question, and its grant is the credential\'s', async () => {
  const { actor, question } = await asking()
  expect(await question('state.plan', actor(), 'shop/dev')).toMatchObject({ effect: 'allow', grant: { id: expect.stringMatching(/^grt_/) } })
  expect(await question('state.plan', actor(), 'shop/web')).toMatchObject({ effect: 'step-up' })
})

it('a credential cannot get another one, roll back, import or accept, and is told so', async () => {
  const { actor, question } = await asking()
  for (const action of ['state.credential', 'state.rollback', 'state.restore', 'state.import', 'state.accept'] as const) {
    await expect(question(action, actor())).rejects.toMatchObject({ code: 'wrong_channel', message: expect.stringMatching(/^A state credential cannot /) })
  }
  await expect(question('state.write', actor({ via: 'terminal' }))).rejects.toMatchObject({ code: 'wrong_channel' })
})

it('a stolen password buries nobody: its requests are few, and the person\'s own terminal asks on', async () => {
  const clock = new HandClock()
  const { person, terminal, actor, question, parts, store } = await asking({ clock })
  for (let n = 0; n < credentialLimits.waiting; n++) await question('state.write', actor(), `shop/w${n}`)
  await expect(question('state.write', actor())).rejects.toMatchObject({ code: 'too_many_waiting' })
  await question('state.write', actor({ executor: `stc_${hex(2)}` }))
  await askRun(terminal, runBody())
  const cancelAll = () => store.write(async (tx) => {
    for (let n = 1; n < 100; n++) await parts.gate.cancel(tx, `sta_${hex(n)}`, 'test')
  })
  for (let n = credentialLimits.waiting; n < credentialLimits.inWindow; n++) {
    await cancelAll()
    await question('state.write', actor(), `shop/w${n}`)
  }
  await cancelAll()
  await expect(question('state.write', actor(), 'shop/last')).rejects.toMatchObject({ code: 'too_many_waiting', message: expect.stringContaining('ten minutes') })
  clock.time += 10 * 60_000
  await person.signIn()
  expect(await question('state.write', actor(), 'shop/last')).toMatchObject({ effect: 'step-up' })
})

it('"I didn\'t ask for this" closes whatever else the credential asked, and nothing of the terminal', async () => {
  const { person, terminal, actor, question } = await asking()
  const first = await question('state.write', actor())
  const second = await question('state.read', actor())
  const run = await askRun(terminal, runBody())
  await person.deny(first.code, true)
  const show = async (code: string) => (await person.must('GET', `/api/v1/ceremonies/${code}`))['status']
  expect([await show(first.code), await show(second.code), await show(run.code)]).toEqual(['denied', 'denied', 'waiting'])
  expect((await terminal.call('POST', '/api/v1/runs', runBody({ workspace: 'shop/dev' }))).status).toBe(201)
})
