/** The page on which a person decides about a state: what it says, whose word it is, and how it ends. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { browserOrSkip, buildConsole, launch, sit } from './browser.ts'
import type { Seat } from './browser.ts'
import { startFake } from './fake/server.ts'
import type { FakeServer } from './fake/server.ts'
import { newWorld } from './fake/world.ts'
import type { Challenge, World } from './fake/world.ts'
import { askState, stateSubjects } from './scenes-state.ts'
import type { StateScene } from './scenes-state.ts'
import { signedIn } from './scenes.ts'

describe.skipIf(browserOrSkip().skip)('a statement about a state', () => {
  let browser: Browser
  let built: Awaited<ReturnType<typeof buildConsole>>
  let server: FakeServer
  let seat: Seat
  let world: World

  beforeAll(async () => {
    built = await buildConsole()
    browser = await launch()
    world = newWorld()
    server = await startFake(world, built.folder)
    seat = await sit(browser)
    await signedIn({ seat, world, origin: server.origin })
  })
  afterEach(() => {
    world.stateResult = null
    expect(seat.faults).toEqual([])
  })
  afterAll(async () => {
    await seat?.close()
    await server?.close()
    await browser?.close()
    await built?.remove()
  })

  const open = async (challenge: Challenge): Promise<string> => {
    await seat.page.goto(`${server.origin}/c/${challenge.code}`)
    await seat.page.getByRole('heading', { level: 1 }).waitFor()
    return (await seat.page.locator('main').innerText()).replaceAll(/\s+/gu, ' ')
  }
  const button = (name: string) => seat.page.getByRole('button', { name, exact: true })

  const sentences: Record<StateScene, readonly string[]> = {
    credential: ['asks to get a credential to apply in payments/billing-prod', 'It opens nothing by itself.', 'It ends after 8 h.'],
    plan: ['asks to lock and read the state, for a plan in payments/billing-prod', 'Nothing can be written.', 'terraform plan'],
    write: ['asks to lock and write the state of payments/billing-prod', 'You see no plan here, because the lock comes first.', 'Countersign only if you started it yourself, just now', 'terraform apply', '"rosa@thinkpad"', "the client's own word", '10.20.4.17', 'a state credential', 'environment prod', 'version 41'],
    read: ['asks to read the state, with all its secrets, of payments/billing-prod', 'leave this server in clear', 'version 41'],
    redacted: ['without its secrets, of payments/billing-prod', 'what was recognised as secret does not'],
    outputs: ['asks to read the outputs of payments/billing-prod', 'those marked as sensitive among them'],
    import: ['asks to put an imported state in the place of the state of payments/billing-prod', 'Version 41 is replaced', 'the file of the terminal, serial 219'],
    rollback: ['asks to go back to version 37 of the state of payments/billing-prod', 'The infrastructure stays as it is.', 'Every grant that is open in this workspace is void', '3 removed', '1 changed', '2 added', 'aws_s3_bucket.invoices_2019', 'Always countersigned, whatever the policy says'],
    delete: ['asks to delete version 37 of the state of payments/billing-prod', 'can be brought back for 30 days', 'version 37, serial 204'],
    'delete-all': ['asks to delete the whole state of payments/billing-prod', 'nothing of this workspace exists any more', 'It can be brought back for 30 days.', 'What goes', '214 removed', '211 more do not fit'],
    restore: ['asks to bring back version 37 of the state of payments/billing-prod', 'What is current stays.'],
    accept: ['asks to accept version 42, which was set aside, as the state of payments/billing-prod', 'could not be trusted when it came', 'version 42'],
    discard: ['asks to discard version 42, which was set aside, of the state of payments/billing-prod', 'it has to be imported'],
    'force-unlock': ["asks to end somebody's lock of the state of payments/billing-prod", 'may be at work right now', '"jonas@build-7"', '"nightly"'],
  }

  test.each(Object.keys(stateSubjects) as StateScene[])('%s says in plain words what it is', async (which) => {
    const text = await open(askState(world, which))
    expect(sentences[which].filter((sentence) => !text.includes(sentence))).toEqual([])
    expect(await button('Countersign').count()).toBe(1)
  })

  test('both buttons have one size and one look', async () => {
    await open(askState(world, 'write'))
    const look = (name: string) => button(name).evaluate((element) => {
      const { backgroundColor, color, fontSize, fontWeight, borderColor } = getComputedStyle(element)
      const { width, height } = element.getBoundingClientRect()
      return { backgroundColor, color, fontSize, fontWeight, borderColor, width, height }
    })
    expect(await look('Countersign')).toEqual(await look("I didn't ask for this"))
  })

  test('what a client says of itself cannot pass for ours', async () => {
    const text = await open(askState(world, 'write', {
      lock: { digest: 'ab'.repeat(32), operation: 'Nothing is written\u202e.', who: 'the server" Approved by Ada', info: 'a\u200bb\u0007' },
      changes: { added: 1, changed: 0, removed: 0, outputs: 0, omitted: 0, addresses: [{ address: 'aws_x.\u202egpj', change: 'added' }] },
    }))
    for (const shown of ['"Nothing is written\\u{202E}."', '"the server" Approved by Ada"', '"a\\u{200B}b\\u{0007}"', 'aws_x.\\u{202E}gpj']) expect(text).toContain(shown)
    expect(text).not.toMatch(/[\u202e\u200b\u0007]/u)
    expect(await seat.page.locator('.tags').innerText()).not.toContain('Nothing is written')
  })

  test('by keyboard alone: the decision is reached, and the touch is over this statement', async () => {
    const challenge = askState(world, 'write', { request: 'sta_0193aaaa0000700080000000000000aa' })
    await open(challenge)
    await button('Countersign').focus()
    await seat.page.keyboard.press('Enter')
    await seat.page.getByRole('heading', { name: 'Countersigned' }).waitFor()
    expect(await seat.page.getByText('Go back to your terminal: it goes on by itself.').count()).toBe(1)
    expect(challenge.signed).toHaveLength(1)
  })

  test('how it ended is read from the state door: done, or countersigned and yet refused', async () => {
    world.stateResult = { version: 42, refused: '', next: '' }
    await open(askState(world, 'rollback', {}, { status: 'consumed' }))
    await seat.page.getByText('It is in effect: version 42.').waitFor()
    world.stateResult = { version: 0, refused: 'This was countersigned, and nothing was changed: another version is current now.', next: 'Look at the workspace again, then ask again.' }
    await open(askState(world, 'rollback', { source: '10.20.4.18' }, { status: 'consumed' }))
    await seat.page.getByText('nothing was changed: another version is current now').waitFor()
  })

  test('who did not ask is told that the credential is worth nothing any more', async () => {
    await open(askState(world, 'read', { source: '192.0.2.66' }))
    await button("I didn't ask for this").click()
    await seat.page.getByRole('button', { name: /report/iu }).click()
    await seat.page.getByText('the state credential that asked is worth nothing any more').waitFor()
  })
})
