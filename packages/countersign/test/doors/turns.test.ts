/** Several runs of one workspace: one after another, each told whom it waits for, and none kept waiting by a crash. */
import { describe, expect, it } from 'vitest'
import { ask, countersigned, measuredOf, runBody, show } from '../support/sample-run.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { terminalOf } from '../support/team.ts'

const silence = 60_000

async function applying() {
  const clock = new HandClock()
  const owned = await ownedServer({ clock })
  const first = await countersigned(owned.person, owned.terminal)
  const { lease } = (await owned.terminal.must('POST', `/api/v1/runs/${first.run.id}/apply-start`, first.start)) as { lease: string }
  const start = async (id: string, body: ReturnType<typeof runBody>) => {
    const { grant } = await show(owned.terminal, id)
    return owned.terminal.call('POST', `/api/v1/runs/${id}/apply-start`, { grant: grant?.id ?? '', measured: measuredOf(body) })
  }
  return { ...owned, clock, first, lease, start }
}

describe('a workspace that is applied', () => {
  it('lets nobody else start, says who it is, and spends nothing of those who wait', async () => {
    const { person, terminal, first, lease, start } = await applying()
    const body = runBody()
    const second = await ask(terminal, body)
    expect(await show(terminal, second.id)).toMatchObject({ behind: { id: first.run.id, code: first.run.code, requester: { name: 'Ada Owner' } } })
    await person.countersign(second.code)
    expect((await start(second.id, body)).body).toMatchObject({ code: 'workspace_busy', detail: expect.stringContaining('Ada Owner is applying payments/billing-prod now') as string })
    expect((await show(terminal, second.id)).grant).not.toBeNull()

    const elsewhere = runBody({ workspace: 'search/index-prod' })
    const other = await ask(terminal, elsewhere)
    await person.countersign(other.code)
    expect((await start(other.id, elsewhere)).status).toBe(200)

    await terminal.must('POST', `/api/v1/runs/${first.run.id}/outcome`, { lease, result: 'failed', summary: 'nothing', state: { lineage: '', serial: 0, digest: 'a'.repeat(64) }, treeUnchanged: true })
    expect(await show(terminal, second.id)).toMatchObject({ behind: null })
    expect((await start(second.id, body)).body['code']).not.toBe('workspace_busy')
  })

  it('is waited for as long as it speaks, and no longer', async () => {
    const { terminal, clock, first, lease, start } = await applying()
    const body = runBody({ workspace: 'payments/billing-prod' })
    const second = await ask(terminal, body)
    clock.time += silence - 1
    await terminal.must('POST', `/api/v1/runs/${first.run.id}/alive`, { lease })
    clock.time += silence - 1
    expect((await start(second.id, body)).body).toMatchObject({ code: 'workspace_busy' })
    clock.time += 1
    expect((await start(second.id, body)).body).toMatchObject({ code: 'countersignature_required' })
  })

  it('is not kept for ever by what the policy let pass, however it speaks', async () => {
    const clock = new HandClock()
    const { person, terminal } = await ownedServer({ clock })
    const dev = () => runBody({ workspace: 'payments/billing-dev', actions: ['create'] })
    const passed = dev()
    const { id, decision, grant } = await ask(terminal, passed)
    expect(decision).toBe('allow')
    const { lease } = (await terminal.must('POST', `/api/v1/runs/${id}/apply-start`, { grant: grant?.id ?? '', measured: measuredOf(passed) })) as { lease: string }
    for (let minutes = 0; minutes < 59; minutes += 1) {
      clock.time += 60_000
      await terminal.must('POST', `/api/v1/runs/${id}/alive`, { lease })
    }
    // The token of the first ends with the hour as well; another terminal asks.
    await person.signIn()
    const other = await terminalOf(person)
    other.now = () => clock.now()
    const body = dev()
    const next = await ask(other, body)
    const start = async () => (await other.call('POST', `/api/v1/runs/${next.id}/apply-start`, { grant: next.grant?.id ?? '', measured: measuredOf(body) })).status
    clock.time += 59_000
    await terminal.must('POST', `/api/v1/runs/${id}/alive`, { lease })
    expect(await start()).toBe(409)
    clock.time += 1_000
    expect(await start()).toBe(200)
  })

  it('is kept by nobody but who applies', async () => {
    const { person, terminal, clock, first, lease } = await applying()
    const other = await terminalOf(person)
    other.now = () => clock.now()
    expect((await other.call('POST', `/api/v1/runs/${first.run.id}/alive`, { lease })).body).toMatchObject({ code: 'executor_mismatch' })
    expect((await terminal.call('POST', `/api/v1/runs/${first.run.id}/alive`, { lease: `${lease}x` })).body).toMatchObject({ code: 'lease_invalid' })
  })
})
