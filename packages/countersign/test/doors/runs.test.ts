/** The runs door through its real HTTP server: what is applied is what was countersigned, once, by whom and where it was asked. */
import { describe, expect, it } from 'vitest'
import { newTerminalKey, RawTerminal, signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { apply, ask, countersigned, measuredOf, runBody, sha256, show } from '../support/sample-run.ts'
import type { StartBody } from '../support/sample-run.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'

describe('a countersigned run', () => {
  it('is asked, countersigned, started once, reported once, and proven', async () => {
    const { person, terminal } = await ownedServer()
    const { run, start } = await countersigned(person, terminal)
    expect(run).toMatchObject({ status: 'granted', environment: 'prod', decision: 'step-up' })
    await apply(terminal, run.id, start)
    expect(await show(terminal, run.id)).toMatchObject({ status: 'applied', outcome: { result: 'applied', treeUnchanged: true } })
    const evidence = await terminal.must('GET', `/api/v1/runs/${run.id}/evidence`)
    expect(evidence).toMatchObject({ type: 'countersign.evidence', outcome: 'applied' })
  })

  it('wakes whoever waits for it', async () => {
    const { person, terminal } = await ownedServer()
    const run = await ask(terminal, runBody())
    const waiting = terminal.must('GET', `/api/v1/runs/${run.id}?wait=30&since=${run.version}`)
    await person.countersign(run.code)
    expect(await waiting).toMatchObject({ status: 'granted' })
  })
})

/** Each differs from a start that succeeds in one thing, and the run can still be applied afterwards: nothing was consumed. */
describe('a start that differs from what was countersigned', () => {
  const other = sha256('other')
  const differences: [string, string, (start: StartBody) => StartBody][] = [
    ['another plan file', 'plan_mismatch', (s) => ({ ...s, measured: { ...s.measured, planFile: other } })],
    ['another state serial', 'state_changed', (s) => ({ ...s, measured: { ...s.measured, state: { ...s.measured.state, serial: 7 } } })],
    ['another lineage', 'state_changed', (s) => ({ ...s, measured: { ...s.measured, state: { ...s.measured.state, lineage: 'x' } } })],
    ['another state', 'state_changed', (s) => ({ ...s, measured: { ...s.measured, state: { ...s.measured.state, digest: other } } })],
    ['an edited working tree', 'tree_changed', (s) => ({ ...s, measured: { ...s.measured, tree: { ...s.measured.tree, digest: other } } })],
    ['another engine binary', 'engine_changed', (s) => ({ ...s, measured: { ...s.measured, engine: { ...s.measured.engine, binary: other } } })],
    ['another provider', 'engine_changed', (s) => ({ ...s, measured: { ...s.measured, providers: [] } })],
    ['another argument', 'arguments_changed', (s) => ({ ...s, measured: { ...s.measured, arguments: ['-state-out=elsewhere'] } })],
    ['another TF_ variable', 'arguments_changed', (s) => ({ ...s, measured: { ...s.measured, variables: [...s.measured.variables, { name: 'TF_WORKSPACE', digest: other }] } })],
    ['another backend', 'backend_mismatch', (s) => ({ ...s, measured: { ...s.measured, backend: { ...s.measured.backend, cliWorkspace: 'other' } } })],
    ['another grant', 'grant_not_found', (s) => ({ ...s, grant: 'grt_00000000000000000000000000000000' })],
  ]

  it('is refused for each difference, and the run stays applicable', async () => {
    const { person, terminal } = await ownedServer()
    const { run, start } = await countersigned(person, terminal)
    const refusals: [string, unknown][] = []
    for (const [name, , change] of differences) refusals.push([name, (await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, change(start))).body['code']])
    expect(refusals).toEqual(differences.map(([name, code]) => [name, code]))
    await apply(terminal, run.id, start)
  })
})

