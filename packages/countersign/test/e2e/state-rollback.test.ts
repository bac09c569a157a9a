/** A rollback, as the real terraform meets it: no plan of before applies again, and work goes on. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownedServer, scratchFolder } from '../support/scratch-server.ts'
import { countersignAll, credentialFor } from '../support/state-wire.ts'
import { done } from '../support/states.ts'
import { terraformOrSkip } from '../support/terraform.ts'

const { skip } = terraformOrSkip()
const workspace = 'shop/prod'

describe.skipIf(skip)('after a rollback', () => {
  it('the same plan file is stale to terraform itself, and the next plan and apply go on from what is current', async () => {
    const { person, terminal } = await ownedServer()
    const credential = await credentialFor(person, terminal, workspace)
    const folder = await scratchFolder('rollback')
    const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TF_')))
    const env = {
      ...plain, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1', TF_HTTP_ADDRESS: credential.address, TF_HTTP_LOCK_ADDRESS: credential.address, TF_HTTP_UNLOCK_ADDRESS: credential.address,
      TF_HTTP_USERNAME: credential.username, TF_HTTP_PASSWORD: credential.password,
    }
    const terraform = (command: string, ...args: string[]): Promise<{ code: number; text: string }> => new Promise((resolve) => {
      const child = execFile(process.env['TERRAFORM_BIN'] ?? 'terraform', [command, '-no-color', '-input=false', ...args], { cwd: folder, env, encoding: 'utf8' }, (error, out, err) => resolve({ code: error ? Number(error.code ?? 1) : 0, text: `${out}${err}` }))
      child.stdin?.end()
    })
    const configure = (input: string): Promise<void> => writeFile(join(folder, 'main.tf'), `terraform {\n  backend "http" {}\n}\nresource "terraform_data" "a" {\n  input = "${input}"\n}\n`)
    await configure('x')
    const answering = countersignAll(person, terminal)
    expect(await terraform('init')).toMatchObject({ code: 0 })
    expect(await terraform('apply', '-auto-approve')).toMatchObject({ code: 0 })
    await configure('y')
    expect(await terraform('plan', '-out=p')).toMatchObject({ code: 0 })
    expect(await terraform('apply', 'p')).toMatchObject({ code: 0 })
    const versions = (await terminal.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(workspace)}/versions`))['versions'] as { version: number; serial: number; current: boolean }[]
    const { serial: last = 0 } = versions[0] ?? {}
    await answering.stop()
    expect(await done(terminal, person, { action: 'state.rollback', workspace, version: 1 })).toMatchObject({ status: 'done' })
    const after = countersignAll(person, terminal)
    const again = await terraform('apply', 'p')
    expect(again.code).toBe(1)
    expect(again.text).toContain('Saved plan is stale')
    expect(await terraform('apply', '-auto-approve')).toMatchObject({ code: 0, text: expect.stringContaining('1 changed') as string })
    await after.stop()
    const now = await terminal.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(workspace)}`)
    expect(now).toMatchObject({ frozen: null, quarantined: 0 })
    expect(Number(now['serial'])).toBeGreaterThan(last + 1)
  })
})
