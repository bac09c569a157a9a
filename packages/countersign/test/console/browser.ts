/**
 * A real Chromium with a virtual authenticator, on the built console. Every violation of the content security policy and
 * every uncaught error of a page fails the test that caused it.
 */
import axe from 'axe-core'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** CHROMIUM_BIN, then PATH, then where Debian has it. */
export function findChromium(): string | null {
  const named = process.env['CHROMIUM_BIN']
  if (named !== undefined && named !== '') return named
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path))
  return found ?? (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : null)
}

/** Skips loudly without a browser; with CI=true that is a failure. */
export function browserOrSkip(): { skip: boolean } {
  if (findChromium() !== null) return { skip: false }
  if (process.env['CI'] === 'true') throw new Error('Chromium is missing: install it, or set CHROMIUM_BIN.')
  process.stderr.write('\nSKIPPED: the console was not tested in a browser, because Chromium is missing. Set CHROMIUM_BIN.\n')
  return { skip: true }
}

/** The built console in a folder of its own. */
export async function buildConsole(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-console-'))
  const configFile = fileURLToPath(new URL('../../src/console/vite.config.ts', import.meta.url))
  await build({ configFile, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } })
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

export async function launch(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('Chromium is missing.')
  return chromium.launch({
    executablePath, headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

export type Seat = {
  page: Page
  cdp: CDPSession
  /** What went wrong in the page: policy violations and uncaught errors. */
  faults: string[]
  addKey: (options?: { presence?: boolean }) => Promise<string>
  setPresence: (authenticator: string, on: boolean) => Promise<void>
  /** Puts a key that is registered already into an authenticator. PKCS8 DER. */
  insertKey: (authenticator: string, key: { credential: string; privateKey: Uint8Array }) => Promise<void>
  close: () => Promise<void>
}

/** A browser window of its own (a new context: no cookie, no storage), watched. */
export async function sit(browser: Browser, options: BrowserContextOptions = {}): Promise<Seat> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB', timezoneId: 'UTC', ...options })
  const page = await context.newPage()
  const faults: string[] = []
  await page.exposeFunction('reportViolation', (what: string) => faults.push(`policy: ${what}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const report = (globalThis as { reportViolation?: (what: string) => void }).reportViolation
      report?.(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`)
    })
  })
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('console', (message) => {
    // A refused call is written to the console by the browser itself; the pages handle those.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(`console: ${message.text()}`)
  })
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  return {
    page, cdp, faults,
    async addKey({ presence = true } = {}) {
      const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: { protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: presence },
      })
      return authenticatorId
    },
    setPresence: async (authenticatorId, enabled) => {
      await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
    },
    insertKey: async (authenticatorId, { credential, privateKey }) => {
      await cdp.send('WebAuthn.addCredential', {
        authenticatorId,
        credential: {
          credentialId: Buffer.from(credential, 'base64url').toString('base64'), isResidentCredential: true, rpId: 'localhost', signCount: 0,
          privateKey: Buffer.from(privateKey).toString('base64'), userHandle: Buffer.from('person').toString('base64'),
        },
      })
    },
    close: () => context.close(),
  }
}

/** What axe-core finds that is serious or worse, as "rule: where". It runs in a world of its own, past the page's policy. */
export async function axeFindings({ page, cdp }: Seat): Promise<string[]> {
  const { frameTree } = await cdp.send('Page.getFrameTree')
  const { executionContextId } = await cdp.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id, worldName: 'axe' })
  await cdp.send('Runtime.evaluate', { contextId: executionContextId, expression: axe.source })
  const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', {
    contextId: executionContextId, awaitPromise: true, returnByValue: true,
    expression: `axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.target.join(' ') + ' ' + (n.failureSummary ?? ''))))`,
  })
  if (exceptionDetails !== undefined) throw new Error(`axe did not run on ${page.url()}: ${exceptionDetails.text}`)
  return result.value as string[]
}
