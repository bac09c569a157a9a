/** The console, built once for the tests of a file, and the browser that they share. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { buildConsole, launch } from './browser.ts'

/** To be called where tests are described; what it gives is there when they run. */
export function sharedBrowser(): { readonly browser: Browser; readonly folder: string } {
  let browser: Browser | undefined
  let built: Awaited<ReturnType<typeof buildConsole>> | undefined
  beforeAll(async () => {
    built = await buildConsole()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await built?.remove()
  })
  const there = <T>(one: T | undefined): T => {
    if (one === undefined) throw new TypeError('it is there when the tests run')
    return one
  }
  return {
    get browser() {
      return there(browser)
    },
    get folder() {
      return there(built).folder
    },
  }
}