describe('a plan is applied once, for ever', () => {
  it('refuses a second start of the same run', async () => {
    const { person, terminal } = await ownedServer()
    const { run, start } = await countersigned(person, terminal)
    await apply(terminal, run.id, start)
    expect((await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, start)).body).toMatchObject({ code: 'run_already_applied', status: 409 })
  })

  it('lets exactly one of many starts at the same moment through', async () => {
    const { person, terminal } = await ownedServer()
    const { run, start } = await countersigned(person, terminal)
    const answers = await Promise.all(Array.from({ length: 12 }, () => terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, start)))
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
    expect(new Set(answers.filter((answer) => answer.status !== 200).map((answer) => answer.body['code']))).toEqual(new Set(['run_already_applied']))
  })

  it('refuses the same file in a run that was asked before the first apply, and in one asked after it', async () => {
    const { person, terminal } = await ownedServer()
    const first = runBody()
    const twin = await countersigned(person, terminal, first)
    const before = await countersigned(person, terminal, { ...first })
    await apply(terminal, twin.run.id, twin.start)
    // The workspace's other grants are void with the first start; the plan file's own key would refuse it as well.
    expect((await terminal.call('POST', `/api/v1/runs/${before.run.id}/apply-start`, before.start)).status).toBe(409)
    expect((await terminal.call('POST', '/api/v1/runs', first)).body).toMatchObject({ code: 'plan_already_applied' })
  })

  it('voids the workspace\'s other grants when one is used', async () => {
    const { person, terminal } = await ownedServer()
    const one = await countersigned(person, terminal)
    const other = await countersigned(person, terminal)
    const elsewhere = await countersigned(person, terminal, runBody({ workspace: 'shop/web' }))
    const { lease } = (await terminal.must('POST', `/api/v1/runs/${one.run.id}/apply-start`, one.start)) as { lease: string }
    await terminal.must('POST', `/api/v1/runs/${one.run.id}/outcome`, { lease, result: 'failed', summary: 'nothing', state: one.body.claims.state, treeUnchanged: true })
    expect((await terminal.call('POST', `/api/v1/runs/${other.run.id}/apply-start`, other.start)).body).toMatchObject({ code: 'grant_void' })
    await apply(terminal, elsewhere.run.id, elsewhere.start, { lineage: 'lineage-2', serial: 1, digest: sha256('s') })
  })
})

describe('a workspace and its state', () => {
  const after = (serial: number, lineage = 'lineage-1') => ({ lineage, serial, digest: sha256(`state ${serial}`) })

  async function appliedOnce() {
    const owned = await ownedServer()
    const first = await countersigned(owned.person, owned.terminal)
    await apply(owned.terminal, first.run.id, first.start, after(3))
    return owned
  }

  it('goes on from the state that was reported', async () => {
    const { person, terminal } = await appliedOnce()
    const next = await countersigned(person, terminal, runBody({ claims: { state: after(3) } }))
    await apply(terminal, next.run.id, next.start, after(4))
  })

  it.each([
    ['the same state under another name', { workspace: 'payments/dev', claims: { state: after(3) } }, 'lineage_bound_elsewhere'],
    ['another state under the same name', { claims: { state: after(3, 'lineage-2') } }, 'lineage_mismatch'],
    ['no state under the same name', { claims: { state: { ...after(0), lineage: '' } } }, 'lineage_mismatch'],
    ['a state that was rolled back', { claims: { state: after(2) } }, 'serial_regressed'],
  ] as const)('refuses %s', async (_, over, code) => {
    const { terminal } = await appliedOnce()
    expect((await terminal.call('POST', '/api/v1/runs', runBody(over))).body).toMatchObject({ code, status: 409 })
  })

  it('refuses at the start what became another\'s state after it was asked', async () => {
    const { person, terminal } = await ownedServer()
    const victim = await countersigned(person, terminal, runBody({ claims: { state: after(3) } }))
    const thief = await countersigned(person, terminal, runBody({ workspace: 'payments/dev', claims: { state: after(3) } }))
    await apply(terminal, victim.run.id, victim.start, after(4))
    expect((await terminal.call('POST', `/api/v1/runs/${thief.run.id}/apply-start`, thief.start)).body).toMatchObject({ code: 'lineage_bound_elsewhere' })
  })

  it('raises the risk when the state has moved to another place', async () => {
    const { terminal } = await appliedOnce()
    const body = runBody({ claims: { state: after(3) } })
    body.claims.workspace.backend = { type: 's3', cliWorkspace: 'default', location: sha256('bucket') }
    const run = await ask(terminal, body)
    expect(run.risk.reasons.map((reason) => reason.code)).toContain('backend_changed')
  })
})

