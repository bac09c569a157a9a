/**
 * Terraform is silent while its lock waits. What the person has open shows it meanwhile: `countersign watch`, and any page of the console.
 * Nothing here judges a time; how long it took is told at the end.
 */
import { spawn } from 'node:child_process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { signedIn } from '../cli/signed-in.ts'
import { buildFirst } from '../cli/terminal.ts'
import { browserOrSkip, launch, sit } from '../console/browser.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { credentialFor, waiting } from '../support/state-wire.ts'
import { terraformOrSkip } from '../support/terraform.ts'

buildFirst()

describe.skipIf(terraformOrSkip().skip || browserOrSkip().skip)('while terraform waits for its lock', () => {
  it('the line in watch and the row on an open page are there before anybody was told otherwise', async () => {
    const { terminal, person, url } = await signedIn()
    const raw = await signInTerminal(url, (link) => person.allowTerminal(link))
    const credential = await credentialFor(person, raw, 'shop/prod')
    terminal.write('main.tf', 'terraform {\n  backend "http" {}\n}\nresource "terraform_data" "a" {}\n')
    const environment = { ...terminal.environment, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1', TF_HTTP_ADDRESS: credential.address, TF_HTTP_LOCK_ADDRESS: credential.address, TF_HTTP_UNLOCK_ADDRESS: credential.address, TF_HTTP_USERNAME: credential.username, TF_HTTP_PASSWORD: credential.password }
    const terraform = (...args: string[]): Promise<number> => new Promise((done, failed) => {
      const child = spawn(process.env['TERRAFORM_BIN'] ?? 'terraform', args, { cwd: terminal.work, env: environment, stdio: 'ignore' })
      child.once('error', failed)
      child.once('close', (code) => done(code ?? -1))
    })
    expect(await terraform('init', '-input=false')).toBe(0)

    const browser = await launch()
    onTestFinished(() => browser.close())
    // A session stays in the browser that it began in: this one says that it is the person's.
    const seat = await sit(browser, { userAgent: 'Countersign software key' })
    const [cookie] = person.cookies()
    await seat.page.context().addCookies([{ name: cookie?.name ?? '', value: cookie?.value ?? '', url, httpOnly: true, sameSite: 'Strict' }])
    await seat.page.goto(url)
    await seat.page.getByText('Nothing waits for you.').waitFor()

    const times: Record<string, number> = {}
    const at = (what: string) => (): void => void (times[what] ??= Date.now())
    const row = seat.page.getByRole('main').getByText('shop/prod').first().waitFor().then(at('page'))
    let stopWatching = (): void => undefined
    const line = new Promise<void>((seen) => {
      void terminal.run(['watch'], { onOutput(soFar, child) {
        stopWatching = () => void child.kill('SIGINT')
        if (/Watching/.test(soFar)) started()
        if (/shop\/prod \(prod\): a lock to write/.test(soFar)) {
          at('watch')()
          seen()
        }
      } }).then(({ code }) => expect(code).toBe(0))
    })
    let started = (): void => undefined
    await new Promise<void>((ready) => (started = ready))

    const asked = waiting(raw, ({ action }) => action === 'state.write')
    const applying = terraform('apply', '-auto-approve', '-input=false')
    const [{ code, createdAt }] = await Promise.all([asked, line, row])
    stopWatching()
    // Nobody has answered: terraform is still waiting.
    expect(await Promise.race([applying, Promise.resolve('waits')])).toBe('waits')
    await person.countersign(code)
    expect(await applying).toBe(0)
    expect(seat.faults).toEqual([])
    const since = (what: string): string => `${(times[what] ?? 0) - Date.parse(createdAt)} ms`
    process.stderr.write(`\nAfter the LOCK was asked: the line of \`countersign watch\` ${since('watch')}, the row on the open page ${since('page')}\n`)
  })
})
