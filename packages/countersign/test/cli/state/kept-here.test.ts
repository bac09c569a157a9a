/** The commands about a state against the real server that keeps it: what each asks, what it shows, and what it leaves behind. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { signedIn, type SignedIn } from '../signed-in.ts'
import { buildFirst, codeShown, codeShownByWatch, once, type Run } from '../terminal.ts'
import { json, lockInfo, name, signs, stateOf, wire } from './kept-here.ts'

buildFirst()

/** Two versions: a, b and then b, c. */
async function withVersions(): Promise<SignedIn> {
  const at = await signedIn()
  at.terminal.write('one.tfstate', stateOf(3, ['a', 'b']))
  at.terminal.write('two.tfstate', stateOf(5, ['b', 'c']))
  for (const file of ['one.tfstate', 'two.tfstate']) expect((await signs(at, ['state', 'import', file])).code, file).toBe(0)
  return at
}

const inOrder = (run: Run, words: readonly string[]): void => {
  let from = 0
  for (const word of words) {
    const found = run.all.indexOf(word, from)
    expect(found, `"${word}" in its place in:\n${run.all}`).toBeGreaterThanOrEqual(0)
    from = found
  }
}

describe('a state and its versions', () => {
  it('is listed and shown without a value, compared by address, rolled back, deleted and brought back', async () => {
    const at = await withVersions()
    const { terminal } = at
    expect((await terminal.run(['state', 'list'])).stdout).toMatch(/payments\/billing-prod +prod +2 +5 +633 B/)
    inOrder(await terminal.run(['state', 'show']), ['version 2: serial 5, 2 resources', 'imported by Ada Owner', 'nobody holds it', 'state-gated'])
    const diff = await terminal.run(['state', 'diff', '1', '2'])
    inOrder(diff, ['+ terraform_data.c', '- terraform_data.a'])
    expect(diff.code).toBe(2)
    expect((await terminal.run(['state', 'diff', '2', '2'])).code).toBe(0)

    const rolled = await signs(at, ['state', 'rollback', '1', '--json'])
    inOrder(rolled, ['go back to version 1', 'current   version 2, serial 5', 'this      version 1, serial 3', '+ terraform_data.a', '- terraform_data.c', 'what you sign', 'is at version 3, with what version 1 held'])
    expect(json(rolled)).toMatchObject({ done: true, action: 'state.rollback', workspace: name, version: 3, changes: { added: 1, removed: 1 } })
    expect((await terminal.run(['state', 'versions'])).stdout).toMatch(/3 \* +6 .*rolled back to version 1 by Ada Owner +[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/)
    inOrder(await terminal.run(['state', 'show', '--version', '3']), ['version 3, current', 'rolled back to version 1', 'countersigned'])

    inOrder(await signs(at, ['state', 'delete', '--version', '2']), ['delete version 2', 'it can be brought back for 30 days', 'is deleted.', 'Bring it back with: countersign state restore 2'])
    expect((await terminal.run(['state', 'versions'])).stdout).toMatch(/\n2 .*deleted, can be brought back until/)
    inOrder(await signs(at, ['state', 'restore', '2']), ['bring version 2 back', 'is back.', 'Make it current with: countersign state rollback 2'])
    inOrder(await signs(at, ['state', 'delete', '--all']), ['DELETE THE WHOLE STATE', '- terraform_data.a'])
    inOrder(await terminal.run(['state', 'show']), ['no state', 'deleted', 'countersign state restore --all'])
    expect((await terminal.run(['state', 'list'])).stdout).toMatch(/payments\/billing-prod +prod +- +- +- +\S+ \S+ +deleted\n/)
    inOrder(await signs(at, ['state', 'restore', '--all']), ['bring the deleted state back', 'is back, at version 3'])
  })

  it('changes nothing when the person says no, when nobody comes, or when it is not clear what is meant', async () => {
    const at = await withVersions()
    const { terminal, person } = at
    const denied = await terminal.run(['state', 'rollback', '1'], { onOutput: once(codeShown, (code) => void person.deny(code)) })
    expect(denied.stderr).toContain('(challenge_denied)')
    expect(denied.code).toBe(3)
    const late = await terminal.run(['state', 'delete', '--all', '--timeout', '1s'])
    expect(late.stderr).toContain('(wait_timeout)')
    expect(late.code).toBe(3)
    const interrupted = await terminal.run(['state', 'delete', '--all'], { onOutput: once(codeShown, (_, child) => void child.kill('SIGINT')) })
    expect(interrupted.stderr).toContain('(interrupted)')
    expect(interrupted.code).toBe(3)
    // Neither waits for anybody any more.
    expect((await person.must('GET', '/api/v1/ceremonies'))['waiting']).toEqual([])
    for (const [args, words] of [[['rollback', 'x'], 'is not the number of a version'], [['rollback', '99'], 'There is no version 99'], [['delete'], 'Say one version, or --all'], [['show', '--workspace', 'a/nothing'], 'There is no state of a/nothing']] as const) {
      const refused = await terminal.run(['state', ...args])
      expect(refused.stderr, args.join(' ')).toContain(words)
      expect(refused.code).toBe(1)
    }
    const unclear = await terminal.run(['state', 'delete', '--all'], { environment: { COUNTERSIGN_WORKSPACE: undefined } })
    expect(unclear.stderr).toContain('(workspace_missing)')
    expect((await terminal.run(['state', 'show', '--json'])).stdout).toContain('"version": 2')
  })

  it('is exported whole into a file of one person, or in part', async () => {
    const at = await signedIn()
    const { terminal } = at
    const file = terminal.write('one.tfstate', stateOf(3, ['a'], { output: 'correct horse battery' }))
    await signs(at, ['state', 'import', file])
    const whole = await signs(at, ['state', 'export', '-o', 'out.tfstate', '--json'])
    expect(json(whole)).toMatchObject({ workspace: name, tier: 'full', serial: 3, version: 1, file: 'out.tfstate' })
    expect(readFileSync(join(terminal.work, 'out.tfstate'), 'utf8')).toBe(stateOf(3, ['a'], { output: 'correct horse battery' }))
    expect(statSync(join(terminal.work, 'out.tfstate')).mode & 0o777).toBe(0o600)
    const again = await terminal.run(['state', 'export', '-o', 'out.tfstate'])
    expect(again.stderr).toContain('(file_exists)')
    expect(again.all).not.toContain('what you sign')
    const outputs = await signs(at, ['state', 'export', '--tier', 'outputs'])
    expect(json(outputs)).toMatchObject({ outputs: { address: { value: 'correct horse battery' } }, resources: [] })
    expect(outputs.stderr).toContain('what you sign')
    expect((await terminal.run(['state', 'export', '--tier', 'everything'])).stderr).toContain('is not a tier')
  })
})

describe('a write that cannot be trusted', () => {
  it('is shown with what it would change, and becomes current or is refused by a touch', async () => {
    const at = await withVersions()
    const { terminal } = at
    const got = json(await signs(at, ['state', 'init', '--env', '--json'])) as { id: string; variables: Record<string, string>; address: string }
    const address = got.address
    const locked = wire(got.variables, 'LOCK', address, lockInfo('lock-0001'))
    const seen = await terminal.run(['watch'], { onOutput: once(codeShownByWatch, (code, child) => void at.person.countersign(code).then(() => child.kill('SIGINT'))) })
    expect(seen.stdout).toMatch(/payments\/billing-prod \(prod\): a lock to write \(says: terraform apply, eve@laptop\) {2}from 127\.0\.0\.1\n +-> {2}http/)
    expect(seen.code).toBe(0)
    expect(await locked).toMatchObject({ status: 200 })

    inOrder(await terminal.run(['state', 'show']), ['lock', 'Ada Owner since', 'eve@laptop'])
    inOrder(await signs(at, ['state', 'unlock']), ['is held by Ada Owner', 'end the lock (says: terraform apply, eve@laptop)', 'the lock of payments/billing-prod is ended'])
    for (const [serial, more] of [[6, 'evil'], [7, 'late']] as const) expect(await wire(got.variables, 'POST', `${address}?ID=lock-0001`, stateOf(serial, ['b', more]))).toMatchObject({ status: 200 })

    inOrder(await terminal.run(['state', 'quarantine', 'list']), ['FROZEN', 'version 3', 'why', '1 added, 0 changed, 1 removed', 'quarantine accept N'])
    const unsaid = await terminal.run(['state', 'quarantine', 'accept'])
    expect(unsaid.stderr).toMatch(/In quarantine are 4 \(serial 7, [^)]+\); 3 \(serial 6, [^)]+its lock was ended by somebody\)\.\n.*quarantine accept 4/)
    expect(unsaid.all).not.toContain('what you sign')
    // Nobody is asked for a touch that would be worth nothing.
    const frozen = await terminal.run(['run', '--', 'sh', '-c', 'echo ran'])
    expect(frozen.stderr).toContain('(workspace_frozen)')
    expect(frozen.all).not.toMatch(/what you sign|ran\n/)
    expect((await signs(at, ['run', '--phase', 'plan', '--', 'sh', '-c', 'echo ran'])).stdout).toBe('ran\n')
    inOrder(await terminal.run(['state', 'quarantine', 'show', '3']), ['+ terraform_data.evil', '- terraform_data.c'])
    expect((await terminal.run(['state', 'list'])).stdout).toMatch(/FROZEN, 2 in quarantine/)
    expect((await terminal.run(['state', 'quarantine', 'show', '2'])).stderr).toContain('(nothing_quarantined)')
    inOrder(await signs(at, ['state', 'quarantine', 'discard', '3']), ['refuse version 3', 'is refused.'])
    inOrder(await signs(at, ['state', 'quarantine', 'accept', '4']), ['make version 4 current', '- terraform_data.c', '+ terraform_data.late', 'with what was in quarantine'])
    expect((await terminal.run(['state', 'versions'])).stdout).toMatch(/5 \* .*accepted from quarantine \(version 4\)/)
    expect((await terminal.run(['state', 'quarantine', 'list'])).stdout).toContain('Nothing of payments/billing-prod is in quarantine.')

    // The credential: listed without its secret, and ended.
    const listed = await terminal.run(['state', 'credentials'])
    expect(listed.stdout).toMatch(new RegExp(`${got.id} .* plan, apply`))
    expect(listed.all).not.toContain(got.variables['TF_HTTP_PASSWORD'])
    expect((await terminal.run(['state', 'credentials', 'revoke', got.id])).code).toBe(0)
    expect(await wire(got.variables, 'LOCK', address, lockInfo('lock-0002'))).toMatchObject({ status: 401 })
    expect((await terminal.run(['state', 'credentials', '--all'])).stdout).toMatch(new RegExp(`${got.id} .*ended`))
  })
})

