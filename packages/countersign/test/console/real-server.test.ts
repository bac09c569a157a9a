/**
 * The console on the real server, with its own headers: the owner's first day in one browser. Set up, a terminal let in,
 * a run countersigned and applied, its evidence, a second key, the first policy change, a key removed.
 */
import { describe, expect, onTestFinished, test } from 'vitest'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import { ask, apply, measuredOf, runBody, show } from '../support/sample-run.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import { browserOrSkip, sit } from './browser.ts'
import type { Seat } from './browser.ts'
import { sharedBrowser } from './shared-browser.ts'

describe.skipIf(browserOrSkip().skip)('the console on the real server', () => {
  const shared = sharedBrowser()

  async function start(): Promise<{ url: string; setupLink: string; seat: Seat }> {
    const port = await freePort()
    const server = await startServer({
      dataDir: await scratchFolder('console'), addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, log: createLog('silent'), clock: systemClock, consoleFolder: shared.folder,
    })
    const seat = await sit(shared.browser)
    onTestFinished(async () => {
      await seat.close()
      await server.close()
    })
    return { url: server.url, setupLink: server.setupLink ?? '', seat }
  }

  test('the first day of an owner', async () => {
    const { url, setupLink, seat } = await start()
    const { page } = seat
    const press = (name: string | RegExp) => page.getByRole('button', { name }).click()
    const heading = (name: string) => page.getByRole('heading', { name }).waitFor()
    const countersign = () => page.getByRole('button', { name: 'Countersign', exact: true }).click()

    const first = await seat.addKey()
    await page.goto(setupLink)
    await page.getByLabel('Your name').fill('Ada Owner')
    await page.getByLabel('A label for this key').fill('Laptop')
    await press('Create the key')
    await press('Touch it again to sign')
    await heading('You are the first owner')

    const terminal = await signInTerminal(url, async (link) => {
      await page.goto(link)
      await heading('Sign this terminal in?')
      await press('Sign it in')
      await page.waitForURL(/127\.0\.0\.1/u)
    })

    const body = runBody()
    const asked = await ask(terminal, body)
    await page.goto(`${url}/`)
    await page.getByText('Change payments/billing-prod').waitFor()
    await page.goto(`${url}/c/${asked.code}`)
    await page.getByText('terraform_data.database').first().waitFor()
    await countersign()
    await heading('Countersigned')
    const granted = await show(terminal, asked.id)
    expect(granted.status).toBe('granted')
    await apply(terminal, asked.id, { grant: granted.grant?.id ?? '', measured: measuredOf(body) })

    await page.getByRole('link', { name: 'See the run' }).click()
    await page.getByText('The terminal reported that the apply succeeded.').waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download evidence' }).click()
    expect((await download).suggestedFilename()).toBe(`evidence-${asked.code}.json`)

    await seat.setPresence(first, false)
    const second = await seat.addKey()
    await page.goto(`${url}/keys`)
    await press('Add a key')
    await page.getByLabel('A label for it').fill('In the safe')
    await press('Create')
    await press('Touch the new key')
    await page.getByRole('button', { name: 'Touch your earlier key' }).waitFor()
    await seat.setPresence(second, false)
    await seat.setPresence(first, true)
    await press('Touch your earlier key')
    await page.getByText('The key was added.').waitFor()

    await page.goto(`${url}/policy`)
    const yaml = (await page.locator('.text-block').textContent()) ?? ''
    const change = await page.evaluate(async (text) => {
      const response = await fetch('/api/v1/policy/changes', { method: 'POST', headers: { 'content-type': 'application/json', 'x-countersign': '1' }, body: JSON.stringify({ yaml: text }) })
      return (await response.json()) as { code: string }
    }, yaml.replace('fresh: 10m', 'fresh: 5m'))
    await page.goto(`${url}/c/${change.code}`)
    await heading('The text, before and after')
    await countersign()
    await heading('Countersigned')

    await page.goto(`${url}/keys`)
    await press('Remove In the safe')
    await page.getByLabel('It is lost').check()
    await press(/Go on/u)
    await page.getByText('This key can never sign in or countersign again.').waitFor()
    await countersign()
    await heading('Countersigned')
    await page.goto(`${url}/keys`)
    await page.getByText('You have only one key.').waitFor()

    await page.goto(`${url}/audit`)
    await page.getByText('This browser remembers this checkpoint now').waitFor()
    await page.goto(`${url}/runs`)
    await page.getByText('payments/billing-prod').waitFor()
    await press('Sign out')
    await heading('Sign in')
    await press('Sign in with a passkey')
    await heading('Waiting for you')
    await page.goto(`${url}/audit`)
    await page.getByText('It still begins with what this browser saw before').waitFor()
    expect(seat.faults).toEqual([])
  })
})
