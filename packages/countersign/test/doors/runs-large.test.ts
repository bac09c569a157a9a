/** Large plans: read apart from everybody else, and what comes of them is what comes of small ones. */
import { randomBytes, randomUUID } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createPlanReader } from '../../src/doors/runs/apart.ts'
import { sweepPlans, withPlan } from '../../src/doors/runs/kept.ts'
import { takeRun } from '../../src/doors/runs/take.ts'
import { apply, measuredOf, redactedPlan, runBody, sha256, show } from '../support/sample-run.ts'
import { begin, bodyOf, greet, largePlan, PADDING, send } from '../support/large-plans.ts'
import type { Sent } from '../support/large-plans.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { recruit, terminalOf } from '../support/team.ts'

type Owned = Awaited<ReturnType<typeof ownedServer>>

const rows = (owned: Owned) => owned.server.parts.base.store.read(async (db) => ({
  plans: await db.selectFrom('run_plan').selectAll().orderBy('run').execute(),
  pieces: await db.selectFrom('run_plan_piece').select(['plan', 'number']).execute(),
}))
const told = ({ status, body: { requestId: _, ...body } }: Sent) => ({ status, body })

/** The same request, read on the event loop and apart. */
async function both(owned: Owned, text: string): Promise<[Sent, Sent]> {
  const small = await send(owned.terminal, text)
  return [small, await send(owned.terminal, text + PADDING)]
}

describe('a plan is read apart as it is read beside everybody', () => {
  it('with the same statement, and the same bytes kept', async () => {
    const owned = await ownedServer()
    await greet(owned.terminal)
    const text = JSON.stringify(runBody({ actions: ['delete', 'create'] }))
    const [small, large] = await both(owned, text)
    const unannounced = await send(owned.terminal, text + PADDING, { announced: false })
    expect([small.status, large.status, unannounced.status]).toEqual([201, 201, 201])
    const { plans } = await rows(owned)
    expect(plans).toHaveLength(3)
    for (const plan of plans) expect(plan).toEqual({ ...plans[0], run: plan.run })
    for (const { body } of [large, unannounced]) {
      expect({ summary: body['summary'], risk: body['risk'], reasons: body['reasons'] }).toEqual({ summary: small.body['summary'], risk: small.body['risk'], reasons: small.body['reasons'] })
    }
    const [asked, askedLarge] = await both(owned, JSON.stringify({ ...runBody(), dryRun: true }))
    expect(asked.status).toBe(200)
    expect(askedLarge.body).toEqual(asked.body)
    expect((await rows(owned)).plans).toHaveLength(3)
  })

  it('whatever its size', async () => {
    const plans = createPlanReader()
    onTestFinished(() => plans.close())
    const bytes = Buffer.from(JSON.stringify(bodyOf(largePlan(2_000_000))))
    const [apart, beside] = [await plans.take(bytes), takeRun(bytes)]
    // Bytes by their digest: there are a million of them.
    const shown = (taken: typeof apart) => JSON.stringify(taken, (_, value: unknown) => (value instanceof Uint8Array ? sha256(value) : value))
    expect(shown(apart)).toBe(shown(beside))
    expect(apart.body).toMatchObject({ is: 'run', asked: { plan: { summary: { delete: Math.ceil(2_000_000 / 2300) } } } })
  })

  const plan = redactedPlan()
  const refused: [string, (text: string) => string, number][] = [
    ['no JSON', (text) => text.slice(0, -1), 400],
    ['nothing', () => '', 400],
    ['too deep', () => `{"a":${'['.repeat(65)}${']'.repeat(65)}}`, 400],
    ['a NUL', (text) => text.replace('"default"', '"de\\u0000fault"'), 400],
    ['a prototype', (text) => text.replace('{', '{"__proto__":{"a":1},'), 400],
    ['a constructor\'s prototype', (text) => text.replace('{', '{"constructor":{"prototype":1},'), 400],
    ['a list', () => '[]', 400],
    ['a member that is not known', (text) => text.replace('{', '{"more":1,'), 400],
    ['a claim that is not well formed', (text) => text.replace('"files":3', '"files":-3'), 400],
    ['two workspaces', (text) => text.replace('{"workspace":"payments/billing-prod"', '{"workspace":"payments/other"'), 400],
    ['another digest', (text) => text.replace(sha256(plan), sha256('another')), 400],
    ['a plan with a key twice', () => JSON.stringify(bodyOf(plan.replace('"marked":true', '"marked":true,"marked":true'))), 400],
    ['a plan with half a character', () => JSON.stringify(bodyOf(plan.replace('"x"', '"\uD800"'))), 400],
    ['a plan that is none', () => JSON.stringify(bodyOf('{}')), 400],
    ['a plan that breaks off', () => JSON.stringify(bodyOf(plan.slice(0, 100))), 400],
    ['findings that are none', (text) => text.replace('"findings":[]', '"findings":[{"code":1}]'), 400],
  ]

  it('and refused with the same words', async () => {
    const owned = await ownedServer()
    await greet(owned.terminal)
    const text = JSON.stringify(bodyOf(plan))
    for (const [name, broken, status] of refused) {
      const [small, large] = await both(owned, broken(text))
      expect([name, told(large)]).toEqual([name, told(small)])
      expect([name, small.status]).toEqual([name, status])
    }
    const tooMuch = await begin(owned.terminal, 97 * 1024 * 1024)
    expect(told(await tooMuch.answer)).toMatchObject({ status: 413, body: { code: 'too_large' } })
    expect((await rows(owned)).plans).toEqual([])
  })

  it('who may not ask is told that, and nothing about the plan', async () => {
    const owned = await ownedServer()
    const terminal = await terminalOf((await recruit(owned.person, 'Orla Auditor', 'auditor')).person)
    await greet(terminal)
    const text = JSON.stringify(bodyOf('{}'))
    for (const answer of [await send(terminal, text), await send(terminal, text + PADDING)]) expect(told(answer)).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
  })
})

