/** Terraform, unmodified, with its state kept by the real server: the block, the shell, and `countersign run`. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { signedIn, type SignedIn } from '../signed-in.ts'
import { buildFirst, codeShown, hasTerraform, once } from '../terminal.ts'
import { everyCode, json, signs } from './kept-here.ts'

buildFirst()

const program = resolve(import.meta.dirname, '../../../bin/countersign.mjs')
const main = 'resource "terraform_data" "x" {\n  input = "one"\n}\n'

/** Every byte below a folder, terraform's own data included. */
function allText(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n')
}

async function initialised(): Promise<SignedIn> {
  const at = await signedIn()
  at.terminal.write('main.tf', main)
  expect((await at.terminal.run(['state', 'init', '--write'])).code).toBe(0)
  return at
}

describe('countersign state init', () => {
  it('prints or writes a block without a secret, asks nobody, and never overwrites', async () => {
    const { terminal } = await signedIn()
    const printed = await terminal.run(['state', 'init'])
    expect(printed.stdout).toMatch(/^terraform \{\n {2}backend "http" \{\n {4}address {8}= "http:\/\/localhost:\d+\/state\/v1\/payments\/billing-prod"\n[^]*\}\n$/)
    expect(printed.all).not.toMatch(/what you sign|password/)
    expect((await terminal.run(['state', 'init', '--write'])).stdout).toContain('Wrote countersign_backend.tf')
    expect(readFileSync(join(terminal.work, 'countersign_backend.tf'), 'utf8')).toBe(printed.stdout)
    const twice = await terminal.run(['state', 'init', '--write', 'other.tf'])
    expect(twice.stdout).toContain('countersign_backend.tf has this block already, so nothing was written.')
    expect((await terminal.run(['state', 'init', '--write', 'other.tf', '--workspace', 'payments/other'])).stderr).toContain('(backend_configured)')
    expect(terminal.has('other.tf')).toBe(false)
    terminal.write('countersign_backend.tf', '# mine\n')
    expect((await terminal.run(['state', 'init', '--write'])).stderr).toContain('(file_exists)')
    expect((await terminal.run(['state', 'init', '--write', 'x.txt'])).stderr).toContain('not a file that terraform reads')
    expect((await terminal.run(['state', 'init', '--write', '--env'])).stderr).toContain('never written into a file')
    terminal.write('main.tf', 'terraform {\n  backend "http" {\n    password = "x"\n  }\n}\n')
    expect((await terminal.run(['state', 'init'])).stderr).toMatch(/main\.tf has a username or a password\. They win over the environment/)
  })

  it('--env is for a shell: what is for people goes elsewhere, and a refusal stops what comes after', async () => {
    const at = await initialised()
    const { terminal, person } = at
    // What a person types, in a real shell.
    const line = (rest: string): string => `eval "$("${process.execPath}" "${program}" state init --env --phase plan)" && ${rest}`
    const typed = async (script: string, answer: (soFar: string) => void): Promise<{ code: number; stdout: string; stderr: string }> => await new Promise((done) => {
      const child = execFile('sh', ['-c', script], { cwd: terminal.work, env: terminal.environment }, (error, stdout, stderr) => done({ code: error ? Number(error.code) : 0, stdout, stderr }))
      let heard = ''
      child.stderr?.on('data', (chunk: string) => answer((heard += chunk)))
    })
    const good = await typed(line('printf "%s %s %s" "$TF_HTTP_USERNAME" "$TF_HTTP_PASSWORD" "$TF_CLI_ARGS_plan"'), everyCode(at) as (soFar: string) => void)
    expect(good.stdout).toMatch(/^stc_[0-9a-f]{32} cst_\S{43} -lock-timeout=15m$/)
    expect(good.stderr).toContain('a credential to plan, for 4 h')
    expect(good.stderr).not.toContain(good.stdout.split(' ')[1])
    const denied = await typed(line('echo went on'), once(codeShown, (code) => void person.deny(code)) as (soFar: string) => void)
    expect(denied.stdout).toBe('')
    expect(denied.code).not.toBe(0)
    expect(denied.stderr).toContain('(challenge_denied)')
  })
})

describe('countersign run', () => {
  it('asks nobody for the sake of a program that is not there', async () => {
    const { terminal } = await initialised()
    const done = await terminal.run(['run', '--', 'no-such-program'])
    expect(done.stderr).toContain('"no-such-program" is not on PATH. Nothing was run.')
    expect(done.stderr).toContain('(program_missing)')
    expect(done.code).toBe(1)
    expect(done.stderr).not.toContain('what you sign')
  })

  it('ends with 1 when a write of its program was set aside, although the program took it for kept', async () => {
    const at = await initialised()
    const { terminal } = at
    // A lock, its end by force, and a last write under it.
    terminal.write('late.mjs', `const { TF_HTTP_USERNAME: user, TF_HTTP_PASSWORD: password } = process.env
const address = process.argv[2]
const call = async (method, query, body) => {
  for (let tries = 0; tries < 5; tries++) {
    const { status } = await fetch(address + query, { method, ...(body === '' ? {} : { body }), headers: { authorization: 'Basic ' + Buffer.from(user + ':' + password).toString('base64') } })
    if (status === 200) return
  }
  process.exit(9)
}
const info = { ID: '11111111-2222-4333-8444-555555555555', Operation: 'OperationTypeApply', Info: '', Who: 'a@b', Version: '1.11.4', Created: '2026-01-01T00:00:00Z', Path: '' }
await call('LOCK', '', JSON.stringify(info))
await call('UNLOCK', '', '')
await call('POST', '?ID=11111111-2222-4333-8444-555555555555', JSON.stringify({ version: 4, terraform_version: '1.11.4', serial: 1, lineage: 'late', outputs: {}, resources: [], check_results: null }))
`)
    const address = /address {8}= "([^"]+)"/.exec(readFileSync(join(terminal.work, 'countersign_backend.tf'), 'utf8'))?.[1] ?? ''
    const done = await signs(at, ['run', '--phase', 'apply', '--', 'node', 'late.mjs', address])
    expect(done.stderr).toContain('was set aside and is not the current state')
    expect(done.code).toBe(1)
  })
})

