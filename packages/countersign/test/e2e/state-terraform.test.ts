/** The real terraform against the state door, unmodified: what its users type, and each of it gated. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import { ownedServer } from '../support/scratch-server.ts'
import { countersignAll, credentialFor, lock, lockInfo, post, send, stateText, unlock, waiting } from '../support/state-wire.ts'
import type { Credential } from '../support/state-wire.ts'
import { terraformOrSkip } from '../support/terraform.ts'

const { skip } = terraformOrSkip()

type Done = { code: number; out: string; err: string }
type Folder = { folder: string; write(name: string, text: string): Promise<void>; run(args: string[], more?: Record<string, string>): Promise<Done> }

/** A folder with a configuration, and the environment that `countersign state init --env` gives. */
async function folderFor(credential: Credential, style: Record<string, string> = {}): Promise<Folder> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-wire-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TF_')))
  const env = {
    ...plain, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1', TF_HTTP_ADDRESS: credential.address, TF_HTTP_LOCK_ADDRESS: credential.address, TF_HTTP_UNLOCK_ADDRESS: credential.address,
    TF_HTTP_USERNAME: credential.username, TF_HTTP_PASSWORD: credential.password, TF_HTTP_RETRY_WAIT_MIN: '1', ...style,
  }
  return {
    folder,
    write: (name, text) => writeFile(join(folder, name), text),
    run: (args, more = {}) => new Promise((resolve) => {
      const child = execFile(process.env['TERRAFORM_BIN'] ?? 'terraform', args, { cwd: folder, env: { ...env, ...more }, encoding: 'utf8' }, (error, out, err) => resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }))
      child.stdin?.end()
    }),
  }
}

/** What terraform prints, without the frame and the breaks that it puts into it. */
const bare = (text: string): string => text.replaceAll(/\u001b\[[0-9;]*m/g, '').replaceAll(/[\s│]/g, '')

const backend = 'terraform {\n  backend "http" {}\n}\n'
const one = (name: string, input: string): string => `resource "terraform_data" "${name}" {\n  input = "${input}"\n}\n`

const versionsOf = async (terminal: RawTerminal, name: string) =>
  (await terminal.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(name)}/versions`))['versions'] as { version: number; status: string; current: boolean; serial: number; lock: string; person: { name: string } }[]
const workspaceOf = (terminal: RawTerminal, name: string) => terminal.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(name)}`)