describe('a large plan is kept', () => {
  it('in pieces, and comes back as it was; what it does is told to the state door without its values', async () => {
    const owned = await ownedServer()
    await greet(owned.terminal)
    const text = largePlan(3_000_000)
    const body = bodyOf(text)
    const asked = await send(owned.terminal, JSON.stringify(body))
    expect(asked.status).toBe(201)
    const { plans, pieces } = await rows(owned)
    expect(plans).toMatchObject([{ run: asked.body['id'], pieces: pieces.length }])
    expect(pieces.length).toBeGreaterThan(2)
    expect(plans[0]?.body).toHaveLength(0)
    const id = String(asked.body['id'])
    expect(sha256(await owned.terminal.bytes(`/api/v1/runs/${id}/plan`))).toBe(sha256(text))

    await owned.person.countersign(String(asked.body['code']))
    const { grant } = await show(owned.terminal, id)
    await apply(owned.terminal, id, { grant: grant?.id ?? '', measured: measuredOf(body) })
    const { base, state } = owned.server.parts
    const read = await base.store.read((db) => state.runs.plan(db, id))
    const outline = JSON.parse((await read()) ?? '') as { resource_changes: unknown[] }
    expect(outline.resource_changes[7]).toEqual({ address: 'terraform_data.item_7', change: { actions: ['delete'] } })
    expect(JSON.stringify(outline)).not.toContain('input')
    // Exchanged in the database, it is no plan that anybody countersigned.
    await base.store.write((tx) => tx.updateTable('run_plan_piece').set({ bytes: randomBytes(100) }).where('number', '=', 1).execute())
    expect(await (await base.store.read((db) => state.runs.plan(db, id)))()).toBeNull()
    await base.store.write((tx) => tx.deleteFrom('run_plan_piece').where('number', '=', 1).execute())
    expect((await owned.terminal.call('GET', `/api/v1/runs/${id}/plan`)).body).toMatchObject({ code: 'run_not_found' })
  })

  it('once, however often it is sent; and one that is refused leaves nothing behind', async () => {
    const clock = new HandClock()
    const owned = await ownedServer({ clock })
    await greet(owned.terminal)
    const text = JSON.stringify(bodyOf(largePlan(2_000_000)))
    const headers = { 'idempotency-key': randomUUID() }
    const first = await send(owned.terminal, text, { headers })
    const again = await send(owned.terminal, text, { headers })
    expect([first.status, again.body['id'], again.headers['idempotency-replayed']]).toEqual([201, first.body['id'], 'true'])
    expect(told(await send(owned.terminal, text.replace('"apply"', '"destroy"'), { headers }))).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    const before = await rows(owned)
    expect(before.plans).toHaveLength(1)

    const { store } = owned.server.parts.base
    await store.write((tx) => tx.insertInto('run_plan_consumed').values({ plan_file: (JSON.parse(text) as { claims: { plan: { file: string } } }).claims.plan.file, run: String(first.body['id']), at: 0 }).execute())
    expect(told(await send(owned.terminal, text))).toMatchObject({ status: 409, body: { code: 'plan_already_applied' } })
    expect(await rows(owned)).toEqual(before)

    // As after the death of a server between the pieces and their run; the last one is a millisecond too young.
    for (const age of [1, 0]) await store.write((tx) => tx.insertInto('run_plan_piece').values({ plan: `rpl_${(clock.time + 1 - age).toString(16).padStart(12, '0')}70008000000000000000`, number: 0, bytes: Buffer.from('left') }).execute())
    clock.time += 24 * 3600_000 + 1
    expect([await sweepPlans(owned.server.parts.runs), await sweepPlans(owned.server.parts.runs)]).toEqual([1, 0])
    expect((await rows(owned)).pieces).toHaveLength(before.pieces.length + 1)
  })

  it('its pieces are no effect of the call: what failed after them can be sent again', async () => {
    const owned = await ownedServer()
    const { runs, base } = owned.server.parts
    const opened = await base.once.open({ caller: 'somebody', key: randomUUID(), method: 'POST', url: '/', body: new Uint8Array() })
    if (!('call' in opened)) throw new Error('the key is new')
    const { call } = opened
    await expect(base.once.within(call, () => withPlan(runs, randomBytes(1_500_000), () => Promise.reject(new Error('refused'))))).rejects.toThrow('refused')
    expect([call.marked, (await rows(owned)).pieces]).toEqual([false, []])
  })
})

