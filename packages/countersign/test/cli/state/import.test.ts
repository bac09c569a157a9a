/** `countersign state import` against the real server: the list first, a touch for each, what an interruption leaves, what is refused. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findPostgres } from '../../support/find-postgres.ts'
import { startPostgres } from '../../support/postgres.ts'
import { signedIn } from '../signed-in.ts'
import { buildFirst, codeShown, once, type Run } from '../terminal.ts'
import { json, signs, stateOf } from './kept-here.ts'
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
  it('S3, whose SDK is loaded when it is used', async () => {
    const at = await signedIn()
    const server = await s3Server()
    server.put('network/terraform.tfstate', stateOf(3, ['x']))
    server.put('env:/qa/network/terraform.tfstate', stateOf(4, ['y']))
    const run = await at.terminal.run(['state', 'import', 's3://acme-states/network/terraform.tfstate', '--dry-run', '--json'], { environment: server.environment })
    expect(run.code, run.all).toBe(0)
    expect(rows(json(run)).map(({ workspace, serial }) => `${workspace} ${serial}`)).toEqual(['payments/network-qa 4', 'payments/network 3'])
    expect(run.stderr).not.toContain('Warning')
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
