/** `countersign state import` against the real server: the list first, a touch for each, what an interruption leaves, what is refused. */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findPostgres } from '../../support/find-postgres.ts'
import { startPostgres } from '../../support/postgres.ts'
import { signedIn } from '../signed-in.ts'
import { buildFirst, codeShown, hasTerraform, once, type Run } from '../terminal.ts'
import { httpBackend } from './http-backend.ts'
import { json, name, signs, stateOf } from './kept-here.ts'
import { s3Server } from './s3-server.ts'

buildFirst()

type Row = { name: string; workspace: string; verdict: string; imported: boolean; version: number; serial: number }
const rows = (said: Record<string, unknown>): Row[] => said['states'] as Row[]
const folderRule = ['state', 'import', 'live', '--to', 'payments/{name}-{workspace}', '--json']

describe('a folder of states', () => {
  it('is shown before anything is asked; what was said no to is asked again, and what is in stays in', async () => {
    const at = await signedIn()
    const { terminal, person } = at
    terminal.write('live/a/terraform.tfstate', stateOf(3, ['x'], { lineage: 'a' }))
    terminal.write('live/a/terraform.tfstate.d/qa/terraform.tfstate', stateOf(4, ['y'], { lineage: 'b' }))
    terminal.write('live/empty.tfstate', '')
    const dry = await terminal.run([...folderRule, '--dry-run'])
    expect(rows(json(dry)).map(({ workspace, verdict }) => `${workspace} ${verdict}`)).toEqual(['payments/a new', 'payments/a-qa new', 'payments/empty empty'])
    expect(dry.stderr).toMatch(/SOURCE +WORKSPACE[^]*a\/terraform\.tfstate +payments\/a +3 +\d+ B +new[^]*It would take 2 countersignatures/)
    expect(dry.all).not.toContain('what you sign')

    const codes: string[] = []
    const half = await terminal.run(folderRule, { onOutput(soFar) {
      for (const [, code = ''] of soFar.matchAll(new RegExp(codeShown, 'g'))) {
        if (codes.includes(code)) continue
        codes.push(code)
        void (codes.length === 1 ? person.countersign(code) : person.deny(code))
      }
    } })
    expect(half.stderr).toContain('(challenge_denied)')
    expect(half.code).toBe(3)
    const whole = await signs(at, folderRule)
    expect(rows(json(whole)).map(({ workspace, verdict, imported, version }) => [workspace, verdict, imported, version])).toEqual([['payments/a', 'in', false, 1], ['payments/a-qa', 'new', true, 1], ['payments/empty', 'empty', false, 0]])

    // It moved on here since: that is no reason to bring the old one again.
    terminal.write('next.tfstate', stateOf(9, ['x', 'z'], { lineage: 'a' }))
    expect((await signs(at, ['state', 'import', 'next.tfstate', '--workspace', 'payments/a'])).code).toBe(0)
    const again = await terminal.run(folderRule)
    expect(again.stderr).toContain('There is nothing to import, so nothing was asked.')
    rmSync(join(terminal.home, 'state/countersign/imports'), { recursive: true })
    const forgotten = await terminal.run(folderRule)
    expect(forgotten.stderr).toMatch(/\(import_conflict\).*payments\/a\. Nothing was asked/)
    const replaced = await signs(at, [...folderRule, '--replace'])
    expect(rows(json(replaced))[0]).toMatchObject({ verdict: 'behind', imported: true, serial: 3, version: 3 })
    expect(json(await terminal.run(['state', 'show', '--workspace', 'payments/a', '--json']))).toMatchObject({ version: 3, serial: 10 })
  })
})

describe('one state', () => {
  it('goes on with the same question after it was killed, asks anew after Ctrl-C, and does not take what changed at its source meanwhile', async () => {
    const at = await signedIn()
    const { terminal, person } = at
    const file = terminal.write('one.tfstate', stateOf(3, ['x']))
    const ended = async (signal: NodeJS.Signals): Promise<{ code: string; run: Run }> => {
      let shown = ''
      const run = await terminal.run(['state', 'import', file], { onOutput: once(codeShown, (code, child) => {
        shown = code
        child.kill(signal)
      }) })
      return { code: shown, run }
    }
    const interrupted = await ended('SIGINT')
    expect(interrupted.run.stderr).toContain('the request is taken back')
    const killed = await ended('SIGKILL')
    expect(killed.code).not.toBe(interrupted.code)
    const told: string[] = []
    expect((await signs(at, ['state', 'import', file], { told })).code).toBe(0)
    expect(told).toEqual([killed.code])

    terminal.write('one.tfstate', stateOf(4, ['x', 'y']))
    const changed = await terminal.run(['state', 'import', file], { onOutput: once(codeShown, (code) => {
      terminal.write('one.tfstate', stateOf(5, ['evil']))
      void person.countersign(code)
    }) })
    expect(changed.stderr).toContain('(source_changed)')
    expect(json(await terminal.run(['state', 'show', '--json']))).toMatchObject({ version: 1, serial: 3 })
    expect((await terminal.run(['state', 'import', 'nothing.tfstate'])).stderr).toContain('There is no nothing.tfstate')
  })
})