describe('where it cannot be read', () => {
  const thread = (does: string) => (): Worker => new Worker(`require('node:worker_threads').parentPort.on('message', (request) => { ${does} })`, { eval: true })
  const reader = (options: Parameters<typeof createPlanReader>[0]) => {
    const made = createPlanReader(options)
    onTestFinished(() => made.close())
    return made
  }
  const code = async (promise: Promise<unknown>): Promise<string> => promise.then(() => 'read', (error: { code?: string; message?: string }) => error.code ?? error.message ?? '')
  const body = () => new Uint8Array(new SharedArrayBuffer(PADDING.length))
  afterEach(() => void vi.restoreAllMocks())

  it('nothing is kept, and the next one is read', async () => {
    const owned = await ownedServer()
    await greet(owned.terminal)
    const { plans } = owned.server.parts.runs
    const dying = reader({ start: thread("throw new Error('CANARY')") })
    vi.spyOn(plans, 'take').mockImplementationOnce((bytes, signal) => dying.take(bytes, signal))
    const text = JSON.stringify(runBody()) + PADDING
    const lost = await send(owned.terminal, text)
    expect(told(lost)).toMatchObject({ status: 503, body: { code: 'plan_reader_failed', detail: expect.stringContaining('Nothing was kept') as string } })
    expect(JSON.stringify(lost.body)).not.toContain('CANARY')
    expect((await rows(owned)).plans).toEqual([])
    expect((await send(owned.terminal, text)).status).toBe(201)
  })

  it('its thread ends with the memory or the time that it may take, or with whoever asked', async () => {
    expect(await code(reader({ start: () => new Worker("require('node:worker_threads').parentPort.on('message', () => { const all = []; for (;;) all.push({ all }) })", { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } }) }).take(body()))).toBe('plan_reader_failed')
    expect(await code(reader({ patience: [50, 0], start: thread('for (;;);') }).take(body()))).toBe('plan_reader_failed')
    const gone = new AbortController()
    const leaving = reader({ start: thread('') })
    const [waited, waits] = [code(leaving.take(body(), gone.signal)), code(leaving.take(body()))]
    gone.abort(new Error('it left'))
    expect(await waited).toBe('it left')
    expect(await code(leaving.take(body(), gone.signal))).toBe('it left')
    await leaving.close()
    expect([await waits, await code(leaving.take(body()))]).toEqual(['plan_reader_closed', 'plan_reader_closed'])
  })

  it('whoever comes when too many wait is told when to come again, and small ones are read all the while', async () => {
    const owned = await ownedServer()
    await greet(owned.terminal)
    const largest = 96 * 1024 * 1024
    // Two have all the memory there is and send nothing; sixteen wait for theirs.
    const open = await Promise.all(Array.from({ length: 2 + 16 + 1 }, () => begin(owned.terminal, largest)))
    const refused = await Promise.race(open.map(({ answer }) => answer))
    expect(told(refused)).toMatchObject({ status: 503, body: { code: 'plan_reader_busy' } })
    expect(refused.headers['retry-after']).toBe('5')
    expect((await send(owned.terminal, JSON.stringify(runBody()))).status).toBe(201)
    for (const { sent } of open) sent.destroy()
    // Who left has left room.
    const text = JSON.stringify(bodyOf(redactedPlan())) + PADDING
    let last = await send(owned.terminal, text)
    while (last.status === 503) last = await send(owned.terminal, text)
    expect(last.status).toBe(201)
  })
})
