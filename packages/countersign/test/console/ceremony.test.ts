/** The ceremony in a real browser with a virtual authenticator: what it signs, and everything that it refuses to sign. */
import { afterEach, describe, expect, test } from 'vitest'
import { browserOrSkip, sit } from './browser.ts'
import type { Seat } from './browser.ts'
import { deceivingPlan, manyChanges, redacted, runSubject } from './fake/plans.ts'
import { startFake } from './fake/server.ts'
import type { FakeServer } from './fake/server.ts'
import { newWorld } from './fake/world.ts'
import type { Challenge, Lies, World } from './fake/world.ts'
import { askPolicy, askRun, signedIn } from './scenes.ts'
import { sharedBrowser } from './shared-browser.ts'

describe.skipIf(browserOrSkip().skip)('the ceremony page', () => {
  const shared = sharedBrowser()
  let server: FakeServer
  let seat: Seat
  let world: World
  afterEach(async () => {
    const { faults } = seat
    await seat.close()
    await server.close()
    expect(faults).toEqual([])
  })

  async function begin(): Promise<void> {
    world = newWorld()
    server = await startFake(world, shared.folder)
    seat = await sit(shared.browser)
    await signedIn({ seat, world, origin: server.origin })
    world.calls.length = 0
  }

  async function open(challenge: Challenge, lies: Lies = {}): Promise<void> {
    world.lies = lies
    await seat.page.goto(`${server.origin}/c/${challenge.code}`)
    await seat.page.getByRole('heading', { level: 1 }).waitFor()
  }

  const signButton = () => seat.page.getByRole('button', { name: 'Countersign', exact: true })
  const denyButton = () => seat.page.getByRole('button', { name: "I didn't ask for this" })
  const heading = (name: string) => seat.page.getByRole('heading', { name })

  test('a person countersigns, and the assertion is over the challenge of this statement', async () => {
    await begin()
    const challenge = askRun(world)
    await open(challenge)
    expect(await seat.page.getByText('aws_s3_bucket.invoices_2019').count()).toBe(1)
    expect(await seat.page.locator('.code.large').innerText()).toContain(challenge.code.slice(0, 4))
    await signButton().click()
    await heading('Countersigned').waitFor()
    expect(await seat.page.getByText('Go back to your terminal').count()).toBe(1)
    expect(challenge.signed).toHaveLength(1)
    expect(world.calls.filter((call) => call.endsWith('/finish'))).toHaveLength(1)
  })

  test('both buttons have one size and one look', async () => {
    await begin()
    await open(askRun(world))
    const look = (which: ReturnType<typeof signButton>) => which.evaluate((button) => {
      const { backgroundColor, color, fontSize, fontWeight, borderColor } = getComputedStyle(button)
      const { width, height } = button.getBoundingClientRect()
      return { backgroundColor, color, fontSize, fontWeight, borderColor, width, height }
    })
    expect(await look(signButton())).toEqual(await look(denyButton()))
  })

  const lies: [string, Lies, string][] = [
    ['one byte of the plan differs', { planByte: true }, 'plan_differs'],
    ['the named digest is not the statement\'s', { subjectDigest: true }, 'subject_differs'],
    ['the server names another person as the one who asks', { requester: true }, 'requester_differs'],
  ]
  for (const [what, lie, code] of lies) {
    test(`no button when ${what}`, async () => {
      await begin()
      await open(askRun(world), lie)
      await heading('This cannot be countersigned').waitFor()
      expect(await seat.page.getByText(`Code: ${code}`).count()).toBe(1)
      expect(await signButton().count()).toBe(0)
      expect(await denyButton().count()).toBe(1)
    })
  }

  test('no button when the server puts another statement under the code', async () => {
    await begin()
    const challenge = askRun(world)
    const other = runSubject({ plan: challenge.plan, run: 'another', requester: world.person.id })
    await open(challenge, { subjectSwap: other })
    expect(await seat.page.getByText('Code: code_differs').count()).toBe(1)
    expect(await signButton().count()).toBe(0)
  })

  test('no button when the statement is not canonical', async () => {
    await begin()
    const challenge = askRun(world)
    await open(challenge, { subjectSwap: challenge.subject.replace('{', '{ ') })
    expect(await seat.page.getByText('Code: subject_unreadable').count()).toBe(1)
    expect(await signButton().count()).toBe(0)
  })

  test('no button when the statement counts fewer changes than the plan holds', async () => {
    await begin()
    const plain = askRun(world)
    const { summary } = JSON.parse(plain.subject) as { summary: Record<string, unknown> }
    await open(askRun(world, { subject: { summary: { ...summary, delete: 0 } } }))
    expect(await seat.page.getByText('Code: counts_differ').count()).toBe(1)
    expect(await signButton().count()).toBe(0)
  })

  const signingLies: [string, Lies, string][] = [
    ['the challenge is over another envelope', { challenge: true }, 'challenge_differs'],
    ['the envelope names another person', { envelopePerson: true }, 'envelope_differs'],
    ['the envelope names another origin', { envelopeOrigin: true }, 'envelope_differs'],
  ]
  for (const [what, lie, code] of signingLies) {
    test(`the key is never asked when ${what}`, async () => {
      await begin()
      const challenge = askRun(world)
      await open(challenge, lie)
      await seat.page.evaluate(() => {
        const get = navigator.credentials.get.bind(navigator.credentials)
        navigator.credentials.get = (options) => {
          document.title = 'the key was asked'
          return get(options)
        }
      })
      await signButton().click()
      await seat.page.getByText(`Code: ${code}`).waitFor()
      expect(await seat.page.title()).not.toBe('the key was asked')
      expect(world.calls.some((call) => call.endsWith('/finish'))).toBe(false)
      expect(await signButton().count()).toBe(0)
      expect(challenge.signed).toHaveLength(0)
    })
  }

  test('the code of a request that began elsewhere is nowhere on the page, and must be typed', async () => {
    await begin()
    const challenge = askRun(world, { typeCode: true })
    await open(challenge)
    expect(await seat.page.content()).not.toContain(challenge.code)
    expect(await seat.page.content()).not.toContain(challenge.code.slice(0, 4))
    expect(seat.page.url()).toBe(`${server.origin}/c`)
    const field = seat.page.getByLabel('Type the code from your terminal')
    await field.fill('0000-0000-0000')
    await signButton().click()
    await seat.page.getByText('This is not the code of this request.').waitFor()
    expect(world.calls.some((call) => call.endsWith('/begin'))).toBe(false)
    await field.fill(challenge.code.toLowerCase().replaceAll('-', ' '))
    await field.press('Enter')
    await heading('Countersigned').waitFor()
  })

  test('who typed the code on the way here need not type it again', async () => {
    await begin()
    const challenge = askRun(world, { typeCode: true })
    await seat.page.goto(`${server.origin}/c`)
    await seat.page.getByLabel('Code from your terminal').fill(challenge.code)
    await seat.page.getByRole('button', { name: 'Open' }).click()
    await signButton().click()
    await heading('Countersigned').waitFor()
  })

  test('denying asks once more in place, can be left, and reports', async () => {
    await begin()
    const challenge = askRun(world)
    await open(challenge)
    await denyButton().click()
    await seat.page.getByRole('button', { name: 'Back' }).click()
    expect(await signButton().count()).toBe(1)
    await denyButton().click()
    expect(await seat.page.getByRole('heading', { name: 'Deny this request?' }).evaluate((element) => element === document.activeElement)).toBe(true)
    await seat.page.getByRole('button', { name: 'Deny and report' }).click()
    await heading('Denied').waitFor()
    expect(challenge.reported).toBe(true)
    expect(challenge.signed).toHaveLength(0)
  })

  test('everything works with the keyboard alone', async () => {
    await begin()
    await open(askRun(world))
    await signButton().waitFor()
    const seen: string[] = []
    for (let presses = 0; presses < 60; presses++) {
      await seat.page.keyboard.press('Tab')
      const name = await seat.page.evaluate(() => document.activeElement?.textContent ?? '')
      const ring = await seat.page.evaluate(() => {
        const active = document.activeElement
        return active === null || active === document.body || getComputedStyle(active).outlineStyle !== 'none'
      })
      expect(ring, `no visible focus on "${name}"`).toBe(true)
      seen.push(name)
      if (name === 'Countersign' && seen.length > 3 && (await signButton().evaluate((element) => element === document.activeElement))) break
    }
    expect(seen).toContain('Skip to the decision')
    await seat.page.keyboard.press('Enter')
    await heading('Countersigned').waitFor()
    expect(await heading('Countersigned').evaluate((element) => element === document.activeElement)).toBe(true)
  })

  test('deceiving characters are written out', async () => {
    await begin()
    await open(askRun(world, { plan: deceivingPlan() }))
    const text = await seat.page.locator('main').innerText()
    expect(text).toContain('\\u{202E}')
    expect(text).toContain('\\u{200B}')
    expect(/[\u202a-\u202e\u2066-\u2069\u200b]/u.test(text)).toBe(false)
  })

  test('a replacement that loses no data, a forgotten resource, and what the client raised are among the first', async () => {
    await begin()
    const plan = redacted([
      { address: 'aws_instance.web', actions: ['delete', 'create'], before: { ami: 'a' }, after: { ami: 'b' }, replace: [['ami']] },
      { address: 'aws_instance.kept', actions: ['forget'], before: { ami: 'a' } },
      { address: 'aws_instance.raised', actions: ['update'], before: { user_data: 'a' }, after: { user_data: 'b' } },
      { address: 'aws_instance.plain', actions: ['update'], before: { user_data: 'a' }, after: { user_data: 'b' } },
    ])
    const risk = { level: 'high', reasons: [{ code: 'seen_by_a_newer_client', address: 'aws_instance.raised', detail: 'a value that was taken out' }], reasonsOmitted: 0 }
    await open(askRun(world, { plan, subject: { risk } }))
    const first = await seat.page.locator('[data-critical] h3 .address').allTextContents()
    expect(first.toSorted()).toEqual(['aws_instance.kept', 'aws_instance.raised', 'aws_instance.web'])
    expect(await seat.page.locator('.changes .address').allTextContents()).toEqual(['aws_instance.plain'])
  })

  test('the watch itself: a style and a script that the policy forbids are seen', async () => {
    await begin()
    await open(askRun(world))
    await seat.page.evaluate(() => {
      document.head.append(Object.assign(document.createElement('style'), { textContent: 'body { color: red }' }))
      try {
        document.body.innerHTML = '<b>markup</b>'
      } catch {
        // Trusted Types refuse it
      }
    })
    await expect.poll(() => seat.faults.length).toBeGreaterThanOrEqual(2)
    expect(await seat.page.getByText('markup').count()).toBe(0)
    seat.faults.length = 0
  })

  test('ten thousand changes stay fast, and none that is critical is left out', async () => {
    await begin()
    await open(askRun(world, { plan: manyChanges(10_000) }))
    expect(await seat.page.locator('[data-critical]').count()).toBeGreaterThanOrEqual(40)
    expect(await seat.page.getByRole('heading', { name: '10,000 further changes' }).count()).toBe(1)
    expect(await seat.page.locator('.changes > li').count()).toBe(100)
    await seat.page.getByLabel('Show only addresses that contain').fill('node[9999]')
    await expect.poll(() => seat.page.locator('.changes > li').count()).toBe(1)
  })

  test('the policy is shown as a difference of texts, and refused when a text is not the one in the statement', async () => {
    await begin()
    const challenge = askPolicy(world)
    await open(challenge)
    expect(await seat.page.locator('.diff-line.new').count()).toBe(2)
    expect(await signButton().count()).toBe(1)
    await open(challenge, { policyByte: true })
    expect(await seat.page.getByText('Code: policy_differs').count()).toBe(1)
    expect(await signButton().count()).toBe(0)
  })

  test('without a key: words that help, nothing signed, and another try', async () => {
    await begin()
    const challenge = askRun(world)
    await open(challenge)
    await seat.cdp.send('WebAuthn.disable')
    await seat.page.evaluate(() => {
      const get = navigator.credentials.get.bind(navigator.credentials)
      navigator.credentials.get = () => Promise.reject(new DOMException('closed', 'NotAllowedError'))
      Object.assign(globalThis, { giveBack: () => { navigator.credentials.get = get } })
    })
    await signButton().click()
    await seat.page.getByText('No touch arrived').waitFor()
    expect(challenge.signed).toHaveLength(0)
    expect(await signButton().count()).toBe(1)
  })

  test('the network gone: said in words, and the button is still there', async () => {
    await begin()
    await open(askRun(world), { networkGoneAt: 'begin' })
    await signButton().click()
    await seat.page.getByText('The Countersign server did not answer.').waitFor()
    world.lies = {}
    await signButton().click()
    await heading('Countersigned').waitFor()
  })

  test('the session ended midway: sign in, and come back here', async () => {
    await begin()
    const challenge = askRun(world)
    await open(challenge, { sessionGoneAt: 'begin' })
    world.sessions.clear()
    await signButton().click()
    await heading('Sign in').waitFor()
    world.lies = {}
    await seat.page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await signButton().waitFor()
    expect(seat.page.url()).toBe(`${server.origin}/c/${challenge.code}`)
  })

  test('a request that ended elsewhere is shown as ended, and one for somebody else has no button', async () => {
    await begin()
    const challenge = askRun(world)
    await open(challenge)
    challenge.status = 'cancelled'
    await signButton().click()
    await heading('Cancelled').waitFor()
    await open(askRun(world, { may: false, reason: 'Only the person who asked can countersign this.' }))
    await seat.page.getByText('This is not yours to countersign.').waitFor()
    expect(await signButton().count()).toBe(0)
  })

  test('one of several countersignatures: it says that it waits for others', async () => {
    await begin()
    await open(askRun(world, { approvals: 2 }))
    await signButton().click()
    await seat.page.getByText('Your countersignature is in.').waitFor()
    expect(await signButton().count()).toBe(0)
  })
})
