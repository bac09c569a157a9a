/** Set-up, signing in, terminals and keys, in a real browser with virtual authenticators. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { browserOrSkip, sit } from './browser.ts'
import type { Seat } from './browser.ts'
import { startFake } from './fake/server.ts'
import type { FakeServer } from './fake/server.ts'
import { thumbprint } from './fake/statements.ts'
import { newWorld } from './fake/world.ts'
import type { World } from './fake/world.ts'
import { askRun, setUp, signedIn } from './scenes.ts'
import { sharedBrowser } from './shared-browser.ts'

describe.skipIf(browserOrSkip().skip)('set-up and sign-in', () => {
  const shared = sharedBrowser()
  let server: FakeServer
  let seat: Seat
  let world: World
  beforeEach(async () => {
    world = newWorld()
    server = await startFake(world, shared.folder)
    seat = await sit(shared.browser)
  })
  afterEach(async () => {
    const { faults } = seat
    await seat.close()
    await server.close()
    expect(faults).toEqual([])
  })

  const press = (name: string | RegExp) => seat.page.getByRole('button', { name }).click()
  const heading = (name: string) => seat.page.getByRole('heading', { name }).waitFor()
  const signedOut = async (path: string): Promise<void> => {
    world.sessions.clear()
    await seat.page.goto(`${server.origin}${path}`)
    await heading('Sign in')
  }

  test('set-up makes the first owner, shows the fingerprint, and takes the token out of the address', async () => {
    await setUp({ seat, world, origin: server.origin })
    expect(seat.page.url()).toBe(`${server.origin}/setup`)
    expect(world.keys).toHaveLength(1)
    expect(await seat.page.getByText('Add a second key now.').count()).toBe(1)
    expect(await seat.page.locator('.fingerprint-value').innerText()).toMatch(/^[0-9a-f]{4}( [0-9a-f]{4}){15}$/u)
  })

  test('set-up without a token, and on a server that has an owner, offers no form', async () => {
    await seat.page.goto(`${server.origin}/setup`)
    await seat.page.getByText('This link has no set-up token.').waitFor()
    world.setUp = true
    await seat.page.goto(`${server.origin}/setup#${world.setupToken}x`)
    await seat.page.reload()
    await seat.page.getByText('This server is set up already.').waitFor()
    expect(await seat.page.getByLabel('Your name').count()).toBe(0)
  })

  test('nothing is shown before signing in, and afterwards the person is where the link led', async () => {
    await signedIn({ seat, world, origin: server.origin })
    const challenge = askRun(world)
    world.calls.length = 0
    await signedOut(`/c/${challenge.code}`)
    expect(seat.page.url()).toBe(`${server.origin}/sign-in?next=${encodeURIComponent(`/c/${challenge.code}`)}`)
    expect(world.calls.filter((call) => call.includes('/ceremonies'))).toEqual([])
    await press('Sign in with a passkey')
    await seat.page.getByRole('button', { name: 'Countersign', exact: true }).waitFor()
  })

  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', '/.//evil.example', '/%09/evil.example', 'javascript:alert(1)']) {
    test(`next=${next} leads home and nowhere else`, async () => {
      await signedIn({ seat, world, origin: server.origin })
      const left: string[] = []
      seat.page.on('request', (request) => {
        if (!request.url().startsWith(server.origin)) left.push(request.url())
      })
      await signedOut(`/sign-in?next=${encodeURIComponent(next)}`)
      await press('Sign in with a passkey')
      await heading('Waiting for you')
      expect(seat.page.url()).toBe(`${server.origin}/`)
      expect(left).toEqual([])
    })
  }

  test('a terminal is let in only after signing in and a decision', async () => {
    await signedIn({ seat, world, origin: server.origin })
    world.interaction = { client: 'Countersign CLI', terminal: { user: 'rosa', host: 'think\u202epad' }, thumbprint: thumbprint('terminal'), redirect: '/runs' }
    await signedOut('/sign-in?uid=abc123')
    expect(world.decision).toBeNull()
    await press('Sign in with a passkey')
    await heading('Sign this terminal in?')
    expect(await seat.page.locator('main').innerText()).toContain('rosa@think\\u{202E}pad')
    await press('Sign it in')
    await heading('Runs')
    expect(world.decision).toBe('allow')
  })

  test('a terminal that nobody asked for is denied', async () => {
    await signedIn({ seat, world, origin: server.origin })
    world.interaction = { client: 'Countersign CLI', terminal: null, thumbprint: thumbprint('terminal'), redirect: '/' }
    await seat.page.goto(`${server.origin}/sign-in?uid=abc123`)
    await press("I didn't ask for this")
    await heading('Waiting for you')
    expect(world.decision).toBe('deny')
  })

  test('the answer to a terminal never leads to another site', async () => {
    await signedIn({ seat, world, origin: server.origin })
    world.interaction = { client: 'Countersign CLI', terminal: null, thumbprint: thumbprint('terminal'), redirect: 'https://evil.example/callback' }
    await seat.page.goto(`${server.origin}/sign-in?uid=abc123`)
    await press('Sign it in')
    await seat.page.getByText('The server wanted to send you to another site.').waitFor()
    expect(seat.page.url()).toBe(`${server.origin}/sign-in?uid=abc123`)
  })

  test('a second key: created, proven, and vouched for with the first', async () => {
    const first = await signedIn({ seat, world, origin: server.origin })
    await seat.setPresence(first, false)
    const second = await seat.addKey()
    await seat.page.goto(`${server.origin}/keys`)
    await seat.page.getByText('You have only one key.').waitFor()
    await press('Add a key')
    await seat.page.getByLabel('A label for it').fill('YubiKey in the safe')
    await press('Create')
    await press('Touch the new key')
    await seat.page.getByRole('button', { name: 'Touch your earlier key' }).waitFor()
    await seat.setPresence(second, false)
    await seat.setPresence(first, true)
    await press('Touch your earlier key')
    await seat.page.getByText('The key was added.').waitFor()
    expect(world.keys.map((key) => key.label)).toEqual(['Work laptop', 'YubiKey in the safe'])
  })

  test('the only key cannot be removed; one of two leads to a ceremony', async () => {
    await signedIn({ seat, world, origin: server.origin })
    await seat.page.goto(`${server.origin}/keys`)
    await press('Remove Work laptop')
    await seat.page.getByText('This is your only key.').waitFor()
    const [only] = world.keys
    if (only !== undefined) world.keys.push({ ...only, id: `${only.id.slice(0, -1)}0`, label: 'Old one', credential: 'b2xk' })
    await seat.page.reload()
    await press('Remove Old one')
    await seat.page.getByLabel('Somebody else may have it').check()
    await press(/Go on/u)
    await seat.page.getByText('This key can never sign in or countersign again.').waitFor()
    await seat.page.getByRole('button', { name: 'Countersign', exact: true }).click()
    await heading('Countersigned')
  })

  test('signing out ends the session and leads to signing in', async () => {
    await signedIn({ seat, world, origin: server.origin })
    await seat.page.goto(`${server.origin}/`)
    await press('Sign out')
    await heading('Sign in')
    expect(world.sessions.size).toBe(0)
  })

  test('the skip link leads past the bar, to the heading', async () => {
    await signedIn({ seat, world, origin: server.origin })
    await seat.page.goto(`${server.origin}/runs`)
    await heading('Runs')
    await seat.page.getByRole('link', { name: 'Skip to the content' }).focus()
    await seat.page.keyboard.press('Enter')
    expect(await seat.page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
  })
})
