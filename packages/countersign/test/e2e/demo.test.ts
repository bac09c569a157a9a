/** The demonstration as it is run: without a terminal, and on one by a person with their own security key. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFailed, onTestFinished, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { cli } from '../../src/demonstration/child.ts'
import { browserOrSkip, launch, sit } from '../console/browser.ts'
import { terraformOrSkip } from '../support/terraform.ts'
import { scratchFolder } from '../support/scratch-server.ts'

const bin = resolve(import.meta.dirname, '../../bin/countersign.mjs')
const ten = [
  'run_already_applied', 'plan_already_applied', 'plan_mismatch', 'arguments_changed, argument_refused', 'lineage_bound_elsewhere', 'challenge_consumed',
  'challenge_mismatch', 'challenge_expired', 'tree_changed', 'assertion_challenge',
]

describe.skipIf(terraformOrSkip().skip)('the demonstration without a terminal', () => {
  test('happens in full, is refused ten times for ten reasons, and ends with 0', async () => {
    const home = await scratchFolder('demo')
    const { code, stdout, stderr } = await cli(['demo'], { folder: home, home }).ended
    expect(stderr).toBe('')
    const refused = [...stdout.matchAll(/REFUSED by .{12}(.*)$/gm)].map((match) => match[1]?.trim())
    expect(refused).toEqual(['dpop_key_mismatch', 'countersignature_required', ...ten])
    expect(stdout).toContain('consistent; DEMONSTRATION')
    expect(stdout).not.toContain('VALID offline')
    expect(code).toBe(0)
  })

  test('without terraform says how to get it, and ends with 1', async () => {
    const home = await scratchFolder('demo')
    const { code, stdout } = await cli(['demo'], { folder: home, home }, { PATH: home }).ended
    expect(stdout).toMatch(/not on PATH\. Get Terraform from https:/)
    expect(code).toBe(1)
  })
})

function scriptOrSkip(): { skip: boolean } {
  if (existsSync('/usr/bin/script')) return { skip: false }
  process.stderr.write('\nSKIPPED: the demonstration on a terminal was not tested, because the program script is missing.\n')
  return { skip: true }
}

/** `script` gives the program a terminal; what is typed goes to its input. */
function onTerminal(command: string, home: string) {
  const child = spawn('script', ['-qfec', command, '/dev/null'], { cwd: home, env: { ...process.env, HOME: home, TERM: 'xterm', PATH: process.env['PATH'] }, stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  const watchers = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    for (const watch of watchers) watch()
  })
  const ended = new Promise<number>((done) => {
    child.once('close', (code) => done(code ?? -1))
  })
  return {
    ended, text: () => text, type: (keys: string) => void child.stdin.write(keys), stop: () => void child.kill('SIGTERM'),
    says: (pattern: RegExp) => new Promise<string>((found) => {
      const look = (): void => {
        const match = pattern.exec(text)
        if (!match) return
        watchers.delete(look)
        found(match[0])
      }
      watchers.add(look)
      look()
    }),
  }
}

describe.skipIf(browserOrSkip().skip || terraformOrSkip().skip || scriptOrSkip().skip)('the demonstration on a terminal', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  test('with one\'s own key the verdict is VALID', async () => {
    const home = await scratchFolder('demo')
    const demo = onTerminal(`${process.execPath} ${bin} demo`, home)
    onTestFinished(() => demo.stop())
    onTestFailed(() => void process.stderr.write(`\n${demo.text().slice(-3000)}\n`))
    const seat = await sit(browser)
    onTestFinished(() => seat.close())
    const { page } = seat
    await seat.addKey()

    await demo.says(/press Enter to use your own/)
    demo.type('\r')
    await page.goto(await demo.says(/http:\/\/localhost:\d+\/setup#cs_su_[\w-]+/))
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('A label for this key').fill('Blue key')
    await page.getByRole('button', { name: 'Create the key' }).click()
    await page.getByRole('button', { name: 'Touch it again to sign' }).click()
    await page.goto(await demo.says(/http:\/\/localhost:\d+\/oidc\/auth\?[^\s\u001B]+/))
    await page.getByRole('button', { name: 'Sign it in' }).click()
    await page.goto(await demo.says(/http:\/\/localhost:\d+\/c\/[0-9A-Z-]{14}/))
    await page.getByRole('button', { name: 'Countersign', exact: true }).click()
    expect(await demo.ended).toBe(0)
    expect(demo.text()).toContain('VALID offline')
    expect(demo.text()).toContain('10 tried, 10 refused.')
  })

  test('with s the software key plays', async () => {
    const home = await scratchFolder('demo')
    const demo = onTerminal(`${process.execPath} ${bin} demo`, home)
    onTestFinished(() => demo.stop())
    await demo.says(/press Enter to use your own/)
    demo.type('s\r')
    expect(await demo.ended).toBe(0)
    expect(demo.text()).toContain('DEMONSTRATION')
  })
})
