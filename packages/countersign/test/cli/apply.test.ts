import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countersigned, signedIn } from './signed-in.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { ask, measuredOf, runBody } from '../support/sample-run.ts'
import { scratchServer } from '../support/scratch-server.ts'
import { buildFirst, codeShown, hasTerraform, once, terminal as aTerminal, type Terminal } from './terminal.ts'

buildFirst()

const resource = (name: string, input = 'x', more = ''): string => `resource "terraform_data" "${name}" {\n  input = "${input}"\n${more}}\n`
const script = (command: string): string => `  provisioner "local-exec" {\n    command = "${command}"\n  }\n`
const state = (at: Terminal) => JSON.parse(readFileSync(join(at.work, 'terraform.tfstate'), 'utf8')) as { serial: number; resources: { name: string }[] }

describe.skipIf(!hasTerraform())('countersign apply', () => {
  it('shows, waits, verifies, applies exactly that plan, keeps the evidence', async () => {
    const { terminal, person } = await signedIn()
    terminal.write('main.tf', resource('database'))
    const run = await countersigned(terminal, person, ['apply', '--evidence', 'evidence.json'])
    expect(run.code).toBe(0)
    const steps = ['Plan: 1 to add', 'payments/billing-prod', 'Risk:', 'what you sign', 'waiting for the countersignature', 'countersigned,', 'Apply complete!', 'Applied exactly that plan: 1 to add', 'Countersigned by Ada Owner (self step-up, software key), with a DEMONSTRATION key', 'Evidence:', 'Protection: advisory']
    let from = 0
    for (const step of steps) {
      const found = run.stdout.indexOf(step, from)
      expect(found, `"${step}" in its place`).toBeGreaterThanOrEqual(0)
      from = found
    }
    expect(state(terminal).resources.map(({ name }) => name)).toEqual(['database'])
    const trust = await terminal.run(['trust', 'export', '-o', 'trust.json'])
    expect(trust.code).toBe(0)
    const verified = await terminal.run(['verify', 'evidence.json', '--trust', 'trust.json'], { environment: { COUNTERSIGN_SERVER: 'http://localhost:1' } })
    expect(verified.stdout).toMatch(/^DEMONSTRATION/)
    expect(verified.stdout).toContain('outcome  applied: 1 to add')
    expect(verified.code).toBe(5)
  })

  it('asks nothing when there is nothing to change', async () => {
    const { terminal } = await signedIn()
    terminal.write('main.tf', 'locals {\n  a = 1\n}\n')
    const run = await terminal.run(['apply'])
    expect(run.all).toContain('Nothing to change, so nothing was asked.')
    expect(run.code).toBe(0)
  })

  it('waits for another who is applying the workspace, says so, and goes on when that has ended', async () => {
    const { terminal, person, url } = await signedIn()
    const other = await signInTerminal(url, (link) => person.allowTerminal(link))
    const theirs = runBody({ workspace: 'team/dev', actions: ['update'] })
    const asked = await ask(other, theirs)
    const { lease } = (await other.must('POST', `/api/v1/runs/${asked.id}/apply-start`, { grant: asked.grant?.id ?? '', measured: measuredOf(theirs) })) as { lease: string }
    terminal.write('main.tf', resource('x'))
    const run = await terminal.run(['apply', '--workspace', 'team/dev'], {
      onOutput: once(/waiting for (Ada Owner), who is applying/u, () => void other.must('POST', `/api/v1/runs/${asked.id}/outcome`, {
        lease, result: 'failed', summary: 'nothing changed', state: { lineage: '', serial: 0, digest: 'a'.repeat(64) }, treeUnchanged: true,
      })),
    })
    expect(run.all).toMatch(/waits for +Ada Owner, who is applying this workspace since/u)
    expect(run.code).toBe(0)
    expect(state(terminal).resources).toHaveLength(1)
  })

  it('applies what policy lets pass, without a question', async () => {
    const { terminal } = await signedIn()
    terminal.write('main.tf', resource('x'))
    const run = await terminal.run(['apply', '--workspace', 'team/dev'])
    expect(run.all).toContain('Policy lets this pass without a countersignature.')
    expect(run.all).not.toContain('what you sign')
    expect(run.all).not.toContain('is not what it should be')
    expect(run.code).toBe(0)
    expect(state(terminal).resources).toHaveLength(1)
  })

  it('with --json prints one document to stdout and everything else to stderr', async () => {
    const { terminal, person } = await signedIn()
    terminal.write('main.tf', resource('x'))
    const run = await countersigned(terminal, person, ['apply', '--json'])
    const said = JSON.parse(run.stdout) as Record<string, unknown>
    expect(said).toMatchObject({ changes: true, result: 'applied', workspace: 'payments/billing-prod', environment: 'prod', treeUnchanged: true, reported: true })
    expect(run.stderr).toContain('Apply complete!')
    expect(statSync(String(said['evidence'])).mode & 0o777).toBe(0o600)
  })

  it('applies nothing when the person says no', async () => {
    const { terminal, person } = await signedIn()
    terminal.write('main.tf', resource('x'))
    const run = await terminal.run(['apply'], { onOutput: once(codeShown, (code) => void person.deny(code)) })
    expect(run.all).toContain('(challenge_denied)')
    expect(run.code).toBe(3)
    expect(terminal.has('terraform.tfstate')).toBe(false)
  })

  it('applies nothing when nobody answers in time, and takes the request back', async () => {
    const { terminal, person } = await signedIn()
    terminal.write('main.tf', resource('x'))
    let code = ''
    const run = await terminal.run(['apply', '--timeout', '1s'], { onOutput: once(codeShown, (shown) => (code = shown)) })
    expect(run.all).toContain('(wait_timeout)')
    expect(run.code).toBe(3)
    expect((await person.must('GET', `/api/v1/ceremonies/${code}`))['status']).toBe('cancelled')
  })

  it('takes the request back at Ctrl-C', async () => {
    const { terminal, person } = await signedIn()
    terminal.write('main.tf', resource('x'))
    let code = ''
    const run = await terminal.run(['apply'], { onOutput: once(/what you sign\s+(\S+)[^]*waiting/, (shown, child) => {
      code = shown
      child.kill('SIGINT')
    }) })
    expect(run.code).toBe(3)
    expect((await person.must('GET', `/api/v1/ceremonies/${code}`))['status']).toBe('cancelled')
    expect(terminal.has('terraform.tfstate')).toBe(false)
  })

  it('lets terraform finish what it began at Ctrl-C, and reports it', async () => {
    const { terminal, person } = await signedIn()
    terminal.write('main.tf', `${resource('slow', 'x', script('sleep 2'))}${resource('after', '${terraform_data.slow.id}')}`)
    const interrupt = once(/(Provisioning with)/, (_, child) => {
      child.kill('SIGINT')
      child.kill('SIGINT')
    })
    const answer = once(codeShown, (code) => void person.countersign(code))
    const run = await terminal.run(['apply'], { onOutput(soFar, child) {
      answer(soFar, child)
      interrupt(soFar, child)
    } })
    expect(run.code).toBe(1)
    expect(run.all).toContain('terraform is told to finish')
    expect(run.all).not.toContain('Two interrupts received')
    expect(run.all).toContain('The apply failed (exit code 1, interrupted)')
    expect(state(terminal).resources.map(({ name }) => name)).not.toContain('after')
    const { runs } = await person.must('GET', '/api/v1/runs') as { runs: { status: string }[] }
    expect(runs[0]?.status).toBe('failed')
  })

  it('refuses when a script was edited while it waited, and applies nothing', async () => {
    const { terminal, person } = await signedIn()
    terminal.write('main.tf', resource('x', 'x', script('./deploy.sh')))
    terminal.write('deploy.sh', '#!/bin/sh\ntouch good\n', 0o755)
    const run = await countersigned(terminal, person, ['apply'], { before: () => void terminal.write('deploy.sh', '#!/bin/sh\ntouch evil\n', 0o755) })
    expect(run.all).toContain('(tree_changed): Since the plan was made') // our own check, before the server is asked
    expect(run.code).toBe(1)
    expect(terminal.has('evil')).toBe(false)
    expect(terminal.has('terraform.tfstate')).toBe(false)
  })

  it('goes on waiting when the server goes away and comes back', async () => {
    const { terminal, person, server, dataDir, port } = await signedIn()
    terminal.write('main.tf', resource('x'))
    let code = ''
    const stop = once(codeShown, (shown) => {
      code = shown
      void server.close()
    })
    const restart = once(/(the server does not answer; trying again)/, () => void scratchServer({ dataDir, port }).then(async () => await person.countersign(code)))
    const run = await terminal.run(['apply'], { onOutput(soFar, child) {
      stop(soFar, child)
      restart(soFar, child)
    } })
    expect(run.all).toContain('Applied exactly that plan')
    expect(run.code).toBe(0)
  })

  it('reports all the same when the outcome cannot be written to disk', async () => {
    const { terminal, person } = await signedIn()
    terminal.write('main.tf', resource('x'))
    const blocked = terminal.write('a-file', '')
    const run = await countersigned(terminal, person, ['apply', '--evidence', 'e.json'], { environment: { XDG_STATE_HOME: blocked } })
    expect(run.all.slice(run.all.indexOf('Apply complete!'))).toContain('Applied exactly that plan')
    expect(run.all).not.toContain('Not reported yet')
    expect(run.code).toBe(0)
    const { runs } = await person.must('GET', '/api/v1/runs') as { runs: { status: string }[] }
    expect(runs[0]?.status).toBe('applied')
  })

  it('reports a failed apply with the state that is left', async () => {
    const { terminal, person } = await signedIn()
    terminal.write('main.tf', `${resource('good')}${resource('bad', 'x', script('exit 3'))}`)
    const run = await countersigned(terminal, person, ['apply', '--json'])
    expect(run.code).toBe(1)
    expect(JSON.parse(run.stdout)).toMatchObject({ result: 'failed', exitCode: 1, state: { serial: state(terminal).serial }, reported: true })
  })

  it('finishes when the server is gone, and reports at the next use', async () => {
    const { terminal, person, server, dataDir, port } = await signedIn()
    terminal.write('main.tf', resource('x', 'x', script('touch begun; while [ ! -e go ]; do sleep 0.1; done')))
    const answer = once(codeShown, (code) => void person.countersign(code))
    const stop = once(/(Provisioning with)/, () => void server.close().then(() => terminal.write('go', '')))
    const ended = await terminal.run(['apply'], { onOutput(soFar, child) {
      answer(soFar, child)
      stop(soFar, child)
    } })
    expect(ended.code).toBe(0)
    expect(ended.all).toContain('Not reported yet')
    expect(ended.all).toContain('Applied exactly that plan')
    await scratchServer({ dataDir, port })
    const next = await terminal.run(['policy', 'show'])
    expect(next.stderr).toMatch(/Reported the outcome of \S+, which the server had not heard yet: applied/)
    expect(readdirSync(join(terminal.home, 'state/countersign/unreported'))).toEqual([])
  })

  it('is not stopped by outcomes on disk that are damaged', async () => {
    const { terminal } = await signedIn()
    const folder = join(terminal.home, 'state/countersign/unreported')
    mkdirSync(folder, { recursive: true })
    for (const [i, text] of ['{', 'null', '{"server": 1}'].entries()) writeFileSync(join(folder, `${i}.json`), text, { mode: 0o600 })
    const run = await terminal.run(['policy', 'show'])
    expect(run.stderr.match(/is not an outcome that countersign wrote/g)).toHaveLength(3)
    expect(run.code).toBe(0)
  })

  it.each([
    [['apply', 'my.tfplan'], 'A plan file of your own cannot be applied'],
    [['apply', '--', 'my.tfplan'], 'A plan file of your own cannot be applied'],
    [['apply', '--', '-state-out=x'], '-state-out'],
    [['apply', '--', '-lock=false'], 'without the state lock'],
    [['apply', '--auto-approve'], 'There is no --auto-approve'],
    [['apply', '--timeout', 'soon'], 'is not a duration'],
    [['apply', '--engine', 'pulumi'], 'is not an engine'],
    [['apply', '--workspace', 'prod'], 'is not the name of a workspace'],
  ])('refuses %j before anything is started', async (args, words) => {
    const terminal = await aTerminal()
    terminal.write('main.tf', resource('x'))
    const run = await terminal.run(args)
    expect(run.stderr).toContain(words)
    expect(run.code).toBe(1)
    expect(run.all).not.toContain('Plan:')
  })
})

