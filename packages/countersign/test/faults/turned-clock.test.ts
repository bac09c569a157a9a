/**
 * The machine's clock, turned by an hour under a real server (libfaketime; the clock that nobody can set is left alone). What has been
 * used or has expired stays so, also over a restart with a clock that is behind.
 */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { countersigned, show } from '../support/sample-run.ts'
import { freePort, scratchFolder } from '../support/scratch-server.ts'
import { startProcess } from './server-process.ts'

const library = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`).find((path) => existsSync(path))
if (library === undefined) {
  if (process.env['CI'] === 'true') throw new Error('The package faketime is missing: .ci/run installs it.')
  process.stderr.write('\nSKIPPED: a clock that is turned back was not tried. Install the Debian package faketime.\n')
}

describe.skipIf(library === undefined)('a clock that is turned', () => {
  it('opens nothing again, neither used nor expired, while the server runs and over a restart', async () => {
    const [dataDir, port] = [await scratchFolder('turned'), await freePort()]
    const hands = join(await scratchFolder('hands'), 'faketime')
    const turn = (by: string): Promise<void> => writeFile(hands, `${by}\n`)
    const prefix = ['env', `LD_PRELOAD=${library ?? ''}`, `FAKETIME_TIMESTAMP_FILE=${hands}`, 'FAKETIME_NO_CACHE=1', 'DONT_FAKE_MONOTONIC=1']
    await turn('+0')
    let server = await startProcess(dataDir, port, prefix)
    onTestFinished(() => server.kill())
    const url = `http://localhost:${port}`
    const person = new SoftwarePerson(url)
    await person.setUp(server.setupLink ?? '', 'Ada Owner')
    let terminal = await signInTerminal(url, (link) => person.allowTerminal(link))
    const hour = 3_600_000

    const used = await countersigned(person, terminal)
    await terminal.must('POST', `/api/v1/runs/${used.run.id}/apply-start`, used.start)
    const expired = await countersigned(person, terminal)
    const startAgain = (one: typeof used) => terminal.call('POST', `/api/v1/runs/${one.run.id}/apply-start`, one.start)

    await turn('+3600')
    terminal.now = () => Date.now() + hour
    expect((await terminal.call('GET', '/api/v1/runs')).body['code']).toBe('token_expired')
    await turn('+0')
    terminal.now = Date.now
    expect((await terminal.call('GET', '/api/v1/runs')).body['code']).toBe('token_expired')
    await person.signIn()
    // The same key, with a token of the new time.
    terminal = await signInTerminal(url, (link) => person.allowTerminal(link), terminal.key)
    expect((await show(terminal, expired.run.id)).status).toBe('expired')
    expect((await startAgain(expired)).body['code']).toBe('grant_expired')
    expect((await startAgain(used)).body['code']).toBe('run_already_applied')

    await server.kill()
    await turn('-3600')
    terminal.now = () => Date.now() - hour
    server = await startProcess(dataDir, port, prefix)
    expect((await show(terminal, expired.run.id)).status).toBe('expired')
    expect((await startAgain(expired)).body['code']).toBe('grant_expired')
    expect((await startAgain(used)).body['code']).toBe('run_already_applied')
  })
})