describe('sources of elsewhere, by the built program', () => {
  it.skipIf(!hasTerraform())('another HTTP backend, which the real terraform wrote to: imported, worked on from here, exported, and pushed back there', async () => {
    const at = await signedIn()
    const { terminal } = at
    const backend = await httpBackend()
    const theirs = { TF_HTTP_USERNAME: backend.user, TF_HTTP_PASSWORD: backend.password, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' }
    const address = `${backend.url}/state/prod`
    terminal.write('old/main.tf', `terraform {\n  backend "http" {\n    address        = "${address}"\n    lock_address   = "${address}"\n    unlock_address = "${address}"\n  }\n}\nresource "terraform_data" "x" {\n  input = "a-secret-value"\n}\n`)
    const terraform = async (...args: string[]): Promise<void> => await new Promise((done, failed) => {
      execFile(process.env['TERRAFORM_BIN'] ?? 'terraform', args, { cwd: join(terminal.work, 'old'), env: { ...terminal.environment, ...theirs } }, (error, _, said) => (error ? failed(new Error(said)) : done())).stdin?.end()
    })
    await terraform('init', '-input=false')
    await terraform('apply', '-auto-approve', '-input=false')
    const written = backend.states.get('/state/prod') ?? ''
    const before = backend.asked.length

    const run = await signs(at, ['state', 'import', address, '--json'], { environment: theirs })
    expect(run.code, run.all).toBe(0)
    expect(rows(json(run))).toMatchObject([{ workspace: name, verdict: 'new', imported: true, version: 1 }])
    expect(run.all).not.toMatch(/correct-horse|a-secret-value/)
    expect(new Set(backend.asked.slice(before))).toEqual(new Set(['GET /state/prod'])) // only read
    // What is here are those very bytes, and work goes on from them.
    await signs(at, ['state', 'export', '-o', 'here.tfstate'])
    expect(readFileSync(join(terminal.work, 'here.tfstate'), 'utf8')).toBe(written)
    terminal.write('main.tf', 'resource "terraform_data" "x" {\n  input = "another-value"\n}\n')
    expect((await terminal.run(['state', 'init', '--write'])).code).toBe(0)
    expect((await signs(at, ['run', '--', 'terraform', 'init', '-input=false'])).code).toBe(0)
    expect((await signs(at, ['run', '--', 'terraform', 'apply', '-auto-approve', '-no-color'])).stdout).toContain('1 changed')

    // And back out: what was exported is what terraform itself pushes to the backend of before.
    expect((await signs(at, ['state', 'export', '-o', 'out.tfstate', '--purpose', 'moving back'])).code).toBe(0)
    await terraform('state', 'push', join(terminal.work, 'out.tfstate'))
    expect(JSON.parse(backend.states.get('/state/prod') ?? '')).toMatchObject({ lineage: (JSON.parse(written) as { lineage: string }).lineage, resources: [{ instances: [{ attributes: { input: { value: 'another-value' } } }] }] })
    const refused = await terminal.run(['state', 'import', address], { environment: { TF_HTTP_USERNAME: 'ci', TF_HTTP_PASSWORD: 'wrong' } })
    expect(refused.stderr).toMatch(/\(source_unreadable\).*answered 401: it does not let us in/)
  })

  it('S3, whose SDK is loaded when it is used', async () => {
    const at = await signedIn()
    const server = await s3Server()
    server.put('network/terraform.tfstate', stateOf(3, ['x']))
    server.put('env:/qa/network/terraform.tfstate', stateOf(4, ['y']))
    const run = await at.terminal.run(['state', 'import', 's3://acme-states/network/terraform.tfstate', '--dry-run', '--json'], { environment: server.environment })
    expect(run.code, run.all).toBe(0)
    expect(rows(json(run)).map(({ workspace, serial }) => `${workspace} ${serial}`)).toEqual(['payments/network-qa 4', 'payments/network 3'])
    expect(run.stderr).not.toContain('Warning')

    // All of it: killed after the first, and gone on with, with what was in left alone.
    const codes: string[] = []
    const half = await at.terminal.run(['state', 'import', 's3://acme-states/network/terraform.tfstate'], { environment: server.environment, onOutput(soFar, child) {
      for (const [, code = ''] of soFar.matchAll(new RegExp(codeShown, 'g'))) {
        if (codes.includes(code)) continue
        codes.push(code)
        if (codes.length === 1) void at.person.countersign(code)
        else child.kill('SIGKILL')
      }
    } })
    expect(half.signal).toBe('SIGKILL')
    const told: string[] = []
    const whole = await signs(at, ['state', 'import', 's3://acme-states/network/terraform.tfstate', '--json'], { environment: server.environment, told })
    expect(rows(json(whole)).map(({ workspace, verdict, imported, version }) => [workspace, verdict, imported, version])).toEqual([['payments/network-qa', 'in', false, 1], ['payments/network', 'new', true, 1]])
    expect(told).toEqual([codes[1]]) // the question that stood was not asked twice
    expect((await signs(at, ['state', 'export', '--workspace', 'payments/network-qa'])).stdout).toBe(stateOf(4, ['y']))
    expect(server.asked.every((one) => one.startsWith('GET '))).toBe(true)
  })

  const postgres = findPostgres()
  it.skipIf(!('bin' in postgres))('PostgreSQL', async () => {
    const at = await signedIn()
    const server = await startPostgres('bin' in postgres ? postgres.bin : '')
    onTestFinished(() => server.remove())
    const database = await server.create()
    await server.tell(database, `create schema terraform_remote_state; create table terraform_remote_state.states (id bigint primary key, name text unique, data text); insert into terraform_remote_state.states values (1, 'default', '${stateOf(7, ['x'])}')`)
    const run = await signs(at, ['state', 'import', server.url(database), '--json'])
    expect(run.code, run.all).toBe(0)
    expect(rows(json(run))).toMatchObject([{ name: 'default', workspace: 'payments/billing-prod', verdict: 'new', imported: true, version: 1, serial: 7 }])
    expect(run.all).not.toContain(new URL(server.url(database)).password)
  })
})
