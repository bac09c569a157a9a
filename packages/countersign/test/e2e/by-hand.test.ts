/**
 * By hand, as the README says it: `countersign up`, a real browser with a security key, `countersign login`, `countersign apply` of a
 * real change, `countersign verify` by somebody with no server. The built program, the real terraform, a real Chromium.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { cli, terraform } from '../../src/demonstration/child.ts'
import { writeAfter, writeBefore } from '../../src/demonstration/workspace.ts'
import { browserOrSkip, launch, sit } from '../console/browser.ts'
import { databaseOf } from '../support/database.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import { terraformOrSkip } from '../support/terraform.ts'

describe.skipIf(browserOrSkip().skip || terraformOrSkip().skip)('by hand', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  test('from the first start to a verdict offline, with one security key', async () => {
    const scratch = await scratchFolder('by-hand')
    const [home, folder] = [join(scratch, 'home'), join(scratch, 'billing')]
    mkdirSync(home, { mode: 0o700 })
    const port = await freePort()
    const at = { folder, home }
    writeBefore(folder)

    const database = await databaseOf(scratch)
    const up = cli(['up', '--addr', `127.0.0.1:${port}`, '--url', `http://localhost:${port}`, ...(database === '' ? [] : ['--database-url', database])], at)
    onTestFinished(() => up.stop())
    const setup = await up.says(/http:\/\/localhost:\d+\/setup#cs_su_\S+/)
    const seat = await sit(browser)
    onTestFinished(() => seat.close())
    const { page } = seat
    await seat.addKey()
    await page.goto(setup?.[0] ?? '')
    await page.getByLabel('Your name').fill('Ada Owner')
    await page.getByLabel('A label for this key').fill('Blue key')
    await page.getByRole('button', { name: 'Create the key' }).click()
    await page.getByRole('button', { name: 'Touch it again to sign' }).click()
    await page.getByRole('heading', { name: 'You are the first owner' }).waitFor()
    const onPage = await page.locator('body').innerText()

    const login = cli(['login', '--no-browser', '--server', `http://localhost:${port}`], at)
    await page.goto((await login.says(/http:\/\/\S+\/oidc\/auth\?\S+/))?.[0] ?? '')
    await page.getByRole('button', { name: 'Sign it in' }).click()
    const signedIn = await login.ended
    expect(signedIn.code).toBe(0)
    // The fingerprint that login pins is the one that the set-up page showed.
    const pinned = /(?:[0-9a-f]{4} ){15}[0-9a-f]{4}/.exec(signedIn.stdout)?.[0] ?? 'none'
    expect(onPage.replaceAll(/\s+/g, '')).toContain(pinned.replaceAll(' ', ''))

    await terraform('terraform', ['init', '-input=false'], folder).ended
    expect((await terraform('terraform', ['apply', '-auto-approve', '-input=false'], folder).ended).code).toBe(0)
    writeAfter(folder)
    const evidence = join(scratch, 'evidence.json')
    const apply = cli(['apply', '--workspace', 'payments/billing-prod', '--evidence', evidence], at)
    const link = await apply.says(/http:\/\/localhost:\d+\/c\/([0-9A-Z-]{14})/)
    await page.goto(link?.[0] ?? '')
    expect(await page.locator('.code.large').innerText()).toContain(link?.[1]?.slice(0, 4))
    await page.getByText('terraform_data.database').first().waitFor()
    await page.getByRole('button', { name: 'Countersign', exact: true }).click()
    await page.getByRole('heading', { name: 'Countersigned' }).waitFor()
    const applied = await apply.ended
    expect(applied.stderr).toBe('')
    expect(applied.code).toBe(0)
    expect(applied.stdout).toContain('Apply complete! Resources: 3 added, 0 changed, 2 destroyed.')
    expect(applied.stdout).toContain('Countersigned by Ada Owner (self step-up, Blue key)')
    expect(applied.stdout).toContain('Protection: advisory')

    const trust = join(scratch, 'trust.json')
    expect((await cli(['trust', 'export', '-o', trust], at).ended).code).toBe(0)
    up.stop()
    expect((await up.ended).code).toBe(0)
    const verified = await cli(['verify', evidence, '--trust', trust], { folder: scratch, home: join(scratch, 'nobody') }).ended
    expect(verified.stdout).toContain('VALID')
    expect(verified.stdout).toContain('self step-up')
    expect(verified.code).toBe(0)
    expect((await cli(['verify', evidence], at).ended).code).toBe(5)
    const audit = await cli(['audit', 'verify', '--data', join(home, 'data', 'countersign'), ...(database === '' ? [] : ['--database-url', database])], at).ended
    expect(audit.stdout).toContain('The ledger is whole.')
    expect(JSON.parse(readFileSync(evidence, 'utf8'))).toMatchObject({ outcome: 'applied' })
    expect(seat.faults).toEqual([])
  })
})