describe.skipIf(!hasTerraform())('countersign destroy', () => {
  it('is the same for everything there is', async () => {
    const { terminal, person } = await signedIn()
    terminal.write('main.tf', resource('x'))
    await countersigned(terminal, person, ['apply'])
    const run = await countersigned(terminal, person, ['destroy'])
    expect(run.code).toBe(0)
    expect(run.all).toContain('1 to destroy')
    expect(state(terminal).resources).toEqual([])
  })
})

describe.skipIf(!hasTerraform())('countersign plan', () => {
  it('says what policy asks, stores nothing, and ends with 2', async () => {
    const { terminal, person } = await signedIn()
    terminal.write('main.tf', resource('x'))
    const run = await terminal.run(['plan'])
    expect(run.code).toBe(2)
    expect(run.stdout).toContain('Policy asks for your own countersignature')
    expect((await person.must('GET', '/api/v1/runs'))['runs']).toEqual([])
  })

  it('works without a server', async () => {
    const { terminal } = await signedIn()
    terminal.write('main.tf', resource('x'))
    const run = await terminal.run(['plan', '--json'], { environment: { COUNTERSIGN_SERVER: 'http://localhost:1' } })
    expect(run.code).toBe(2)
    expect(JSON.parse(run.stdout)).toMatchObject({ changes: true, decision: null, summary: { create: 1 } })
    expect(run.stderr).toContain('What policy asks is not known')
  })

  it('says that a variable is missing, and how to give it', async () => {
    const { terminal } = await signedIn()
    terminal.write('main.tf', `variable "region" {}\n${resource('x')}`)
    const run = await terminal.run(['plan'])
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('(input_needed)')
    expect((await terminal.run(['plan', '--', '-var', 'region=eu'])).code).toBe(2)
  })
})
