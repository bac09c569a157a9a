/** The server is not believed: each lie is told by a real server's answers with one thing changed, and nothing is applied. */
import { createHash } from 'node:crypto'
import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { lyingServer, type Lie } from './lying-server.ts'
import { countersigned, signIn } from './signed-in.ts'
import { buildFirst, hasTerraform } from './terminal.ts'

buildFirst()

type Json = Record<string, unknown>
const plan = 'resource "terraform_data" "x" {\n  input = "x"\n}\n'

/** Changes one member of the statement in every view of a run. */
function inStatement(change: (subject: Json) => void): Lie {
  return (_, path, body) => {
    if (!path.startsWith('/api/v1/runs') || typeof body['subject'] !== 'string') return undefined
    const subject = JSON.parse(body['subject']) as Json
    change(subject)
    return { ...body, subject: JSON.stringify(subject) }
  }
}

const isRun = (path: string): boolean => /^\/api\/v1\/runs(\/run_[0-9a-f]+)?$/.test(path)

describe.skipIf(!hasTerraform())('a server that is taken over', () => {
  it.each([
    ['another plan file', inStatement((subject) => Object.assign(subject['plan'] as Json, { file: '0'.repeat(64) }))],
    ['another workspace', inStatement((subject) => Object.assign(subject['workspace'] as Json, { name: 'payments/other' }))],
    ['a milder risk', inStatement((subject) => Object.assign(subject, { risk: { level: 'none', reasons: [], reasonsOmitted: 0 } }))],
    ['a smaller summary', inStatement((subject) => Object.assign(subject['summary'] as Json, { create: 0 }))],
    ['another terminal', inStatement((subject) => Object.assign(subject, { executor: 'x'.repeat(43) }))],
    ['another scope', inStatement((subject) => Object.assign(subject, { scope: 'destroy' }))],
  ])('cannot have %s countersigned for this one', async (_, lie) => {
    const { terminal, person, lie: tell, asked } = await lyingServer()
    terminal.write('main.tf', plan)
    tell(lie)
    const run = await countersigned(terminal, person, ['apply'])
    expect(run.stderr).toContain('(server_altered_subject)')
    expect(run.all).not.toContain('what you sign')
    expect(run.code).toBe(5)
    expect(asked.some((one) => one.endsWith('/cancel'))).toBe(true)
    expect(terminal.has('terraform.tfstate')).toBe(false)
  })

  it.each([
    ['that nobody countersigned', (body: Json) => ({ ...body, countersignatures: [] })],
    ['with a signature that is damaged', (body: Json) => ({ ...body, countersignatures: (body['countersignatures'] as Json[]).map((one) => ({ ...one, signature: String(one['signature']).replace(/.{4}$/, 'AAAA') })) })],
    ['with an envelope of another time', (body: Json) => ({ ...body, countersignatures: (body['countersignatures'] as Json[]).map((one) => ({ ...one, envelope: String(one['envelope']).replace(/"expires":"2/, '"expires":"3') })) })],
  ])('cannot say "granted" %s', async (_, change) => {
    const { terminal, person, lie: tell } = await lyingServer()
    terminal.write('main.tf', plan)
    tell((method, path, body) => (method === 'GET' && isRun(path) && body['status'] === 'granted' ? change(body) : undefined))
    const run = await countersigned(terminal, person, ['apply'])
    expect(run.stderr).toContain('(evidence_rejected)')
    expect(run.code).toBe(5)
    expect(terminal.has('terraform.tfstate')).toBe(false)
  })

  const risky = 'resource "terraform_data" "x" {\n  input = "x"\n  provisioner "local-exec" {\n    command = "touch ran"\n  }\n}\n'
  const nothing: Json = { approvals: 0, approverRole: '', assurance: 'aal1', excludeRequester: false, freshSeconds: 900, phishingResistant: false, selfStepUp: false }
  const asksNothing = inStatement((subject) => Object.assign((subject['policy'] as Json)['requirement'] as Json, nothing))
  const isDev = inStatement((subject) => {
    Object.assign((subject['policy'] as Json)['requirement'] as Json, nothing)
    Object.assign(subject['workspace'] as Json, { environment: 'dev' })
    Object.assign(subject['policy'] as Json, { rule: 'harmless changes pass' })
  })
  const lax = (text: string): string => text.replace(/rules:[^]*/, 'rules:\n  - name: everything\n    when: {}\n    then: allow\n')
  const laxDigest = (text: string): string => createHash('sha256').update(lax(text)).digest('hex')

  it.each<[string, (policy: string) => Lie]>([
    ['of what is to be countersigned', () => () => undefined],
    ['in a statement that asks nothing', () => asksNothing],
    ['of production, called "dev"', () => isDev],
    ['by another policy', (policy) => (method, path, body) => {
      if (path === '/api/v1/policy/chain') return { versions: [{ ...(body['versions'] as Json[])[0], text: lax(policy) }] }
      return inStatement((subject) => {
        Object.assign(subject['policy'] as Json, { digest: laxDigest(policy), rule: 'everything' })
        Object.assign((subject['policy'] as Json)['requirement'] as Json, nothing)
      })(method, path, body)
    }],
    ['by a change of the policy that nobody countersigned', (policy) => (method, path, body) => {
      if (path === '/api/v1/policy/chain') return { versions: [...(body['versions'] as Json[]), { text: lax(policy), subject: '{}', countersignatures: [], directorySize: 1 }] }
      return inStatement((subject) => {
        Object.assign(subject['policy'] as Json, { digest: laxDigest(policy), rule: 'everything' })
        Object.assign((subject['policy'] as Json)['requirement'] as Json, nothing)
      })(method, path, body)
    }],
    ['with no policy at all', () => (method, path, body) => (path === '/api/v1/policy/chain' ? { versions: [null] } : asksNothing(method, path, body))],
  ])('cannot say "allowed" %s', async (_, lie) => {
    const { terminal, person, lie: tell, asked } = await lyingServer()
    terminal.write('main.tf', risky)
    let policy = ''
    tell((__, path, body) => {
      if (path === '/api/v1/policy') policy = String(body['yaml'])
      return undefined
    })
    await terminal.run(['policy', 'show'])
    expect(policy).toContain('rules:')
    tell((method, path, body) => {
      const changed = lie(policy)(method, path, body) ?? body
      if (isRun(path) && 'decision' in body) return { ...changed, decision: 'allow', status: 'granted', grant: { id: `grt_${'0'.repeat(32)}`, expiresAt: body['expiresAt'] } }
      return path.endsWith('/apply-start') ? { lease: 'cs_ls_x' } : changed
    })
    const run = await countersigned(terminal, person, ['apply'])
    expect(run.stderr).toContain('(decision_unproven)')
    expect(run.code).toBe(5)
    expect(terminal.has('ran')).toBe(false)
    expect(terminal.has('terraform.tfstate')).toBe(false)
    expect(asked.some((one) => one.endsWith('/cancel'))).toBe(true)
  })

  it('cannot ask for less than the policy does, nor call production "dev"', async () => {
    const { terminal, person, lie: tell } = await lyingServer()
    terminal.write('main.tf', risky)
    for (const lie of [
      inStatement((subject) => Object.assign((subject['policy'] as Json)['requirement'] as Json, { phishingResistant: false })),
      inStatement((subject) => Object.assign(subject['workspace'] as Json, { environment: 'dev' })),
    ]) {
      tell(lie)
      const run = await countersigned(terminal, person, ['apply'])
      expect(run.stderr).toContain('(decision_unproven)')
      expect(run.all).not.toContain('what you sign')
      expect(terminal.has('terraform.tfstate')).toBe(false)
    }
  })

  it('cannot give evidence that proves nothing unseen', async () => {
    const { terminal, person, lie: tell } = await lyingServer()
    terminal.write('main.tf', plan)
    tell((_, path, body) => (path.endsWith('/evidence') ? { ...body, countersignatures: [] } : undefined))
    const run = await countersigned(terminal, person, ['apply', '--evidence', 'evidence.json'])
    expect(run.stderr).toContain('is not what it should be')
    expect(run.code).toBe(0)
    expect(terminal.has('evidence.json')).toBe(true)
  })

  it('cannot bring another directory', async () => {
    const { terminal, person, lie: tell } = await lyingServer()
    terminal.write('main.tf', plan)
    tell((_, path, body) => (path === '/api/v1/directory' ? { ...body, entries: (body['entries'] as string[]).map((entry) => entry.replace('Ada Owner', 'Eva Other')) } : undefined))
    const run = await countersigned(terminal, person, ['apply'])
    expect(run.stderr).toContain('(evidence_rejected)')
    expect(terminal.has('terraform.tfstate')).toBe(false)
  })

  it('cannot take back a directory entry that this terminal saw, or show another in its place', async () => {
    const { terminal, person, lie: tell } = await lyingServer()
    terminal.write('main.tf', plan)
    let stale: Json | undefined
    tell((_, path, body) => {
      if (path === '/api/v1/directory') stale ??= body
      return undefined
    })
    await terminal.run(['apply', '--workspace', 'team/dev', '--timeout', '1s'])
    await secondKey(person)
    terminal.write('main.tf', `${plan}${plan.replace('"x"', '"y"')}`)
    await terminal.run(['apply', '--workspace', 'team/dev', '--timeout', '1s'])
    terminal.write('main.tf', `${plan}${plan.replace('"x"', '"z"')}${plan.replace('"x"', '"y"')}`)
    tell((_, path) => (path === '/api/v1/directory' ? stale : undefined))
    const run = await terminal.run(['apply', '--workspace', 'team/dev', '--timeout', '1s'])
    expect(run.stderr).toContain('a directory of 1 entries where there were 2')
    expect(run.stderr).toContain('(server_history_changed)')
    expect(run.code).toBe(5)
    expect(run.all).not.toContain('Applied')
    const servers = join(terminal.home, 'config/countersign/servers')
    writeFileSync(join(servers, readdirSync(servers)[0] ?? '', 'directory.json'), JSON.stringify({ size: 1, head: 'f'.repeat(64) }))
    const other = await terminal.run(['apply', '--workspace', 'team/dev', '--timeout', '1s'])
    expect(other.stderr).toContain('does not contain the one this terminal saw last')
    expect(other.code).toBe(5)

    async function secondKey(of: SoftwarePerson): Promise<void> {
      const second = new SoftwarePerson(of.url)
      const begun = await of.must('POST', '/api/v1/authenticators/begin', { label: 'second' })
      const created = await of.must('POST', '/api/v1/authenticators/create', { ceremony: begun['ceremony'], response: second.key.create(begun['options'] as never, of.url) })
      const options = (name: string) => (created[name] as { options: never }).options
      await of.must('POST', '/api/v1/authenticators/finish', { ceremony: begun['ceremony'], possession: second.sign(options('possession')), voucher: of.sign(options('voucher')) })
    }
  })

  it('cannot show a shorter history', async () => {
    const { terminal, lie: tell } = await lyingServer()
    let kept: Json | undefined
    tell((_, path, body) => {
      if (path === '/api/v1/ledger/checkpoint' && 'checkpoint' in body) kept ??= body
      return undefined
    })
    expect((await terminal.run(['policy', 'show'])).code).toBe(0)
    terminal.write('main.tf', plan)
    await terminal.run(['apply', '--workspace', 'team/dev'])
    expect((await terminal.run(['policy', 'show'])).code).toBe(0)
    tell((_, path, body) => (path === '/api/v1/ledger/checkpoint' && 'checkpoint' in body ? kept : undefined))
    const run = await terminal.run(['apply'])
    expect(run.stderr).toContain('THE SERVER\'S HISTORY WAS CHANGED')
    expect(run.stderr).toContain('(server_history_changed)')
    expect(run.code).toBe(5)
    expect(run.all).not.toContain('Plan:')
  })

  it('cannot show a history that does not contain the one that was seen', async () => {
    const { terminal, lie: tell } = await lyingServer()
    terminal.write('main.tf', plan)
    expect((await terminal.run(['policy', 'show'])).code).toBe(0)
    await terminal.run(['apply', '--workspace', 'team/dev'])
    tell((_, path, body) => (path === '/api/v1/ledger/consistency' ? { proof: (body['proof'] as string[]).map((hash) => hash.replace(/^./, (first) => (first === '0' ? '1' : '0'))) } : undefined))
    const run = await terminal.run(['policy', 'show'])
    expect(run.stderr).toContain('(server_history_changed)')
    expect(run.code).toBe(5)
  })

  it('cannot sign its checkpoint with another key', async () => {
    const { terminal, lie: tell } = await lyingServer()
    tell((_, path, body) => (path === '/api/v1/ledger/checkpoint' ? { ...body, checkpoint: String(body['checkpoint']).replace(/.{8}\n$/, 'AAAAAAA=\n') } : undefined))
    const run = await terminal.run(['policy', 'show'])
    expect(run.stderr).toContain('(server_history_changed)')
    expect(run.code).toBe(5)
  })

  it('is not the same server with a root for attestations that nobody has accepted', async () => {
    const { terminal, person, lie: tell } = await lyingServer()
    tell((_, path, body) => (path === '/api/v1/trust' ? { ...body, attestationRoots: ['f'.repeat(64)] } : undefined))
    const run = await signIn(terminal, person)
    expect(run.stderr).toContain('(trust_changed)')
    expect(run.stderr).toContain('another root for attestations')
    expect(run.code).toBe(5)
  })

  it('is not the same server with another genesis key', async () => {
    const { terminal, person, lie: tell } = await lyingServer()
    tell((_, path, body) => (path === '/api/v1/trust' ? { ...body, genesis: { ...(body['genesis'] as Json), entry: 'f'.repeat(64) } } : undefined))
    const run = await signIn(terminal, person)
    expect(run.stderr).toContain('(trust_changed)')
    expect(run.stderr).toContain('another genesis key')
    expect(run.code).toBe(5)
    tell(undefined)
    expect((await signIn(terminal, person)).code).toBe(0)
  })

  it('is refused when it answers nonsense', async () => {
    const { terminal, lie: tell } = await lyingServer()
    tell((_, path) => (path === '/api/v1/policy' ? { yaml: 7 } : undefined))
    expect((await terminal.run(['policy', 'show'])).stderr).toContain('(server_unexpected)')
  })
})

describe('a pinned trust that others could write', () => {
  it('is not used', async () => {
    const { terminal } = await lyingServer()
    const servers = join(terminal.home, 'config/countersign/servers')
    const folder = join(servers, readdirSync(servers)[0] ?? '')
    chmodSync(join(folder, 'trust.json'), 0o666)
    const run = await terminal.run(['whoami'])
    expect(run.stderr).toContain('(file_unsafe)')
    chmodSync(join(folder, 'trust.json'), 0o600)
    writeFileSync(join(folder, 'token.json'), '{')
    expect((await terminal.run(['whoami'])).stderr).toContain('(file_damaged)')
    rmSync(join(folder, 'token.json'))
    expect((await terminal.run(['whoami'])).stderr).toContain('(not_signed_in)')
  })
})

describe.skipIf(!hasTerraform())('what a server says', () => {
  const evil = '\u001b]0;pwned\u0007\u001b[2J'
  const isHarmless = (text: string): boolean => !text.includes('\u001b]') && !text.includes('\u001b[2J')

  it.each<[string, string, Lie]>([
    ['a status', 'apply', (method, path, body) => (isRun(path) && 'status' in body ? { ...body, status: `${method}${evil}` } : undefined)],
    ['a level of risk', 'plan', (_, path, body) => (path === '/api/v1/runs' && 'risk' in body ? { ...body, risk: { ...(body['risk'] as Json), level: evil } } : undefined)],
    ['a link to sign in', 'login', (_, path, body) => (path.endsWith('/openid-configuration') ? { ...body, authorization_endpoint: `${new URL(String(body['authorization_endpoint'])).origin}/${evil}` } : undefined)],
    ['a version', 'doctor', (_, path, body) => (path === '/api/v1/status' ? { ...body, name: evil, version: evil } : undefined)],
  ])('cannot steer the terminal: %s', async (_, command, lie) => {
    const { terminal, lie: tell } = await lyingServer()
    terminal.write('main.tf', plan)
    tell(lie)
    const run = await terminal.run([command, ...(command === 'login' ? ['--no-browser'] : [])], {
      onOutput: (soFar, child) => void (command === 'login' && soFar.includes('waiting') && child.kill('SIGINT')),
    })
    expect(isHarmless(run.all)).toBe(true)
    expect(run.all).not.toBe('')
  })

  it('nor can what terraform repeats', async () => {
    const { terminal, person } = await lyingServer()
    terminal.write('main.tf', `resource "terraform_data" "x" {\n  input = "x"\n  provisioner "local-exec" {\n    command = "printf '\\\\033]0;pwned\\\\007\\\\033[2Jhello'"\n  }\n}\n`)
    const run = await countersigned(terminal, person, ['apply'])
    expect(run.all).toContain('hello')
    expect(isHarmless(run.all)).toBe(true)
    expect(run.code).toBe(0)
  })
})
