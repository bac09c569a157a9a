/** A team in real browsers on the real server: invited, enrolled, vouched for, approving, recovered; nothing serious for axe on the way. */
import { Secret, TOTP } from 'otpauth'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/platform/clock.ts'
import { createLog } from '../../src/platform/log.ts'
import { startServer } from '../../src/server/start.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { ask, runBody, show } from '../support/sample-run.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import { axeFindings, browserOrSkip, sit } from './browser.ts'
import type { Seat } from './browser.ts'
import { sharedBrowser } from './shared-browser.ts'

const phone = { viewport: { width: 390, height: 844 } }

describe.skipIf(browserOrSkip().skip)('a team in browsers', () => {
  const shared = sharedBrowser()

  async function start() {
    const port = await freePort()
    const server = await startServer({
      dataDir: await scratchFolder('team'), addresses: [{ host: '127.0.0.1', port }], url: `http://localhost:${port}`, log: createLog('silent'), clock: systemClock, consoleFolder: shared.folder,
    })
    onTestFinished(() => server.close())
    return { url: server.url, setupLink: server.setupLink ?? '' }
  }

  async function seat(options: Parameters<typeof sit>[1] = {}): Promise<Seat & { key: string; press: (name: string | RegExp) => Promise<void>; heading: (name: string | RegExp) => Promise<void> }> {
    const sat = await sit(shared.browser, { reducedMotion: 'reduce', ...options })
    onTestFinished(() => sat.close())
    const key = await sat.addKey()
    return {
      ...sat, key,
      press: (name) => sat.page.getByRole('button', { name }).first().click(),
      heading: (name) => sat.page.getByRole('heading', { name }).first().waitFor(),
    }
  }

  /** Nothing serious, in the width that the seat has and at 320 px. */
  async function clean(at: Seat): Promise<void> {
    expect(await axeFindings(at)).toEqual([])
    expect(await at.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
    expect(at.faults).toEqual([])
    const pictures = process.env['COUNTERSIGN_TEST_PICTURES']
    if (pictures) await at.page.screenshot({ path: `${pictures}/${String(pictured++).padStart(2, '0')}.png`, fullPage: true })
  }
  let pictured = 0

  test('an invitation, an approval and a recovery', async () => {
    const { url, setupLink } = await start()
    const ada = await seat()
    await ada.page.goto(setupLink)
    await ada.page.getByLabel('Your name').fill('Ada Owner')
    await ada.page.getByLabel('A label for this key').fill('Laptop')
    await ada.press('Create the key')
    await ada.press('Touch it again to sign')
    await ada.heading('You are the first owner')

    // invited, and countersigned
    await ada.page.goto(`${url}/people`)
    await ada.press('Invite somebody')
    await ada.page.getByLabel('Their name').fill('Ben Approver')
    await ada.page.getByLabel('Role').selectOption('approver')
    await clean(ada)
    await ada.press('Go on: it is countersigned')
    await ada.heading(/asks to give the role approver to Ben Approver/)
    await clean(ada)
    await ada.press('Countersign')
    await ada.page.getByRole('link', { name: 'Go on under People' }).click()

    // the link, once
    await ada.press('Make a link')
    const link = (await ada.page.locator('.command code').innerText()).trim()
    expect(link).toMatch(new RegExp(`^${url}/join#cs_in_`, 'u'))
    await clean(ada)

    // enrolled, on a phone
    const ben = await seat(phone)
    await ben.page.goto(link)
    await ben.heading('Welcome, Ben Approver')
    expect(ben.page.url()).toBe(`${url}/join`)
    await clean(ben)
    await ben.page.getByLabel('A label for this key').fill('Phone')
    await ben.press('Create the key')
    await ben.press('Touch it again to sign')
    await ben.heading('One more step, and it is not yours')
    await clean(ben)
    const code = (await ben.page.locator('.fingerprint-value .code > [aria-hidden]').allInnerTexts()).join('').replaceAll(/\s/gu, '')
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/u)

    // vouched for by what was told, and by nothing else
    await ada.page.reload()
    await ada.page.getByText('A key waits for your word.').waitFor()
    await clean(ada)
    await ada.page.getByLabel('The code that Ben Approver told you').fill('AAAA-AAAA-AAAA')
    await ada.press('Vouch for this key')
    await ada.page.getByText('That is not the code of the key that waits.').waitFor()
    await ada.page.getByLabel('The code that Ben Approver told you').fill(code)
    await ada.press('Vouch for this key')
    await ada.page.getByText('1 key').nth(1).waitFor()

    await ben.page.getByRole('link', { name: 'sign in' }).click()
    await ben.press('Sign in with a passkey')
    await ben.heading('Waiting for you')
    await clean(ben)

    // where one is signed in
    await ben.page.goto(`${url}/sessions`)
    await ben.page.getByText('this one').waitFor()
    await clean(ben)

    // a second person approves
    const terminal = await signInTerminal(url, async (consent) => {
      await ada.page.goto(consent)
      await ada.heading('Sign this terminal in?')
      await ada.press('Sign it in')
      await ada.page.waitForURL(/127\.0\.0\.1/u)
    })
    const yaml = 'version: 1\nrules:\n  - name: another approves\n    when: { action: run.apply }\n    then: countersign\n    require: { approvals: 1, approver-role: approver, exclude-requester: true }\n'
    const changed = await terminal.must('POST', '/api/v1/policy/changes', { yaml })
    await ada.page.goto(`${url}/c/${String(changed['code'])}`)
    await ada.press('Countersign')
    await ada.heading('Countersigned')
    const run = await ask(terminal, runBody())
    await ada.page.goto(`${url}/c/${run.code}`)
    await ada.page.getByText('0 of 1').waitFor()
    await ada.press('Countersign')
    await ada.page.getByText('Your countersignature is in.').waitFor()
    await clean(ada)
    expect((await show(terminal, run.id)).grant).toBeNull()
    await ben.page.goto(`${url}/c/${run.code}`)
    await ben.page.getByText('terraform_data.database').first().waitFor()
    await clean(ben)
    await ben.press('Countersign')
    await ben.heading('Countersigned')
    await ben.page.getByText('Approval by another person').waitFor()
    await ben.page.getByText('Self step-up: the person who asked').waitFor()
    await clean(ben)
    expect((await show(terminal, run.id)).grant).not.toBeNull()

    // a recovery, seen and vetoed by the one it is about
    await ada.page.goto(`${url}/people`)
    await ada.press('Change Ben Approver')
    await clean(ada)
    await ada.press('They lost every key')
    await ada.heading(/let somebody back in/)
    await ada.press('Countersign')
    await ada.heading('Countersigned')
    await ben.page.goto(`${url}/`)
    await ben.page.getByText('Somebody has started to let a new key in for you.').waitFor()
    await clean(ben)
    await ben.press('Veto it')
    await ben.heading(/stop a recovery/)
    await ben.press('Countersign')
    await ben.heading('Countersigned')
  })

  test('somebody without a key: an authenticator app and a password', async () => {
    const { url, setupLink } = await start()
    const ada = await seat()
    await ada.page.goto(setupLink)
    await ada.page.getByLabel('Your name').fill('Ada Owner')
    await ada.page.getByLabel('A label for this key').fill('Laptop')
    await ada.press('Create the key')
    await ada.press('Touch it again to sign')
    await ada.heading('You are the first owner')
    await ada.page.goto(`${url}/people`)
    await ada.press('Invite somebody')
    await ada.page.getByLabel('Their name').fill('Ben')
    await ada.press('Go on: it is countersigned')
    await ada.press('Countersign')
    await ada.page.getByRole('link', { name: 'Go on under People' }).click()
    await ada.press('Make a link')
    const link = (await ada.page.locator('.command code').innerText()).trim()

    const ben = await sit(shared.browser, { reducedMotion: 'reduce', ...phone })
    onTestFinished(() => ben.close())
    const { page } = ben
    const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click()
    await page.goto(link)
    await press('I have no passkey or security key')
    await page.getByLabel('Sign-in name').fill('ben')
    await page.getByLabel('Password').fill('several words that nobody guesses')
    await clean(ben)
    await press('Go on')
    await page.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor()
    await clean(ben)
    await page.getByText('I cannot scan it').click()
    const app = new TOTP({ secret: Secret.fromBase32((await page.locator('details code').innerText()).replaceAll(/\s/gu, '')) })
    const codeAt = (steps: number) => app.generate({ timestamp: Date.now() + steps * 30_000 })
    await page.getByLabel('The code that it shows').fill(codeAt(-1))
    await page.getByLabel('The next code').fill(codeAt(0))
    await press('Confirm')
    await page.getByText('Tell whoever invited you this code').waitFor()
    await clean(ben)
    const fingerprint = (await page.locator('.code > [aria-hidden]').allInnerTexts()).join('').replaceAll(/\s/gu, '')

    await ada.page.reload()
    await ada.page.getByLabel('The code that Ben told you').fill(fingerprint)
    await clean(ada)
    await ada.press('Vouch for this app')
    await ada.page.getByText('1 authenticator app').waitFor()

    await page.getByRole('link', { name: 'sign in' }).click()
    await press('Use a password and a code')
    await page.getByLabel('Sign-in name').fill('ben')
    await page.getByLabel('Password').fill('several words that nobody guesses')
    await page.getByLabel('Code of your authenticator app').fill(codeAt(1))
    await clean(ben)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'Waiting for you' }).waitFor()
    await page.goto(`${url}/keys`)
    await page.getByText('Authenticator app: codes').waitFor()
    await clean(ben)
  })

  test('an authenticator app that a terminal set up is let in by the code that the terminal shows, and a touch', async () => {
    const { url, setupLink } = await start()
    const ada = await seat(phone)
    await ada.page.goto(setupLink)
    await ada.page.getByLabel('Your name').fill('Ada Owner')
    await ada.page.getByLabel('A label for this key').fill('Laptop')
    await ada.press('Create the key')
    await ada.press('Touch it again to sign')
    await ada.heading('You are the first owner')
    const terminal = await signInTerminal(url, async (link) => {
      await ada.page.goto(link)
      await ada.press('Sign it in')
      await ada.page.waitForURL(/127\.0\.0\.1/u)
    })
    const shown = await terminal.must('POST', '/api/v1/authenticator-apps/begin', { label: 'Work phone' })
    const app = new TOTP({ secret: Secret.fromBase32(String(shown['secret']).replaceAll(' ', '')) })
    const codes = [-1, 0].map((steps) => app.generate({ timestamp: Date.now() + steps * 30_000 }))
    const { pending } = (await terminal.must('POST', '/api/v1/authenticator-apps/confirm', { ceremony: shown['ceremony'], codes })) as { pending: { fingerprint: string } }

    await ada.page.goto(`${url}/keys`)
    await ada.page.getByText('A terminal set it up.').waitFor()
    expect(await ada.page.content()).not.toContain(pending.fingerprint)
    await clean(ada)
    await ada.page.getByLabel('The code that your terminal shows').fill('AAAA-AAAA-AAAA')
    await ada.press('Touch your key')
    await ada.page.getByText('That is not the code that the terminal shows.').waitFor()
    await ada.page.getByLabel('The code that your terminal shows').fill(pending.fingerprint)
    await ada.press('Touch your key')
    await ada.page.getByText('Authenticator app: codes').waitFor()
  })
})
