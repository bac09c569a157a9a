/**
 * The audit log's page in a real browser: searching with the keyboard, the address, new entries; and what it says when the server, or whoever
 * writes to its database, lies in one thing.
 */
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLog } from '../../src/platform/log.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { startServer } from '../../src/server/start.ts'
import { tamper } from '../support/database.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import { axeFindings, browserOrSkip, sit } from './browser.ts'
import { grow } from './fake/ledger.ts'
import type { LedgerLie } from './fake/ledger.ts'
import { startFake } from './fake/server.ts'
import { newWorld } from './fake/world.ts'
import { signedIn } from './scenes.ts'
import { sharedBrowser } from './shared-browser.ts'

describe.skipIf(browserOrSkip().skip)('the audit log', () => {
  const shared = sharedBrowser()

  async function open(path = '/audit', options: Parameters<typeof sit>[1] = {}) {
    const world = newWorld()
    grow(world.ledger, 128)
    const server = await startFake(world, shared.folder)
    const seat = await sit(shared.browser, { reducedMotion: 'reduce', ...options })
    onTestFinished(async () => {
      await seat.close()
      await server.close()
    })
    await signedIn({ seat, world, origin: server.origin })
    await seat.page.goto(`${server.origin}${path}`)
    await rows(seat.page).first().or(seat.page.getByText('No entry matches.')).first().waitFor()
    return { world, seat, page: seat.page, origin: server.origin }
  }
  const rows = (page: Page) => page.locator('.entry-row')
  const titles = async (page: Page): Promise<string[]> => await page.locator('.entry-row .row-title').allInnerTexts()
  const places = async (page: Page): Promise<number[]> => (await page.locator('.entry-row .entry-index').allInnerTexts()).map((text) => Number(text.slice(1)))

  test('is searched with the keyboard alone; what is looked for stands in the address, and back goes back', async () => {
    const { page, seat } = await open()
    expect((await places(page))[0]).toBe(127)
    await page.getByLabel('Workspace').focus()
    await page.keyboard.type('payments/billing-prod')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Countersigned')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Entries that match' }).waitFor()
    expect(new URL(page.url()).search).toBe('?workspace=payments%2Fbilling-prod&outcome=countersigned')
    expect(new Set(await titles(page))).toEqual(new Set(['A person countersigned']))
    // Whoever searches with the keyboard does not lose their place.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
    await rows(page).first().click()
    await page.getByRole('heading', { name: 'The proof, step by step' }).waitFor()
    expect(await page.locator('.proof-steps .state').allInnerTexts()).toEqual(['Holds', 'Holds', 'Holds', 'Holds', 'Holds', 'Holds'])
    await page.getByRole('link', { name: 'Back to the list' }).click()
    await page.getByRole('heading', { name: 'Entries that match' }).waitFor()
    await page.goBack()
    await page.goBack()
    await page.goBack()
    await page.getByRole('heading', { name: 'Latest entries' }).waitFor()
    expect(await page.getByLabel('Workspace').inputValue()).toBe('')
    await page.reload()
    await page.getByText('It still begins with what this browser saw before').waitFor()
    expect(seat.faults).toEqual([])
  })

  test('a shared address finds the same, and older pages come from where the last one ended', async () => {
    const { page, world } = await open('/audit?person=Mei&since=2020-01-01')
    const found = await places(page)
    expect(found.length).toBeGreaterThan(10)
    expect(await page.getByLabel('Person').inputValue()).toBe('Mei')
    expect(world.calls.some((call) => call === 'GET /ledger/search')).toBe(true)
    await page.goto(page.url().replace(/\?.*/u, ''))
    await rows(page).first().waitFor()
    grow(world.ledger, 140)
    await page.getByRole('button', { name: 'Older entries' }).click()
    await page.getByText('100 entries shown.').waitFor()
    expect(await places(page)).toEqual(Array.from({ length: 100 }, (_, at) => 127 - at))
    expect(await page.locator('.entry-proof .state').allInnerTexts()).toEqual(Array.from({ length: 100 }, () => 'Proven'))
    // Whoever looks at one closely comes back to the list as they left it.
    await page.getByText('#40', { exact: true }).click()
    await page.getByRole('heading', { name: 'The proof, step by step' }).waitFor()
    expect(await page.evaluate(() => scrollY)).toBe(0)
    await page.goBack()
    await page.getByText('100 entries shown.').waitFor()
    expect(await page.getByText('#40', { exact: true }).isVisible()).toBe(true)
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(1_000)
  })

  test('new entries are announced by a button, and nothing moves before it is pressed', async () => {
    const { page, world } = await open()
    grow(world.ledger, 131)
    const button = page.getByRole('button', { name: '3 new entries' })
    await button.waitFor()
    expect((await places(page))[0]).toBe(127)
    await button.click()
    await page.getByText('#130').waitFor()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('entries-title')
    await page.getByText('It still begins with what this browser saw before: 128 entries').waitFor()
  })

  const lies: [LedgerLie, string, string[]][] = [
    ['leaf', 'One entry is not what was written to the log.', ['Not in the log']],
    ['details', 'One entry is not what was written to the log.', ['Details changed']],
    ['index', 'One entry is not what was written to the log.', ['Index says otherwise']],
    ['signature', 'The signature of the log does not hold.', ['Not proven']],
    ['other-key', 'The log is signed with another key than before.', ['Not proven']],
    ['rewritten', 'The log no longer contains what this browser saw before.', ['Not proven']],
    ['hidden', '2 entries are missing in the index that was searched.', ['Proven']],
  ]
  test.each(lies)('a server that lies in one thing (%s) is told loudly, before everything else', async (lie, title, states) => {
    const { page, world } = await open()
    await page.getByText('This browser remembers this checkpoint now').waitFor()
    grow(world.ledger, 130)
    world.ledger.lie = lie
    for (const visit of lie === 'rewritten' || lie === 'other-key' ? [1, 2] : [1]) {
      await page.reload()
      await page.getByRole('alert').filter({ hasText: title }).waitFor()
      expect(await page.locator('.entry-proof .state').allInnerTexts(), `visit ${visit}`).toEqual(expect.arrayContaining(states))
      const order = await page.evaluate(() => [...document.querySelectorAll('[role=alert], form')].map((element) => element.tagName))
      expect(order.at(-1)).toBe('FORM')
    }
    // The twin that differs in one thing: nothing is said any more when it stops lying.
    world.ledger.lie = null
    await page.reload()
    await rows(page).first().waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  test('a history that its owner confirmed is gone on with, by the person\'s own word', async () => {
    const { page, world } = await open()
    grow(world.ledger, 130)
    world.ledger.lie = 'rewritten'
    await page.reload()
    await page.getByText('It was restored from a backup').click()
    await page.getByRole('button', { name: 'Go on with this log' }).click()
    await page.getByText('This browser remembers this checkpoint now').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  test('on a phone the form makes room for what it found', async () => {
    const { page, seat } = await open('/audit', { viewport: { width: 390, height: 844 } })
    await page.locator('summary').first().click()
    await page.getByLabel('Outcome').selectOption('denied')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('heading', { name: 'Entries that match' }).waitFor()
    expect(await page.getByLabel('Outcome').isVisible()).toBe(false)
    expect(new Set(await titles(page))).toEqual(new Set(['A request was denied']))
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    expect(await axeFindings(seat)).toEqual([])
  })

  test('on the real server: an entry that is edited in the database is told, on the list and closely', async () => {
    const dataDir = await scratchFolder('audit')
    const port = await freePort()
    const server = await startServer({ dataDir, addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, log: createLog('silent'), clock: systemClock, consoleFolder: shared.folder })
    const seat = await sit(shared.browser, { reducedMotion: 'reduce' })
    onTestFinished(async () => {
      await seat.close()
      await server.close()
    })
    const { page } = seat
    await seat.addKey()
    await page.goto(server.setupLink ?? '')
    await page.getByLabel('Your name').fill('Ada Owner')
    await page.getByLabel('A label for this key').fill('Laptop')
    await page.getByRole('button', { name: 'Create the key' }).click()
    await page.getByRole('button', { name: 'Touch it again to sign' }).click()
    await page.getByRole('heading', { name: 'You are the first owner' }).waitFor()
    await page.goto(`${server.url}/audit?person=ada`)
    await page.getByText('A key was registered', { exact: true }).locator('visible=true').waitFor()
    expect(new Set(await page.locator('.entry-proof .state').allInnerTexts())).toEqual(new Set(['Proven']))
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(seat.faults).toEqual([])

    await tamper(dataDir, `update ledger_leaf set leaf = replace(leaf, 'authenticator.registered', 'authenticator.revoked')`)
    await page.reload()
    await page.getByRole('alert').filter({ hasText: 'One entry is not what was written to the log.' }).waitFor()
    await page.getByRole('alert').getByRole('link', { name: /Entry \d/u }).click()
    await page.getByRole('alert').filter({ hasText: 'Not in the log' }).waitFor()
    expect(await page.locator('.proof-steps .state').allInnerTexts()).toEqual(['Holds', 'Fails', 'Holds', 'Holds', 'Holds', 'Holds'])
  })
})