describe.skipIf(!hasTerraform())('countersign run -- terraform', () => {
  it('initialises, applies and reads, shows what waits while terraform is silent, and leaves no secret behind', async () => {
    const at = await initialised()
    const { terminal } = at
    const told: string[] = []
    expect((await signs(at, ['run', '--', 'terraform', 'init', '-input=false', '-no-color'], { told })).stdout).toContain('successfully initialized')
    const applied = await signs(at, ['run', '--', 'terraform', 'apply', '-auto-approve', '-no-color'], { told })
    expect(applied.code).toBe(0)
    expect(applied.stdout).toContain('Apply complete! Resources: 1 added')
    expect(applied.stdout).not.toContain('what you sign') // terraform's own output stays whole
    expect(applied.stderr).toMatch(/Waiting for you {2}payments\/billing-prod \(prod\): a lock to write \(says: terraform apply/)
    const secret = await signs(at, ['run', '--', 'sh', '-c', 'printf %s "$TF_HTTP_PASSWORD"'], { told })
    expect(secret.stdout).toMatch(/^cst_/)
    expect(new Set(told).size).toBe(4) // three credentials and one lock
    for (const place of [terminal.work, terminal.home]) expect(allText(place)).not.toContain('cst_')
    const credentials = JSON.parse((await terminal.run(['state', 'credentials', '--all', '--json'])).stdout) as { status: string; phase: string }[]
    expect(credentials.map(({ status, phase }) => `${phase} ${status}`).sort()).toEqual(['apply revoked', 'apply revoked', 'plan revoked'])

    terminal.write('main.tf', main.replace('one', 'two'))
    const codes: string[] = []
    const denied = await terminal.run(['run', '--', 'terraform', 'apply', '-auto-approve', '-no-color'], { onOutput(soFar) {
      for (const [, code = ''] of soFar.matchAll(new RegExp(codeShown, 'g'))) {
        if (codes.includes(code)) continue
        codes.push(code)
        void (codes.length === 1 ? at.person.countersign(code) : at.person.deny(code))
      }
    } })
    expect(denied.code).toBe(1) // terraform's own
    expect(codes).toHaveLength(2)
    expect(denied.stderr).toContain('Error acquiring the state lock')
    expect(json(await terminal.run(['state', 'show', '--json']))).toMatchObject({ version: 1 })
  })
})

describe('countersign run', () => {
  it('passes signals and the exit status on, and ends the credential whatever happens', async () => {
    const at = await signedIn()
    const { terminal, person } = at
    const status = async (script: string): Promise<number | null> => (await signs(at, ['run', '--', 'sh', '-c', script])).code
    expect(await status('exit 7')).toBe(7)
    expect(await status('kill -TERM $$')).toBe(143)
    const sign = once(codeShown, (code) => void person.countersign(code))
    const interrupt = once(/(began)/, (_, child) => void child.kill('SIGINT'))
    // Not a shell's trap: where these tests run in the background, a shell may not catch what it was told to ignore.
    const interrupted = "process.on('SIGINT', () => { console.log('interrupted'); process.exit(5) }); console.log('began'); setInterval(() => undefined, 1000)"
    const caught = await terminal.run(['run', '--', 'node', '-e', interrupted], { onOutput(soFar, child) {
      sign(soFar, child)
      interrupt(soFar, child)
    } })
    expect(caught.stdout).toBe('began\ninterrupted\n')
    expect(caught.code).toBe(5)
    const credentials = JSON.parse((await terminal.run(['state', 'credentials', '--all', '--json'])).stdout) as { status: string }[]
    expect(credentials.map((one) => one.status)).toEqual(['revoked', 'revoked', 'revoked'])
  })

  it('asks for nothing where it is not clear what is to be run, and runs nothing without a server', async () => {
    const { terminal } = await signedIn()
    for (const args of [['run', 'terraform', 'plan'], ['run', '--phase', 'both', '--', 'echo', 'ran'], ['run', '--lasts', '30h', '--', 'echo', 'ran']]) {
      const run = await terminal.run(args)
      expect(run.code, args.join(' ')).toBe(1)
      expect(run.all).not.toContain('what you sign')
    }
    const away = await terminal.run(['run', '--', 'echo', 'ran'], { environment: { COUNTERSIGN_SERVER: 'http://localhost:1' } })
    expect(away.stdout).toBe('')
    expect(away.code).toBe(1)
  })
})
