/** Prompt hygiene: nobody is buried in requests, and no limit is a weapon against the person. */
import { describe, expect, it } from 'vitest'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { limits } from '../../src/gate/budget.ts'
import { ask, runBody } from '../support/sample-run.ts'
import { HandClock, ownedServer } from '../support/scratch-server.ts'
import { memberOf, recruit, terminalOf } from '../support/team.ts'

const minute = 60_000

describe('a terminal that floods', () => {
  it('is stopped, and neither the person, nor their other terminal, nor the removal of a key is', async () => {
    const { person: ada, terminal } = await ownedServer()
    for (let n = 0; n < limits.waiting; n++) await ask(terminal, runBody({ workspace: `payments/p${n}` }))
    expect((await terminal.call('POST', '/api/v1/runs', runBody())).body).toMatchObject({ code: 'too_many_waiting' })

    const other = await terminalOf(ada)
    await ask(other, runBody())
    expect((await ada.call('POST', '/api/v1/members', { name: 'Ben', role: 'operator' })).status).toBe(201)
    expect((await ada.addKey(createSoftwareAuthenticator(), 'second')).status).toBe(200)
    const keys = (await ada.must('GET', '/api/v1/authenticators'))['authenticators'] as { id: string; label: string }[]
    const second = keys.find(({ label }) => label === 'second')
    expect((await ada.call('POST', `/api/v1/authenticators/${second?.id}/revocation`, { reason: 'removed' })).status).toBe(201)
  })

  it('is stopped by what it asks in ten minutes as well, and may go on afterwards', async () => {
    const clock = new HandClock()
    const { person: ada, terminal } = await ownedServer({ clock })
    for (let n = 0; n < limits.inWindow; n++) {
      const run = await ask(terminal, runBody({ workspace: `payments/p${n}` }))
      await terminal.must('POST', `/api/v1/runs/${run.id}/cancel`, {})
    }
    expect((await terminal.call('POST', '/api/v1/runs', runBody())).body).toMatchObject({ code: 'too_many_waiting' })
    clock.time += 10 * minute
    await ada.signIn()
    await ask(terminal, runBody())
  })
})

describe('a report', () => {
  it('is recorded, and shown to who looks after the person and to nobody else', async () => {
    const { person: ada } = await ownedServer()
    const { person: ben, id } = await recruit(ada, 'Ben', 'operator', 'payments')
    const { person: mia } = await recruit(ada, 'Mia', 'manager', 'payments')
    const { person: zoe } = await recruit(ada, 'Zoe', 'manager', 'search')
    const terminal = await terminalOf(ben)
    const denied = await ask(terminal, runBody())
    const reported = await ask(terminal, runBody())
    await ben.deny(denied.code)
    await ben.deny(reported.code, true)
    for (const who of [ada, mia]) {
      const { reports } = await who.must('GET', '/api/v1/reports')
      expect(reports).toMatchObject([{ code: reported.code, requester: { id, name: 'Ben' }, reportedBy: id }])
    }
    expect(await zoe.must('GET', '/api/v1/reports')).toEqual({ reports: [] })
    expect((await ben.call('GET', '/api/v1/reports')).body).toMatchObject({ code: 'not_permitted' })
    expect(await memberOf(ada, 'Ben')).toMatchObject({ status: 'active' })
  })
})