describe.skipIf(skip)('terraform', () => {
  it('init, plan, apply, output, show, state, taint, refresh, import, destroy: each asks for what it does', async () => {
    const { person, terminal } = await ownedServer()
    const at = await folderFor(await credentialFor(person, terminal, 'shop/prod'))
    await at.write('main.tf', `${backend}${one('a', 'x')}${one('b', 'y')}resource "terraform_data" "z" {}\noutput "said" {\n  value = terraform_data.a.output\n}\n`)
    const answering = countersignAll(person, terminal)
    const said: Record<string, string> = {}
    const run = async (...args: string[]): Promise<[string, string[], number]> => {
      const before = answering.actions.length
      const done = await at.run(args)
      said[args[0] ?? ''] = done.out
      return [args.filter((arg) => !arg.startsWith('-')).join(' '), answering.actions.slice(before), done.code]
    }
    const asked = [
      await run('init', '-input=false'),
      await run('plan', '-input=false'),
      await run('apply', '-auto-approve', '-input=false'),
      await run('output', '-json'),
      await run('show'),
      await run('state', 'list'),
      await run('state', 'show', 'terraform_data.a'),
      await run('state', 'pull'),
      await run('state', 'mv', 'terraform_data.b', 'terraform_data.c'),
      await run('state', 'rm', 'terraform_data.c'),
      await run('state', 'rm', 'terraform_data.z'),
      await run('import', '-input=false', 'terraform_data.z', 'some-id'),
      await run('taint', 'terraform_data.a'),
      await run('untaint', 'terraform_data.a'),
      await run('refresh', '-input=false'),
      await run('apply', '-auto-approve', '-input=false', '-lock-timeout=60s'),
      await run('destroy', '-auto-approve', '-input=false'),
    ]
    await answering.stop()
    expect(asked).toEqual([
      ['init', [], 0], ['plan', ['state.plan'], 0], ['apply', ['state.write'], 0],
      // Two GETs for each question: what comes next reads under the same lease.
      ['output', ['state.read'], 0], ['show', [], 0], ['state list', ['state.read'], 0], ['state show terraform_data.a', ['state.read'], 0], ['state pull', [], 0],
      ['state mv terraform_data.b terraform_data.c', ['state.write'], 0], ['state rm terraform_data.c', ['state.write'], 0], ['state rm terraform_data.z', ['state.write'], 0],
      ['import terraform_data.z some-id', ['state.write'], 0], ['taint terraform_data.a', ['state.write'], 0], ['untaint terraform_data.a', ['state.write'], 0], ['refresh', ['state.write'], 0],
      ['apply', ['state.write'], 0], ['destroy', ['state.write'], 0],
    ])
    expect(JSON.parse(said['output'] ?? '')).toMatchObject({ said: { value: 'x' } })
    const versions = await versionsOf(terminal, 'shop/prod')
    expect(versions.every(({ status, lock, person: { name } }) => status === 'kept' && lock !== '' && name === 'Ada Owner')).toBe(true)
    expect(await workspaceOf(terminal, 'shop/prod')).toMatchObject({ lock: null, frozen: null, resources: 0, quarantined: 0 })
  })

  it('waits by itself with -lock-timeout, tells the link without it, pushes under a lock, and ends a lock with force-unlock', async () => {
    const { person, terminal, url } = await ownedServer({ stateLimits: { holdSeconds: 0 } })
    const credential = await credentialFor(person, terminal, 'shop/größe 1.0/eu')
    const gitlab = { TF_HTTP_LOCK_ADDRESS: credential.lockAddress, TF_HTTP_UNLOCK_ADDRESS: credential.lockAddress, TF_HTTP_LOCK_METHOD: 'POST', TF_HTTP_UNLOCK_METHOD: 'DELETE' }
    const at = await folderFor(credential, gitlab)
    await at.write('main.tf', `${backend}${one('a', 'x')}`)
    expect(await at.run(['init', '-input=false'])).toMatchObject({ code: 0 })
    const told = await at.run(['apply', '-auto-approve', '-input=false'])
    expect(told.code).toBe(1)
    expect(bare(told.err)).toContain(`ID=${url}/c/`)
    // Another run has another lock, and so another question.
    const [, before] = /\/c\/([0-9A-Z-]{14})/.exec(told.err) ?? []
    const applying = at.run(['apply', '-auto-approve', '-input=false', '-lock-timeout=60s'])
    await person.countersign((await waiting(terminal, ({ action, code }) => action === 'state.write' && code !== before)).code)
    expect(await applying).toMatchObject({ code: 0 })

    const answering = countersignAll(person, terminal)
    const patient = { TF_HTTP_RETRY_MAX: '30' }
    const pulled = await at.run(['state', 'pull'], patient)
    expect(pulled).toMatchObject({ code: 0 })
    const state = JSON.parse(pulled.out) as { serial: number }
    await at.write('next.tfstate', JSON.stringify({ ...state, serial: state.serial + 1 }))
    expect(await at.run(['state', 'push', '-lock-timeout=60s', 'next.tfstate'], patient)).toMatchObject({ code: 0 })
    expect(await workspaceOf(terminal, 'shop/größe 1.0/eu')).toMatchObject({ version: 2, lock: null })

    const info = lockInfo()
    while ((await lock(credential, info)).status !== 200);
    const held = await at.run(['plan', '-input=false'])
    expect(bare(held.err)).toContain('heldbyAdaOwnersince')
    expect(held.err).not.toContain(info.ID)
    expect(await at.run(['force-unlock', '-force', 'whatever'], patient)).toMatchObject({ code: 0 })
    await answering.stop()
    expect(answering.actions).toContain('state.force-unlock')
    expect(await workspaceOf(terminal, 'shop/größe 1.0/eu')).toMatchObject({ lock: null })
  })

  it('in the hands of a thief with the password gets nothing, and changes nothing', async () => {
    const { person, terminal } = await ownedServer({ stateLimits: { holdSeconds: 0 } })
    const credential = await credentialFor(person, terminal, 'shop/prod')
    const owner = await folderFor(credential)
    await owner.write('main.tf', `${backend}${one('a', 'a-secret-value')}`)
    await owner.run(['init', '-input=false'])
    const answering = countersignAll(person, terminal)
    expect(await owner.run(['apply', '-auto-approve', '-input=false', '-lock-timeout=60s'])).toMatchObject({ code: 0 })
    await answering.stop()

    const thief = await folderFor(credential, { TF_HTTP_RETRY_MAX: '0' })
    await thief.write('main.tf', `${backend}${one('a', 'theirs')}`)
    await thief.write('evil.tfstate', stateText(99, 'evil-lineage'))
    const tried = [
      await thief.run(['init', '-input=false']),
      await thief.run(['state', 'pull']),
      await thief.run(['state', 'push', '-force', 'evil.tfstate']),
      await thief.run(['state', 'push', '-force', '-lock=false', 'evil.tfstate']),
      await thief.run(['apply', '-auto-approve', '-input=false', '-lock=false']),
      await thief.run(['force-unlock', '-force', 'x']),
      await thief.run(['apply', '-auto-approve', '-input=false']),
    ]
    expect(tried.map(({ code }) => code)).toEqual(tried.map(() => 1))
    expect(tried.map(({ out, err }) => `${out}${err}`).join('')).not.toContain('a-secret-value')
    expect(await versionsOf(terminal, 'shop/prod')).toHaveLength(1)
    expect(await workspaceOf(terminal, 'shop/prod')).toMatchObject({ version: 1, frozen: null, quarantined: 0, lock: null })
  })

  it('in the hands of somebody who reads the ID that a held lock shows neither writes nor unlocks with it', async () => {
    const { person, terminal } = await ownedServer({ stateLimits: { holdSeconds: 0 } })
    const victim = await credentialFor(person, terminal, 'shop/prod')
    // Another credential of the workspace, as terraform itself would use it.
    const stolen = await credentialFor(person, terminal, 'shop/prod')
    const info = lockInfo()
    const answering = countersignAll(person, terminal)
    while ((await lock(victim, info)).status !== 200);
    expect((await post(victim, info.ID, stateText(1, 'theirs'))).status).toBe(200)
    const at = await folderFor(stolen, { TF_HTTP_RETRY_MAX: '0' })
    await at.write('main.tf', `${backend}${one('a', 'x')}`)
    expect((await at.run(['init', '-input=false'], { TF_HTTP_RETRY_MAX: '30' })).code).toBe(0)
    await answering.stop()
    const told = await at.run(['apply', '-auto-approve', '-input=false'])
    expect(told.code).toBe(1)
    expect(told.err).not.toContain(info.ID)
    const { ID: shown } = (await lock(stolen, lockInfo())).body
    expect(String(shown)).toContain('held by Ada Owner since')
    const tried = [
      (await post(stolen, String(shown), stateText(2, 'theirs', { evil: '1' }))).status,
      (await unlock(stolen, lockInfo('OperationTypeApply', String(shown)))).status,
      (await send('UNLOCK', stolen.address, stolen, { body: JSON.stringify({ ID: shown }) })).status,
      // Even the real one, from wherever they may have it, belongs to the credential that took it.
      (await post(stolen, info.ID, stateText(2, 'theirs', { evil: '1' }))).status,
      (await unlock(stolen, info)).status,
    ]
    expect(tried.every((status) => status >= 400), tried.join()).toBe(true)
    expect((await at.run(['force-unlock', '-force', String(shown)])).code).toBe(1)
    expect(await workspaceOf(terminal, 'shop/prod')).toMatchObject({ version: 1, quarantined: 0, frozen: null, lock: { who: info.Who } })
    expect((await unlock(victim, info)).status).toBe(200)
  })

  it('whose lock was ended while it applied loses nothing: its last write waits in quarantine', async () => {
    const { person, terminal } = await ownedServer()
    const credential = await credentialFor(person, terminal, 'shop/prod')
    const at = await folderFor(credential)
    await at.write('main.tf', `${backend}resource "terraform_data" "slow" {\n  provisioner "local-exec" {\n    command = "while [ ! -e go ]; do sleep 0.1; done"\n  }\n}\n`)
    const answering = countersignAll(person, terminal)
    await at.run(['init', '-input=false'])
    const applying = at.run(['apply', '-auto-approve', '-input=false'])
    while ((await workspaceOf(terminal, 'shop/prod').catch(() => ({ lock: null })))['lock'] === null);
    expect((await send('UNLOCK', credential.address, credential)).status).toBe(200)
    await at.write('go', '')
    expect(await applying).toMatchObject({ code: 0 })
    await answering.stop()
    expect(await workspaceOf(terminal, 'shop/prod')).toMatchObject({ version: 0, frozen: { why: 'its lock was ended by somebody' } })
    expect((await versionsOf(terminal, 'shop/prod')).every(({ status }) => status === 'quarantined')).toBe(true)
  })
})
