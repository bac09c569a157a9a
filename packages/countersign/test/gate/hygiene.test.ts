/** Prompt hygiene: nobody is buried in requests, and no limit is a weapon against the person. */
import { describe, expect, it } from 'vitest'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { limits } from '../../src/gate/budget.ts'
import { ask, runBody, show } from '../support/sample-run.ts'
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

const approved = `version: 1
rules:
  - name: others approve
    when: { action: run.apply }
    then: countersign
    require: { self-step-up: true, approvals: 1, approver-role: approver, exclude-requester: true }
`

describe('a report by an approver', () => {
  it('closes what waits for that approver, and neither signs the requester out nor reaches into other workspaces', async () => {
    const { person: ada } = await ownedServer()
    const { person: ben } = await recruit(ada, 'Ben', 'operator')
    const { person: ann } = await recruit(ada, 'Ann', 'approver', 'payments')
    const { code } = await ada.must('POST', '/api/v1/policy/changes', { yaml: approved })
    await ada.countersign(String(code))
    const terminal = await terminalOf(ben)
    const reported = await ask(terminal, runBody())
    const alike = await ask(terminal, runBody({ workspace: 'payments/other-prod' }))
    const elsewhere = await ask(terminal, runBody({ workspace: 'search/index-prod' }))
    await ann.deny(reported.code, true)
    expect((await show(terminal, reported.id)).status).toBe('denied')
    expect((await show(terminal, alike.id)).status).toBe('denied')
    expect((await show(terminal, elsewhere.id)).status).toBe('waiting')
    const { reports } = await ada.must('GET', '/api/v1/reports')
    expect((reports as { code: string }[]).map(({ code: shown }) => shown)).toContain(reported.code)
    // By the person whose terminal it is, it signs the terminal out.
    await ben.deny(elsewhere.code, true)
    expect((await terminal.call('GET', `/api/v1/runs/${elsewhere.id}`)).status).toBe(401)
  })
})

describe('what waits for somebody with a narrow role', () => {
  it('is shown to them, however much of others waits, and is newer', async () => {
    const { person: ada, terminal, server } = await ownedServer()
    const { person: ben } = await recruit(ada, 'Ben', 'auditor', 'payments')
    const own = await ask(terminal, runBody())
    const reported = await ask(await terminalOf(ada), runBody({ workspace: 'payments/other-prod' }))
    await ada.deny(reported.code, true)
    const { store } = server.parts.base
    await store.write(async (tx) => {
      const rows = await tx.selectFrom('gate_challenge').selectAll().where('ref', 'in', [own.id, reported.id]).execute()
      for (const row of rows) {
        for (let n = 0; n < 401; n++) {
          const code = `${row.status === 'waiting' ? 'W' : 'R'}${String(n).padStart(11, '0')}`
          await tx.insertInto('gate_challenge').values({ ...row, id: `chl_${code}`, code, subject_digest: code, reach: n % 2 === 0 ? 'search/index-prod' : 'payments2/x', created_at: row.created_at + 1 }).execute()
        }
      }
    })
    expect(((await ben.must('GET', '/api/v1/ceremonies'))['waiting'] as { code: string }[]).map(({ code }) => code)).toEqual([own.code])
    const { person: mia } = await recruit(ada, 'Mia', 'manager', 'payments')
    expect(((await mia.must('GET', '/api/v1/reports'))['reports'] as { code: string }[]).map(({ code }) => code)).toEqual([reported.code])
    expect((await ada.must('GET', '/api/v1/ceremonies'))['waiting']).toHaveLength(50)
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
