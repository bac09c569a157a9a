import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort, scratchServer } from '../support/scratch-server.ts'
import { countersigned, signedIn, signIn } from './signed-in.ts'
import { buildFirst, codeShown, hasTerraform, linkShown, once, terminal, type Terminal } from './terminal.ts'

buildFirst()

const profile = (at: Terminal): string => {
  const servers = join(at.home, 'config/countersign/servers')
  return join(servers, readdirSync(servers)[0] ?? '')
}

describe('countersign login', () => {
  it('keeps what it stores from others, says that the key is exportable, shows the fingerprint', async () => {
    const { terminal: at, login, person } = await signedIn()
    expect(login.stdout).toContain('whoever runs programs as you can copy it')
    const trust = JSON.parse(readFileSync(join(profile(at), 'trust.json'), 'utf8')) as { genesis: { entry: string } }
    expect(login.stdout.replace(/ /g, '')).toContain(trust.genesis.entry)
    expect(readdirSync(profile(at)).sort()).toEqual(['checkpoint.json', 'directory.json', 'key.json', 'server.json', 'token.json', 'trust.json'])
    for (const name of readdirSync(profile(at))) expect(statSync(join(profile(at), name)).mode & 0o777, name).toBe(0o600)
    expect(statSync(profile(at)).mode & 0o777).toBe(0o700)
    const again = await signIn(at, person, ['--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ pinned: 'before', keyProtection: 'exportable', person: { name: 'Ada Owner' } })
  })

  it('keeps the key behind a passphrase, which is asked for from then on', async () => {
    const { terminal: at, login } = await signedIn({ loginArguments: ['--passphrase'], environment: { COUNTERSIGN_PASSPHRASE: 'correct horse' } })
    expect(login.stdout).toContain('behind your passphrase')
    expect(JSON.parse(readFileSync(join(profile(at), 'key.json'), 'utf8'))).not.toHaveProperty('jwk')
    expect((await at.run(['whoami'])).stdout).toContain('behind a passphrase')
    expect((await at.run(['whoami'], { environment: { COUNTERSIGN_PASSPHRASE: 'wrong' } })).stderr).toContain('(passphrase_wrong)')
    expect((await at.run(['whoami'], { environment: { COUNTERSIGN_PASSPHRASE: undefined } })).stderr).toContain('(passphrase_needed)')
  })

  it('can be denied in the browser', async () => {
    const { terminal: at, person } = await signedIn()
    const run = await at.run(['login', '--no-browser'], { onOutput: once(linkShown, (link) => void deny(link)) })
    expect(run.stderr).toContain('(login_denied)')
    expect(run.code).toBe(1)

    async function deny(link: string): Promise<void> {
      let next = link
      for (let hops = 0; hops < 5 && !next.includes('/sign-in'); hops++) next = new URL((await person.call('GET', next)).headers.get('location') ?? '', next).href
      const { redirect } = await person.must('POST', `/api/v1/interactions/${new URL(next).searchParams.get('uid') ?? ''}`, { decision: 'deny' })
      const back = (await person.call('GET', String(redirect))).headers.get('location')
      await fetch(back ?? '')
    }
  })

  it('takes no answer from anybody but the server that was asked', async () => {
    const { terminal: at, person } = await signedIn()
    const run = await at.run(['login', '--no-browser'], { onOutput: once(linkShown, (link) => void intrude(link)) })
    expect(run.code).toBe(0)

    async function intrude(link: string): Promise<void> {
      const redirect = new URL(link).searchParams.get('redirect_uri') ?? ''
      expect((await fetch(`${redirect}?code=stolen&state=guessed`)).status).toBe(400)
      expect((await fetch(`${redirect}?code=stolen`)).status).toBe(400)
      expect((await fetch(redirect.replace('/callback', '/other'))).status).toBe(404)
      await person.allowTerminal(link)
    }
  })

  it('ends at Ctrl-C', async () => {
    const { terminal: at } = await signedIn()
    const run = await at.run(['login', '--no-browser'], { onOutput: once(/(waiting)/, (_, child) => child.kill('SIGINT')) })
    expect(run.stderr).toContain('(interrupted)')
    expect(run.code).toBe(1)
  })

  it.each([
    [['--server', 'http://countersign.example.com'], 'plain HTTP'],
    [['--server', 'nonsense'], 'is not the address of a server'],
    [['--server', 'https://user@example.com'], 'is not the address of a server'],
    [['--server', 'http://localhost:1'], 'does not answer'],
  ])('refuses %j', async (args, words) => {
    const run = await (await terminal()).run(['login', '--no-browser', ...args])
    expect(run.stderr).toContain(words)
    expect(run.code).toBe(1)
  })

  it('says that a server has no owner yet', async () => {
    const { url } = await scratchServer()
    expect((await (await terminal()).run(['login', '--server', url])).stderr).toContain('(not_set_up)')
  })
})

describe('whoami, logout, trust', () => {
  it('show, end, and keep what was pinned until it is to be forgotten', async () => {
    const { terminal: at, url } = await signedIn()
    const who = await at.run(['whoami', '--json'])
    expect(JSON.parse(who.stdout)).toMatchObject({ server: url, person: { name: 'Ada Owner' }, demonstration: true })
    const token = readFileSync(join(profile(at), 'token.json'))
    const key = readFileSync(join(profile(at), 'key.json'))
    expect((await at.run(['logout'])).stdout).toContain('worth nothing any more')
    expect((await at.run(['whoami'])).stderr).toContain('(not_signed_in)')
    expect(JSON.parse((await at.run(['trust', 'export'])).stdout)).toMatchObject({ type: 'countersign.trust' })
    writeFileSync(join(profile(at), 'token.json'), token, { mode: 0o600 })
    writeFileSync(join(profile(at), 'key.json'), key, { mode: 0o600 })
    const stolen = await at.run(['whoami'])
    expect(stolen.stderr).toContain('countersign login')
    expect(stolen.code).toBe(1)
    expect((await at.run(['logout', '--forget'])).code).toBe(0)
    expect((await at.run(['trust', 'export'])).stderr).toContain('(not_signed_in)')
  })

  it('a command without any server says how to get one', async () => {
    const run = await (await terminal()).run(['whoami'])
    expect(run.stderr).toContain('countersign up')
    expect(run.code).toBe(1)
  })
})

describe.skipIf(!hasTerraform())('countersign verify', () => {
  it('tells the good evidence from every bad one, and ends with 5', async () => {
    const { terminal: at, person } = await signedIn()
    at.write('main.tf', 'resource "terraform_data" "x" {\n  input = "x"\n}\n')
    await countersigned(at, person, ['apply', '--evidence', 'good.json'])
    await at.run(['trust', 'export', '-o', 'trust.json'])
    const good = readFileSync(join(at.work, 'good.json'), 'utf8')
    const verdict = async (...args: string[]) => {
      const run = await at.run(['verify', ...args, '--json'])
      return { ...(JSON.parse(run.stdout) as { verdict?: string; error?: { code: string } }), exit: run.code }
    }
    expect(await verdict('good.json', '--trust', 'trust.json')).toMatchObject({ verdict: 'DEMONSTRATION', exit: 5 })
    expect(await verdict('good.json')).toMatchObject({ exit: 5 })
    at.write('edited.json', good.replace('billing-prod', 'billing-prof'))
    expect(await verdict('edited.json', '--trust', 'trust.json')).toMatchObject({ verdict: 'INVALID', exit: 5 })
    at.write('empty.json', '')
    expect(await verdict('empty.json', '--trust', 'trust.json')).toMatchObject({ verdict: 'INVALID', exit: 5 })
    at.write('other.json', readFileSync(join(at.work, 'trust.json'), 'utf8').replace(/"entry": "./, '"entry": "z'))
    expect(await verdict('good.json', '--trust', 'other.json')).toMatchObject({ error: { code: 'trust_invalid' }, exit: 5 })
    expect(await verdict('missing.json')).toMatchObject({ error: { code: 'file_unreadable' }, exit: 1 })
  })
})

describe('countersign policy', () => {
  it('shows, shows what differs, waits for the countersignature, and puts the change in force', async () => {
    const { terminal: at, person } = await signedIn()
    const before = await at.run(['policy', 'show'])
    expect(before.code).toBe(0)
    at.write('policy.yaml', before.stdout.replace('fresh: 10m', 'fresh: 5m'))
    const run = await countersigned(at, person, ['policy', 'apply', 'policy.yaml'])
    expect(run.stdout).toContain('-     require: { fresh: 10m }')
    expect(run.stdout).toContain('+     require: { fresh: 5m }')
    expect(run.stdout).toContain('The new policy is in force.')
    expect(run.code).toBe(0)
    expect((await at.run(['policy', 'show'])).stdout).toContain('fresh: 5m')
    expect((await at.run(['policy', 'apply', 'policy.yaml'])).stdout).toContain('in force already')
    at.write('broken.yaml', 'version: 1\nrules: 7\n')
    const broken = await at.run(['policy', 'apply', 'broken.yaml'])
    expect(broken.code).toBe(1)
    expect(broken.stderr).not.toContain('(unexpected)')
    at.write('denied.yaml', before.stdout)
    const denied = await at.run(['policy', 'apply', 'denied.yaml'], { onOutput: once(codeShown, (code) => void person.deny(code)) })
    expect(denied.code).toBe(3)
    expect((await at.run(['policy', 'show'])).stdout).toContain('fresh: 5m')
  })

  it('takes a change back that is interrupted, or that nobody countersigns in time', async () => {
    const { terminal: at, person } = await signedIn()
    at.write('policy.yaml', (await at.run(['policy', 'show'])).stdout.replace('fresh: 10m', 'fresh: 5m'))
    let code = ''
    const interrupted = await at.run(['policy', 'apply', 'policy.yaml'], { onOutput: once(codeShown, (shown, child) => { code = shown; child.kill('SIGINT') }) })
    expect(interrupted).toMatchObject({ code: 3, stderr: expect.stringContaining('(interrupted)') as unknown })
    expect(interrupted.stderr).toContain('The old policy stays in force.')
    expect((await person.call('POST', `/api/v1/ceremonies/${code}/begin`, {})).body).toMatchObject({ code: 'challenge_cancelled' })
    const late = await at.run(['policy', 'apply', 'policy.yaml', '--timeout', '1s'], { onOutput: once(codeShown, (shown) => void (code = shown)) })
    expect(late).toMatchObject({ code: 3, stderr: expect.stringContaining('(wait_timeout)') as unknown })
    expect((await person.call('POST', `/api/v1/ceremonies/${code}/begin`, {})).body).toMatchObject({ code: 'challenge_cancelled' })
  })
})

describe('countersign audit verify', () => {
  it('finds a whole ledger whole, beside the server, and an edited one edited', async () => {
    const { terminal: at, server, dataDir } = await signedIn()
    const whole = await at.run(['audit', 'verify', '--data', dataDir])
    expect(whole.stdout).toContain('The ledger is whole.')
    expect(whole.code).toBe(0)
    await server.close()
    const folder = join(dataDir, 'checkpoints')
    const newest = join(folder, readdirSync(folder).sort().at(-1) ?? '')
    chmodSync(newest, 0o600)
    writeFileSync(newest, readFileSync(newest, 'utf8').replace(/\n\d+\n/, '\n4096\n'))
    const edited = await at.run(['audit', 'verify', '--data', dataDir, '--json'])
    expect((JSON.parse(edited.stdout) as { problems: unknown[] }).problems.length).toBeGreaterThan(0)
    expect(edited.code).toBe(5)
    expect((await at.run(['audit', 'verify', '--data', at.work])).stderr).toContain('(data_missing)')
  })
})

describe('countersign up', () => {
  it('prints a set-up link once it answers, and stops at SIGTERM', async () => {
    const [at, port] = [await terminal(), await freePort()]
    const args = ['up', '--data', join(at.home, 'server'), '--addr', `127.0.0.1:${port}`, '--url', `http://localhost:${port}`]
    const run = await at.run(args, { onOutput: once(/(http:\S+\/setup#cs_su_\S+)/, (_, child) => void fetch(`http://127.0.0.1:${port}/api/v1/status`, { headers: { host: `localhost:${port}` } }).finally(() => child.kill('SIGTERM'))) })
    expect(run.stdout).toContain(`Countersign on http://localhost:${port}`)
    expect(run.code).toBe(0)
    expect(statSync(join(at.home, 'server')).mode & 0o777).toBe(0o700)
  })

  it('says what is wrong when it cannot start', async () => {
    const { url, dataDir } = await scratchServer()
    const at = await terminal()
    const port = new URL(url).port
    const taken = await at.run(['up', '--data', join(at.home, 'server'), '--addr', `127.0.0.1:${port}`, '--url', url])
    expect(taken.stderr).toContain('(address_in_use)')
    expect(taken.code).toBe(1)
    const twice = await at.run(['up', '--data', dataDir, '--addr', '127.0.0.1:0', '--url', url])
    expect(twice.stderr).toContain('(data_folder_in_use)')
    expect((await at.run(['up', '--url', 'http://10.0.0.1'])).stderr).toContain('--url')
    expect((await at.run(['up', '--nonsense'])).code).toBe(1)
  })
})

describe('countersign doctor', () => {
  it('names what is well and what is not, each with a fix', async () => {
    const { terminal: at } = await signedIn()
    const well = await at.run(['doctor'])
    expect(well.stdout).toMatch(/ok {4}server/)
    expect(well.stdout).toMatch(/ok {4}clock/)
    expect(well.stdout).toMatch(/note {2}key[^]*--passphrase/)
    expect(well.code).toBe(hasTerraform() ? 0 : 1)
    const ill = await at.run(['doctor', '--json'], { environment: { TERRAFORM_BIN: '/nowhere', COUNTERSIGN_SERVER: 'http://localhost:1' } })
    const findings = JSON.parse(ill.stdout) as { what: string; state: string }[]
    expect(findings.filter(({ state }) => state === 'bad').map(({ what }) => what)).toEqual(['engine', 'server', 'key'])
    expect(ill.code).toBe(1)
  })
})

describe('the repository\'s file', () => {
  it('says server and workspace, and nothing else', async () => {
    const { terminal: at, url } = await signedIn()
    at.environment['COUNTERSIGN_SERVER'] = undefined
    at.environment['COUNTERSIGN_WORKSPACE'] = undefined
    at.write('.countersign.yaml', `server: ${url}\nworkspace: team/dev\n`)
    mkdirSync(join(at.work, 'below'))
    const below = await at.run(['whoami'], { cwd: join(at.work, 'below') })
    expect(below.all).toContain(` at ${url}`)
    for (const [text, words] of [['environment: dev\n', 'environment'], ['server: [1]\n', 'must be one text'], ['server: a\nserver: b\n', 'unique'], ['- a\n', 'name: value']] as const) {
      at.write('.countersign.yaml', text)
      const run = await at.run(['whoami'])
      expect(run.stderr).toContain('(repository_file_invalid)')
      expect(run.stderr).toContain(words)
    }
  })
})

describe('help and completion', () => {
  it('every command has help with examples', async () => {
    const at = await terminal()
    const all = await at.run(['--help'])
    expect(all.code).toBe(0)
    expect(all.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    const names = [...all.stdout.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1] ?? '').filter((name) => name !== 'help' && name !== 'countersign')
    expect(names).toEqual(expect.arrayContaining(['up', 'login', 'logout', 'whoami', 'plan', 'apply', 'destroy', 'verify', 'trust', 'policy', 'audit', 'doctor', 'completion']))
    for (const name of names) {
      const below = { trust: ['export'], policy: ['show'], audit: ['verify'] }[name] ?? []
      const run = await at.run([name, ...below, '--help'])
      expect(run.stdout, name).toContain('Examples:')
      expect(run.code, name).toBe(0)
    }
  })

  it('what is not understood is refused, and never taken for another command', async () => {
    const at = await terminal()
    expect((await at.run(['aply'])).stderr).toContain('unknown command')
    expect((await at.run(['aply'])).code).toBe(1)
    expect((await at.run(['verify'])).code).toBe(1)
    expect((await at.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each(['bash', 'zsh', 'fish'])('the completion for %s is a script', async (shell) => {
    const run = await (await terminal()).run(['completion', shell])
    expect(run.stdout).toContain('doctor')
    if (shell === 'bash') execFileSync('bash', ['-n'], { input: run.stdout })
    expect(run.code).toBe(0)
  })

  it('colours nothing when it is not asked to', async () => {
    const run = await (await terminal({ CI: 'true' })).run(['whoami'])
    // eslint-disable-next-line no-control-regex
    expect(run.all).not.toMatch(/\u001b/)
  })
})