describe('an apply that is never reported', () => {
  it('stays unknown, is never applicable again, and takes a late report', async () => {
    const clock = new HandClock()
    const { person, terminal, server } = await ownedServer({ clock })
    const { run, start, body } = await countersigned(person, terminal)
    const { lease } = (await terminal.must('POST', `/api/v1/runs/${run.id}/apply-start`, start)) as { lease: string }
    const next = await ask(terminal, runBody({ claims: { state: body.claims.state } }))
    expect(next.risk.reasons.map((reason) => reason.code)).toContain('previous_outcome_unknown')
    await person.countersign(next.code)
    clock.time += 60_000
    const granted = await show(terminal, next.id)
    await terminal.must('POST', `/api/v1/runs/${next.id}/apply-start`, { grant: granted.grant?.id, measured: measuredOf({ ...body, claims: { ...body.claims, ...JSON.parse(next.subject), plan: { file: (JSON.parse(next.subject) as { plan: { file: string } }).plan.file } } }) })
    expect(await show(terminal, run.id)).toMatchObject({ status: 'outcome-unknown' })
    expect((await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, start)).body).toMatchObject({ code: 'run_already_applied' })
    await terminal.must('POST', `/api/v1/runs/${run.id}/outcome`, { lease, result: 'applied', summary: 'late', state: { lineage: 'l', serial: 1, digest: sha256('s') }, treeUnchanged: true })
    expect(await show(terminal, run.id)).toMatchObject({ status: 'applied' })
    expect(server.url).toContain('localhost')
  })

  it('is reported with the lease only, and once', async () => {
    const { person, terminal } = await ownedServer()
    const { run, start } = await countersigned(person, terminal)
    const { lease } = await apply(terminal, run.id, start)
    const report = { lease, result: 'failed', summary: 'no', state: { lineage: 'l', serial: 1, digest: sha256('s') }, treeUnchanged: true }
    expect((await terminal.call('POST', `/api/v1/runs/${run.id}/outcome`, report)).body).toMatchObject({ code: 'outcome_reported' })
    expect((await terminal.call('POST', `/api/v1/runs/${run.id}/outcome`, { ...report, lease: 'cs_ls_other' })).body).toMatchObject({ code: 'lease_invalid' })
  })
})

