/** The pages of states in a browser: what they say, what they ask for, what they never draw; and one walk on the real server. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { mayChange } from '../../src/console/pages/states/ask.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import { askState, lockInfo, redeemBytes, sha256, stateText, WireClient } from '../support/states.ts'
import type { StateSpec } from '../support/states.ts'
import { axeFindings, browserOrSkip, sit } from './browser.ts'
import type { Seat } from './browser.ts'
import { startFake } from './fake/server.ts'
import { id } from './fake/statements.ts'
import { fillStates, heldLock, longName, newStates, statesOf } from './fake/workspaces.ts'
import { newWorld } from './fake/world.ts'
import type { World } from './fake/world.ts'
import { atWorkspace } from './scenes-workspaces.ts'
import { signedIn } from './scenes.ts'
import { sharedBrowser } from './shared-browser.ts'

const billing = 'payments/billing-prod'

describe.skipIf(browserOrSkip().skip)('the pages of states', () => {
  const shared = sharedBrowser()

  describe('on a server that is made up', () => {
    let world: World
    let seat: Seat
    let origin: string

    beforeEach(async () => {
      world = newWorld()
      const server = await startFake(world, shared.folder)
      origin = server.origin
      seat = await sit(shared.browser, { reducedMotion: 'reduce' })
      await signedIn({ seat, world, origin })
      fillStates(statesOf(world))
      onTestFinished(async () => {
        await seat.close()
        await server.close()
        expect(seat.faults).toEqual([])
      })
    })

    const rows = () => seat.page.locator('.state-row').allInnerTexts()
    const show = async (path: string, text: string): Promise<void> => {
      await seat.page.goto(`${origin}${path}`)
      await seat.page.getByText(text).first().waitFor()
    }

    test('the list says who holds what and what is wrong, in words; it is narrowed by text and by condition', async () => {
      await show('/workspaces', 'shop/retired')
      const all = await rows()
      expect(all).toHaveLength(6)
      expect(all.find((row) => row.startsWith('payments/ledger'))).toMatch(/Rolled back by Rosa Lindqvist, 6 days ago[^]*Frozen[^]*2 set aside/u)
      expect(all.find((row) => row.startsWith(billing))).toMatch(/version 12 · 164 kB[^]*Held by Rosa Lindqvist for 6 minutes, who says[^]*Locked to write[^]*3 secrets/u)
      expect(all.some((row) => row.includes(longName))).toBe(true)
      await seat.page.getByLabel('Find').fill('STAGING')
      expect(await rows()).toEqual([expect.stringContaining(longName)])
      await seat.page.getByLabel('Find').fill('')
      await seat.page.getByRole('button', { name: 'Frozen' }).click()
      expect(await rows()).toEqual([expect.stringContaining('payments/ledger')])
      await seat.page.getByLabel('Find').fill('nothing like it')
      await seat.page.getByText('No workspace fits.').waitFor()
    })

    test('what would turn a line round is written out, wherever it stands', async () => {
      for (const [path, text] of [['/workspaces', 'shop/retired'], [atWorkspace(billing), 'is current'], [atWorkspace(billing, '/diff/11/12'), 'comes in'], [atWorkspace(billing, '/secrets'), 'data["tls.key"]'], ['/quarantine', 'Accept version 8']] as const) {
        await show(path, text)
        expect(await seat.page.locator('body').innerText(), path).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/u)
        if (path !== '/workspaces') await seat.page.getByText('\\u{202E}').first().waitFor()
      }
    })

    test('an open page follows: a lock that is taken, a freeze, and what Terraform waits for', async () => {
      await seat.page.clock.install()
      await show(atWorkspace('data/warehouse'), 'Version 41 is current')
      expect(await seat.page.getByText('Locked to write').count()).toBe(0)
      const states = statesOf(world)
      Object.assign(states.workspaces[0] ?? {}, { lock: heldLock, frozen: { at: new Date().toISOString(), why: 'its serial went back' } })
      await seat.page.clock.runFor(5_000)
      await seat.page.getByText('Frozen: nothing can be written.').waitFor()
      await seat.page.getByRole('heading', { name: 'Locked to write' }).waitFor()
      states.waiting.push({ id: id('sta', 'w'), action: 'state.write', workspace: billing, status: 'waiting', version: 1, decision: 'step-up', reasons: [], code: 'K7QF-2M9D-4XWT', source: '10.20.4.17', createdAt: '', expiresAt: '', result: null })
      await seat.page.clock.runFor(2_000)
      await seat.page.locator('.wait-strip').getByText(billing).waitFor()
      expect(await seat.page.locator('.wait-strip a').getAttribute('href')).toBe('/c/K7QF-2M9D-4XWT')
    })

    test('what the policy denies is said, and nothing is fetched', async () => {
      statesOf(world).answers = 'denied'
      await show(atWorkspace(billing), 'is current')
      await seat.page.getByRole('button', { name: 'Show it' }).click()
      await seat.page.getByText('No rule lets this pass.').waitFor()
      expect(world.calls.filter((one) => one.endsWith('/redeem'))).toEqual([])
    })

    test('where the policy wants a countersignature, the reading waits for it, and is shown to who comes back', async () => {
      const states = statesOf(world)
      states.answers = 'waiting'
      await show(atWorkspace(billing), 'is current')
      await seat.page.getByRole('button', { name: 'Show it' }).click()
      await seat.page.waitForURL(`${origin}/c/K7QF-2M9D-4XWT`)
      states.waiting.push({ id: id('sta', 'r'), action: 'state.read-redacted', workspace: billing, status: 'granted', version: 1, decision: 'step-up', reasons: [], code: 'K7QF-2M9D-4XWT', source: '10.20.4.17', createdAt: '', expiresAt: '', result: null })
      await seat.page.goBack()
      await seat.page.getByRole('button', { name: 'Show it now' }).click()
      await seat.page.getByLabel('The state without its secrets').getByText('"resources"').waitFor()
      expect(world.calls).toContain(`POST /state/requests/${id('sta', 'r')}/redeem`)
      expect(states.asked).toEqual([{ action: 'state.read-redacted', workspace: billing, purpose: 'looked at in the console' }])
    })

    test('where the effect of a run is in question and nothing was set aside, what is current can be accepted as it is', async () => {
      const states = statesOf(world)
      Object.assign(states.workspaces[0] ?? {}, { frozen: { at: new Date().toISOString(), why: 'what a run changed is not what was countersigned' } })
      states.answers = 'waiting'
      await show(atWorkspace('data/warehouse', '/quarantine'), 'what a run changed is not what was countersigned')
      await seat.page.getByRole('button', { name: 'Accept version 41 as it is' }).click()
      await seat.page.waitForURL(`${origin}/c/K7QF-2M9D-4XWT`)
      expect(states.asked).toEqual([{ action: 'state.accept', workspace: 'data/warehouse', version: 41 }])
    })

    test('two versions are chosen and compared; an older one is gone back to by its number, a deleted one is only restored', async () => {
      await show(atWorkspace(billing), 'rolled back, from version 6')
      await seat.page.getByLabel('Compare version').selectOption('4')
      await seat.page.getByLabel('with version').selectOption('10')
      await seat.page.getByRole('button', { name: 'Compare', exact: true }).click()
      await seat.page.getByRole('heading', { name: 'From version 4 to version 10' }).waitFor()
      expect(await seat.page.getByRole('list', { name: 'Addresses that differ' }).innerText()).toContain('comes in:')
      await seat.page.goBack()
      const version = (number: number) => seat.page.locator('details.version').nth(12 - number)
      await version(8).locator('summary').click()
      await version(8).getByRole('button', { name: 'Restore version 8' }).waitFor()
      expect(await version(8).getByRole('button').count()).toBe(1)
      await version(2).locator('summary').click()
      await version(2).getByText('Serial').waitFor()
      expect(await version(2).innerText()).not.toContain('is countersigned')
      await version(12).locator('summary').click()
      await version(12).getByText('Serial').waitFor()
      expect(await version(12).innerText()).not.toContain('is countersigned')
      await version(9).locator('summary').click()
      await version(9).getByRole('link', { name: 'What it changed, after version 7' }).waitFor()
    })

    test('a credential is revoked from the page, and stays to be seen among those that ended', async () => {
      await show('/state-credentials', 'never used')
      await seat.page.getByRole('button', { name: `Revoke the credential for ${billing}` }).click()
      await seat.page.getByRole('button', { name: 'Show 2 that have ended' }).click()
      expect(world.calls).toContain(`DELETE /state/credentials/${id('stc', 'one')}`)
      expect(await seat.page.locator('.key').filter({ hasText: billing }).innerText()).toContain('Revoked')
    })

    test('on a phone five places stand at the bottom, and "More" opens and closes by keyboard', async () => {
      await seat.page.setViewportSize({ width: 360, height: 640 })
      await show('/workspaces', 'shop/retired')
      const link = seat.page.getByRole('link', { name: 'Audit log' })
      expect(await link.isVisible()).toBe(false)
      const more = seat.page.getByRole('button', { name: 'More' })
      await more.press('Enter')
      await link.waitFor()
      await link.focus()
      await seat.page.keyboard.press('Escape')
      await link.waitFor({ state: 'hidden' })
      expect(await more.evaluate((element) => element === document.activeElement)).toBe(true)
      await more.press('Enter')
      await link.click()
      await seat.page.getByRole('heading', { name: 'Audit log' }).waitFor()
      await link.waitFor({ state: 'hidden' })
    })

    test('a page that cannot be fetched any more says so, and offers to load it again', async () => {
      await show('/', 'Nothing waits for you')
      await seat.page.route('**/assets/*.js', (route) => route.abort())
      await seat.page.getByRole('link', { name: 'States' }).click()
      await seat.page.getByText('This page could not be fetched.').waitFor()
      await seat.page.unroute('**/assets/*.js')
      await seat.page.getByRole('button', { name: 'Load it again' }).click()
      await seat.page.getByText('shop/retired').waitFor()
    })

    test('without any state the page says how to begin', async () => {
      Object.assign(statesOf(world), newStates())
      await show('/workspaces', 'No state is kept here yet.')
      expect(await seat.page.getByLabel('Command').innerText()).toContain('countersign state init')
    })
  })

  describe('on the real server', () => {
    async function owned() {
      const port = await freePort()
      const server = await startServer({
        dataDir: await scratchFolder('states'), addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, log: createLog('silent'), clock: systemClock, consoleFolder: shared.folder,
      })
      const seat = await sit(shared.browser, { reducedMotion: 'reduce' })
      onTestFinished(async () => {
        await seat.close()
        await server.close()
      })
      await seat.addKey()
      await seat.page.goto(server.setupLink ?? '')
      await seat.page.getByLabel('Your name').fill('Ada Owner')
      await seat.page.getByLabel('A label for this key').fill('Laptop')
      await seat.page.getByRole('button', { name: 'Create the key' }).click()
      await seat.page.getByRole('button', { name: 'Touch it again to sign' }).click()
      await seat.page.getByRole('heading', { name: 'You are the first owner' }).waitFor()
      const terminal = await signInTerminal(server.url, async (link) => {
        await seat.page.goto(link)
        await seat.page.getByRole('button', { name: 'Sign it in' }).click()
        await seat.page.waitForURL(/127\.0\.0\.1/u)
      })
      return { url: server.url, seat, page: seat.page, terminal }
    }

    test('a state comes in, a write is set aside and discarded, a version is gone back to, a lock is ended, a credential revoked', async () => {
      const { url, seat, page, terminal } = await owned()
      const workspace = 'shop/größe & co #1'
      const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click()
      const countersign = async (): Promise<void> => {
        await page.getByRole('button', { name: 'Countersign', exact: true }).click()
        await page.getByRole('heading', { name: 'Countersigned' }).waitFor()
      }
      const backToWorkspace = () => page.getByRole('link', { name: 'The workspace' }).click()
      const bring = async (spec: StateSpec): Promise<void> => {
        const text = stateText(spec)
        const asked = await askState(terminal, { action: 'state.import', workspace, digest: sha256(text), lineage: 'lineage-1', serial: spec.serial, size: Buffer.byteLength(text) })
        await page.goto(`${url}/c/${asked.code}`)
        await countersign()
        expect((await redeemBytes(terminal, asked.id, text)).status).toBe(200)
      }

      await page.goto(`${url}/workspaces`)
      await page.getByText('No state is kept here yet.').waitFor()
      await bring({ serial: 1, resources: { a: '1' } })
      await bring({ serial: 2, resources: { a: '2', b: '1' }, outputs: { token: { value: 'ghp_0123456789abcdefghijklmnopqrstuvwxyz', sensitive: true } } })
      const asked = await askState(terminal, { action: 'state.credential', workspace, phase: 'apply' })
      await page.goto(`${url}/c/${asked.code}`)
      await countersign()
      const client = new WireClient((await terminal.must('POST', `/api/v1/state/requests/${asked.id}/redeem`)) as never)

      // Terraform waits, and says nothing: the page that is open does.
      await page.goto(`${url}/workspaces`)
      await page.getByText(workspace).waitFor()
      const locking = async (): Promise<ReturnType<typeof lockInfo>> => {
        const info = lockInfo()
        const answer = client.lock(info)
        await page.locator('.wait-strip').getByRole('link', { name: 'Look at it' }).click()
        await countersign()
        expect((await answer).status).toBe(200)
        return info
      }
      const lock = await locking()
      expect((await client.write(lock, stateText({ serial: 3, lineage: 'swapped', resources: { evil: '1' } }))).status).toBe(200)
      expect((await client.unlock(lock)).status).toBe(200)

      await page.getByRole('link', { name: 'The workspace' }).click()
      await page.getByText('Frozen: nothing can be written.').waitFor()
      await page.getByRole('link', { name: 'Decide about it' }).first().click()
      await page.getByText('terraform_data.evil').waitFor()
      expect(await axeFindings(seat)).toEqual([])
      await press('Discard it')
      await countersign()
      await backToWorkspace()
      await page.getByText('Version 3 was discarded.').waitFor()

      await page.locator('details.version').filter({ hasText: 'imported' }).last().locator('summary').click()
      await press('Go back to version 1')
      await page.getByText('The infrastructure stays as it is.').waitFor()
      await countersign()
      await backToWorkspace()
      await page.getByText('Rolled back. Version 4 is current now.').waitFor()
      await page.getByText('rolled back, from version 1').waitFor()
      await page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link', { name: 'States' }).click()
      await page.locator('.state-row').click()
      await page.getByText('rolled back, from version 1').waitFor()
      expect(await page.getByText('Rolled back. Version 4 is current now.').count()).toBe(0)
      expect(await axeFindings(seat)).toEqual([])

      await page.getByLabel('Compare version').selectOption('2')
      await press('Compare')
      await page.getByText('terraform_data.b').waitFor()
      await page.getByText('output.token').waitFor()
      await page.getByRole('link', { name: 'Back to the versions' }).click()
      await press('Show it')
      await page.getByLabel('The state without its secrets').getByText('terraform_data').first().waitFor()
      await page.getByRole('link', { name: 'Readings' }).click()
      await page.getByText('looked at in the console').waitFor()
      await page.getByRole('link', { name: 'Secrets' }).click()
      await page.getByRole('heading', { name: 'Secrets found in version 4' }).waitFor()

      await locking()
      await backToWorkspace()
      await press('End this lock')
      await page.getByText('The lock that is ended').waitFor()
      await countersign()
      await backToWorkspace()
      await page.getByText('The lock was ended.').waitFor()

      await page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link', { name: 'States' }).click()
      await page.getByRole('link', { name: 'Credentials' }).click()
      await press(/Revoke the credential for/u)
      await page.getByText('You hold no credential that is valid.').waitFor()
      expect((await client.send('GET')).status).toBe(401)
      expect(seat.faults).toEqual([])
    })
  })
})

describe('what is offered', () => {
  const having = (...roles: string[]) => ({ person: { roles } })
  test.each([
    [['owner'], true], [['operator'], true], [['operator@payments'], true], [['operator@payments/billing-prod'], true], [['operator@pay'], false], [['owner@shop'], false], [['auditor', 'approver'], false], [['manager'], false], [[], false],
  ])('%j may ask for a change of payments/billing-prod: %s', (roles, expected) => expect(mayChange(having(...roles), billing)).toBe(expected))
})
