/** Moving to another address: countersigned with the old keys, key by key, while both are served; then the old one is given up. */
import { describe, expect, it } from 'vitest'
import { replayDirectory } from '@countersign/proof'
import { knownSites } from '@countersign/proof/produce'
import { createSoftwareAuthenticator } from '../../src/identity/index.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { ask, runBody } from '../support/sample-run.ts'
import { freePort, HandClock, ownedServer, scratchServer } from '../support/scratch-server.ts'
import { PersonElsewhere } from '../support/elsewhere.ts'
import { recruit } from '../support/team.ts'

const hour = 3600_000

/** An installation at one port that is to move to another: another origin, and so another place for keys as far as they can tell here. */
async function moving() {
  const clock = new HandClock()
  const owned = await ownedServer({ clock })
  const to = `http://localhost:${await freePort()}`
  return { ...owned, clock, to, ada: owned.person }
}

describe('another address', () => {
  it('is countersigned by an owner, and by nobody else', async () => {
    const { ada, to } = await moving()
    const { person: mia } = await recruit(ada, 'Mia', 'manager')
    expect((await mia.call('POST', '/api/v1/sites', { change: 'add', url: to })).body).toMatchObject({ code: 'not_permitted' })
    const asked = await ada.must('POST', '/api/v1/sites', { change: 'add', url: to })
    // The same host name: what was served there ends, and that is said before anybody signs.
    expect(asked['replaces']).toEqual([new URL(ada.url).origin])
    expect((await ada.must('POST', '/api/v1/sites', { change: 'add', url: 'https://countersign.example.com' }))['replaces']).toEqual([])
    const { code } = asked
    await ada.countersign(String(code))
    const { sites } = (await ada.must('GET', '/api/v1/sites')) as { sites: { origins: string[]; newest: boolean }[] }
    expect(sites.flatMap(({ origins }) => origins)).toContain(to)
  })

  it.each(['http://example.com', 'https://example.com/path', 'https://user@example.com', 'https://192.0.2.1', 'https://[2001:db8::1]', 'ftp://example.com', 'example.com', ''])('is not %j', async (url) => {
    const { ada } = await moving()
    expect((await ada.call('POST', '/api/v1/sites', { change: 'add', url })).body).toMatchObject({ code: 'site_unfit' })
  })

  it('is not given up when it is the last, nor when no owner could countersign afterwards', async () => {
    const { ada, url } = await moving()
    expect((await ada.call('POST', '/api/v1/sites', { change: 'retire', url })).body).toMatchObject({ code: 'site_unfit' })
    const { code } = await ada.must('POST', '/api/v1/sites', { change: 'add', url: 'https://countersign.example.com' })
    await ada.countersign(String(code))
    expect((await ada.call('POST', '/api/v1/sites', { change: 'retire', url })).body).toMatchObject({ code: 'site_unfit' })
  })

  it('does not leave an owner behind who would count as one with a key, and could sign nothing', async () => {
    const { ada, server, dataDir, url, clock, port } = await moving()
    const { person: ann } = await recruit(ada, 'Ann', 'owner')
    const name = 'https://countersign.example.com'
    const { code } = await ada.must('POST', '/api/v1/sites', { change: 'add', url: name })
    await ada.countersign(String(code))
    await ann.countersign(String(code))
    await server.close()
    await scratchServer({ clock, dataDir, port, url: name, alsoUrls: [url] })
    const old = new SoftwarePerson(url, ada.key)
    await old.signIn()
    const anew = new PersonElsewhere(name, createSoftwareAuthenticator(), url)
    const told = await anew.join(String((await old.must('POST', '/api/v1/authenticators/move', {}))['link']))
    const { pendingKey } = (await old.must('GET', '/api/v1/authenticators')) as { pendingKey: { id: string } }
    const begun = await old.must('POST', `/api/v1/authenticators/move/${pendingKey.id}/begin`, { code: told })
    await old.must('POST', `/api/v1/authenticators/move/${pendingKey.id}/finish`, { ceremony: begun['ceremony'], response: old.sign(begun['options']) })
    const refused = await old.call('POST', '/api/v1/sites', { change: 'retire', url })
    expect(refused.body).toMatchObject({ code: 'site_unfit', detail: expect.stringContaining('Ann') as string })
  })
})

describe('an installation that moves', () => {
  it('lets everybody make a key at the new address with a key of the old one, and ends with the new one alone', async () => {
    const { ada, server, dataDir, url, clock, port, terminal } = await moving()
    const name = 'https://countersign.example.com'
    const { code } = await ada.must('POST', '/api/v1/sites', { change: 'add', url: name })
    await ada.countersign(String(code))
    await server.close()

    // The main address is the new one now; the old one is answered as well. Keys are told apart by the host that is asked.
    const both = await scratchServer({ clock, dataDir, port, url: name, alsoUrls: [url] })
    const old = new SoftwarePerson(url, ada.key)
    await old.signIn()
    const { link } = await old.must('POST', '/api/v1/authenticators/move', {})
    expect(String(link)).toMatch(new RegExp(`^${name}/join#cs_in_`, 'u'))
    const key = createSoftwareAuthenticator()
    const anew = new PersonElsewhere(name, key, url)
    const told = await anew.join(String(link))
    const { pendingKey } = (await old.must('GET', '/api/v1/authenticators')) as { pendingKey: { id: string } }
    const begun = await old.must('POST', `/api/v1/authenticators/move/${pendingKey.id}/begin`, { code: told })
    await old.must('POST', `/api/v1/authenticators/move/${pendingKey.id}/finish`, { ceremony: begun['ceremony'], response: old.sign(begun['options']) })
    await anew.signIn()
    expect(await anew.must('GET', '/api/v1/session')).toMatchObject({ person: { name: 'Ada Owner' } })

    // Each key counts at its own address.
    await expect(new PersonElsewhere(name, ada.key, url).signIn()).rejects.toThrow()
    await expect(new SoftwarePerson(url, key).signIn()).rejects.toThrow()
    // A terminal that was signed in before asks at the old address as before.
    const run = await ask(terminal, runBody())
    await old.countersign(run.code)

    clock.time += 48 * hour
    await Promise.all([anew.signIn(), old.signIn()])
    const retire = await anew.must('POST', '/api/v1/sites', { change: 'retire', url })
    await anew.countersign(String(retire['code']))
    await expect(old.signIn()).rejects.toThrow()
    await both.server.close()
    const after = await scratchServer({ clock, dataDir, port, url: name })
    const entries = await after.server.parts.base.store.read((db) => after.server.parts.identity.directory.entries(db))
    expect(knownSites(await replayDirectory(entries)).map(({ rpId }) => rpId)).toContain('countersign.example.com')
  })
})