describe('who applies', () => {
  it('a token without the countersignature starts nothing', async () => {
    const { terminal } = await ownedServer()
    const body = runBody()
    const run = await ask(terminal, body)
    const answer = await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, { grant: 'grt_00000000000000000000000000000000', measured: measuredOf(body) })
    expect(answer.body).toMatchObject({ code: 'countersignature_required', status: 401 })
    expect(answer.headers.get('www-authenticate')).toContain('insufficient_user_authentication')
  })

  it('a token with another key is nobody', async () => {
    const { terminal, url } = await ownedServer()
    const thief = new RawTerminal(url, terminal.token, await newTerminalKey())
    expect((await thief.call('GET', '/api/v1/runs')).body).toMatchObject({ code: 'dpop_key_mismatch', status: 401 })
  })

  it('another terminal of the same person cannot use the grant', async () => {
    const { person, terminal, url } = await ownedServer()
    const { run, start } = await countersigned(person, terminal)
    const other = await signInTerminal(url, (link) => person.allowTerminal(link))
    expect((await other.call('POST', `/api/v1/runs/${run.id}/apply-start`, start)).body).toMatchObject({ code: 'executor_mismatch' })
    await apply(terminal, run.id, start)
  })

  it('a grant does not outlive the countersignature\'s freshness', async () => {
    const clock = new HandClock()
    const { person, terminal } = await ownedServer({ clock })
    const { run, start } = await countersigned(person, terminal)
    clock.time += 10 * 60_000
    expect(await show(terminal, run.id)).toMatchObject({ status: 'expired' })
    expect((await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, start)).body).toMatchObject({ code: 'grant_expired' })
  })

  it('a cancelled run is not started', async () => {
    const { person, terminal } = await ownedServer()
    const { run, start } = await countersigned(person, terminal)
    await terminal.must('POST', `/api/v1/runs/${run.id}/cancel`, {})
    expect((await terminal.call('POST', `/api/v1/runs/${run.id}/apply-start`, start)).body).toMatchObject({ code: 'run_not_applicable' })
    expect(await show(terminal, run.id)).toMatchObject({ status: 'cancelled', grant: null })
  })

  it('what the policy allows needs nobody, and is started with its own grant', async () => {
    const { terminal } = await ownedServer()
    const body = runBody({ workspace: 'shop/dev', actions: ['create'] })
    const run = await ask(terminal, body)
    expect(run).toMatchObject({ status: 'granted', decision: 'allow', environment: 'dev' })
    await apply(terminal, run.id, { grant: run.grant?.id ?? '', measured: measuredOf(body) })
  })

  it('what nobody countersigned binds no workspace and voids nobody\'s grant', async () => {
    const { person, terminal } = await ownedServer()
    const state = { lineage: 'lineage-1', serial: 5, digest: sha256('s') }
    const honest = await countersigned(person, terminal, runBody({ workspace: 'shop/dev', claims: { state } }))
    await apply(terminal, honest.run.id, honest.start, { ...state, serial: 6 })
    const next = await countersigned(person, terminal, runBody({ workspace: 'shop/dev', claims: { state: { ...state, serial: 6 } } }))
    // A thief with token and key: a harmless plan of a serial that nobody will ever reach, reported with a serial even higher.
    const far = runBody({ workspace: 'shop/dev', actions: ['create'], claims: { state: { ...state, serial: 9007199254740000 } } })
    far.claims.workspace.backend = honest.body.claims.workspace.backend
    const thief = await ask(terminal, far)
    expect(thief.decision).toBe('allow')
    await apply(terminal, thief.id, { grant: thief.grant?.id ?? '', measured: measuredOf(far) }, { ...state, serial: 9007199254740990 })
    await apply(terminal, next.run.id, next.start, { ...state, serial: 7 })
  })

  it('a state that nobody has seen is never taken over without a touch, whatever the workspace is called', async () => {
    const { terminal } = await ownedServer()
    const run = await ask(terminal, runBody({ workspace: 'acme/brandnew', actions: ['no-op'], claims: { state: { lineage: 'somebody-elses', serial: 1, digest: sha256('s') } } }))
    expect(run.decision).toBe('step-up')
    expect(run.risk.reasons.map((reason) => reason.code)).toContain('lineage_unknown')
  })

  it('a plan file stays applied when its row is deleted from the database', async () => {
    const owned = await ownedServer()
    const first = await countersigned(owned.person, owned.terminal)
    await apply(owned.terminal, first.run.id, first.start)
    await owned.server.parts.base.store.write(async (tx) => {
      await tx.deleteFrom('run_plan_consumed').execute()
      await tx.updateTable('run').set({ state: 'asked' }).execute()
      await tx.updateTable('gate_grant').set({ status: 'open' }).execute()
    })
    expect((await owned.terminal.call('POST', `/api/v1/runs/${first.run.id}/apply-start`, first.start)).body).toMatchObject({ code: 'run_already_applied' })
  })

  it('tearing down is countersigned also where changes pass', async () => {
    const { terminal } = await ownedServer()
    expect(await ask(terminal, runBody({ workspace: 'shop/dev', actions: ['create'], scope: 'destroy' }))).toMatchObject({ status: 'waiting' })
  })
})

describe('a request that is not well formed', () => {
  it.each([
    ['a plan whose digest is another', (b: ReturnType<typeof runBody>) => ({ ...b, plan: `${b.plan} ` }), 'plan_digest_mismatch'],
    ['an unknown member', (b: ReturnType<typeof runBody>) => ({ ...b, environment: 'dev' }), 'invalid_request'],
    ['a claim too many', (b: ReturnType<typeof runBody>) => ({ ...b, claims: { ...b.claims, risk: 'none' } }), 'invalid_request'],
    ['two names for the workspace', (b: ReturnType<typeof runBody>) => ({ ...b, workspace: 'shop/dev' }), 'invalid_request'],
    ['a workspace that climbs', (b: ReturnType<typeof runBody>) => ({ ...b, workspace: '../dev' }), 'invalid_request'],
    ['providers out of order', (b: ReturnType<typeof runBody>) => ({ ...b, claims: { ...b.claims, providers: [...b.claims.providers, ...b.claims.providers].map((one, at) => ({ ...one, address: String(9 - at) })) } }), 'statement_invalid'],
    ['a tree that is bound without a digest', (b: ReturnType<typeof runBody>) => ({ ...b, claims: { ...b.claims, tree: { ...b.claims.tree, digest: '' } } }), 'statement_invalid'],
    ['a serial beyond what JSON holds', (b: ReturnType<typeof runBody>) => ({ ...b, claims: { ...b.claims, state: { ...b.claims.state, serial: 2 ** 53 } } }), 'invalid_request'],
  ])('%s is refused', async (_, change, code) => {
    const { terminal } = await ownedServer()
    expect((await terminal.call('POST', '/api/v1/runs', change(runBody()))).body).toMatchObject({ code })
    expect(await terminal.must('GET', '/api/v1/runs')).toEqual({ runs: [] })
  })
})
