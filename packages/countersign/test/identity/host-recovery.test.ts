/** The one owner comes back through the host: once, on that machine, loudly, and only where nobody else could let them in. */
import { describe, expect, it } from 'vitest'
import { parseTrust, replayDirectory } from '@countersign/proof'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { HandClock, ownedServer, scratchServer } from '../support/scratch-server.ts'
import { ask, runBody } from '../support/sample-run.ts'
import { recruit, terminalOf } from '../support/team.ts'

async function lost() {
  const clock = new HandClock()
  const owned = await ownedServer({ clock })
  const trust = await owned.person.must('GET', '/api/v1/trust')
  const { token, expiresAt } = await owned.server.parts.identity.hostRecovery.issue()
  return { ...owned, clock, trust, link: `${owned.url}/recover#${token}`, token, expiresAt }
}

describe('the recovery of the one owner', () => {
  it('lets them in with a new key, ends the old ones, and is refused by who pinned the installation before', async () => {
    const { url, person: before, trust, link, clock } = await lost()
    const anew = new SoftwarePerson(url)
    const fingerprint = await anew.recover(link)
    expect(await anew.must('GET', '/api/v1/session')).toMatchObject({ person: { name: 'Ada Owner', roles: ['owner'] } })
    await expect(before.signIn()).rejects.toThrow('authenticator_revoked')
    expect((await before.call('GET', '/api/v1/session')).status).toBe(401)

    const { entries, head } = (await anew.must('GET', '/api/v1/directory')) as { entries: string[]; head: string }
    expect(head).toBe(fingerprint)
    await expect(replayDirectory(entries, { trust: parseTrust(JSON.stringify(trust)) })).rejects.toMatchObject({ code: 'trust_recovery' })
    const now = await anew.must('GET', '/api/v1/trust')
    expect(now).toMatchObject({ recoveries: [fingerprint] })
    expect((await replayDirectory(entries, { trust: parseTrust(JSON.stringify(now)) })).hostRecoveries).toHaveLength(1)

    const terminal = await terminalOf(anew)
    terminal.now = () => clock.now()
    const grave = await ask(terminal, runBody())
    expect((await anew.call('POST', `/api/v1/ceremonies/${grave.code}/begin`, {})).body).toMatchObject({ code: 'key_on_probation' })
    const { notices } = (await anew.must('GET', '/api/v1/notices')) as { notices: { kind: string }[] }
    expect(notices.filter(({ kind }) => kind === 'host-recovery')).toHaveLength(2)
  })

  it('works once, for 15 minutes, by the newest link, and not through a proxy', async () => {
    const { url, server, link, token, clock } = await lost()
    const proxied = await fetch(`${url}/api/v1/owner-recovery/begin`, { method: 'POST', headers: { 'content-type': 'application/json', origin: url, 'x-countersign': '1', 'x-forwarded-for': '10.0.0.1' }, body: JSON.stringify({ token, label: 'x' }) })
    expect(await proxied.json()).toMatchObject({ code: 'setup_not_local' })
    const newer = await server.parts.identity.hostRecovery.issue()
    await expect(new SoftwarePerson(url).recover(link)).rejects.toThrow('invitation_invalid')
    const person = new SoftwarePerson(url)
    await person.recover(`${url}/recover#${newer.token}`)
    await expect(new SoftwarePerson(url).recover(`${url}/recover#${newer.token}`)).rejects.toThrow('invitation_invalid')
    const last = await server.parts.identity.hostRecovery.issue()
    clock.time = last.expiresAt
    await expect(new SoftwarePerson(url).recover(`${url}/recover#${last.token}`)).rejects.toThrow('invitation_invalid')
  })

  it('is not there where another owner has a key, nor where there is no owner', async () => {
    const { person: ada, server } = await ownedServer()
    await recruit(ada, 'Ann', 'owner')
    await expect(server.parts.identity.hostRecovery.issue()).rejects.toMatchObject({ code: 'host_recovery_refused' })
    const empty = await scratchServer()
    await expect(empty.server.parts.identity.hostRecovery.issue()).rejects.toMatchObject({ code: 'host_recovery_refused' })
  })
})
