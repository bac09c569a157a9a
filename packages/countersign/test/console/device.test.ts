/** The page for terminals without a browser, in a real one, on the real server: what a link does, what is shown, and what it takes. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import { freePort, HandClock, scratchFolder } from '../support/scratch-server.ts'
import { axeFindings, browserOrSkip, sit } from './browser.ts'
import { sharedBrowser } from './shared-browser.ts'

const thumbprint = 'k2X7bqkY0Zt4v6yB1cD3eF5gH7iJ9kL0mN2oP4qR6sT'

describe.skipIf(browserOrSkip().skip)('the page that takes a terminal\'s code', () => {
  const shared = sharedBrowser()

  for (const [size, viewport] of [['desktop', { width: 1280, height: 860 }], ['phone', { width: 390, height: 780 }]] as const)
    test(`shows whose terminal it would be, after the code was typed and a fresh sign-in (${size})`, async () => {
      const port = await freePort()
      const clock = new HandClock()
      const server = await startServer({
        dataDir: await scratchFolder('device'), addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, log: createLog('silent'), clock, consoleFolder: shared.folder, programs: { deviceGrant: true },
      })
      const seat = await sit(shared.browser, { reducedMotion: 'reduce', viewport })
      onTestFinished(async () => {
        await seat.close()
        await server.close()
      })
      const { page } = seat
      const press = (name: string) => page.getByRole('button', { name }).click()
      const heading = (name: string) => page.getByRole('heading', { name }).waitFor()
      await seat.addKey()
      await page.goto(server.setupLink ?? '')
      await page.getByLabel('Your name').fill('Ada Owner')
      await page.getByLabel('A label for this key').fill('Laptop')
      await press('Create the key')
      await press('Touch it again to sign')
      await heading('You are the first owner')

      clock.time += 11 * 60_000
      const form = new URLSearchParams({ client_id: 'countersign-cli', scope: 'openid countersign', dpop_jkt: thumbprint, login_hint: 'rosa@bu\u202eild-7' })
      const started = (await (await fetch(`${server.url}/oidc/device/auth`, { method: 'POST', body: form })).json()) as { user_code: string; verification_uri: string }
      await page.goto(`${started.verification_uri}?user_code=${started.user_code}`)
      await heading('Sign a terminal in by its code')
      expect(await page.getByLabel('Code from your terminal').inputValue()).toBe('')
      expect(await axeFindings(seat)).toEqual([])

      await page.getByLabel('Code from your terminal').fill(started.user_code.toLowerCase())
      await press('Go on')
      await page.getByText('Show once more that it is you.').waitFor()
      await press('Sign in again')
      await heading('Is this your terminal?')
      const shown = await page.locator('main').innerText()
      for (const fact of ['rosa@build-7', '127.0.0.1', thumbprint, 'Ada Owner', 'Only go on if you started it yourself.']) expect(shown).toContain(fact)
      expect(await axeFindings(seat)).toEqual([])
      await press('It is mine: sign it in')
      await heading('The terminal is signed in')
      expect(await axeFindings(seat)).toEqual([])
      expect(seat.faults).toEqual([])
    })
})
