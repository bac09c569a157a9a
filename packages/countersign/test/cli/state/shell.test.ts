import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { saysLockTimeout, stateVariables } from '../../../src/cli/state/environment.ts'
import { exportLine, failure } from '../../../src/cli/state/shell.ts'
import { phaseOf } from '../../../src/cli/state/run/phase.ts'

/** What a real shell has in the variable after it has evaluated our line. */
function evaluated(shell: string, value: string): string {
  const script = `eval "$1"; printf %s "$TF_CLI_ARGS_plan" | od -An -tx1 -v`
  const bytes = execFileSync(shell, ['-c', script, shell, exportLine('sh', 'TF_CLI_ARGS_plan', value)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return Buffer.from(bytes.replace(/\s+/g, ''), 'hex').toString('utf8')
}

const awkward = ['', '\'', '\'\'', '$(touch x)', '`id`', '"; rm -rf ~; "', 'a\nb', '\\', '\\\'', '!!', '*', '~', '${HOME}', 'a b  c', '\u2019', '-lock-timeout=15m -var \'x="y"\'']

describe('variables for a shell', () => {
  it.each(['sh', 'bash'])('%s reads exactly the value, whatever is in it', (shell) => {
    for (const value of awkward) expect(evaluated(shell, value)).toBe(value)
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('\'', '"', '\\', '$', '`', '(', ')', '!', '\n', ' ', 'a', '{', ';', '&', '#', 'é') }).filter((text) => !text.includes('\0')), (value) => {
      expect(evaluated(shell, value)).toBe(value)
    }), { numRuns: 40 })
  })

  it('fish and PowerShell get their own quoting', () => {
    expect(exportLine('fish', 'A', String.raw`it's \ $HOME`)).toBe(String.raw`set -gx A 'it\'s \\ $HOME'`)
    expect(exportLine('powershell', 'A', 'it\'s $HOME \u2019x')).toBe('$env:A = \'it\'\'s $HOME \u2019\u2019x\'')
  })

  it('evaluating what is printed when there is no credential fails', () => {
    expect(() => execFileSync('sh', ['-c', `eval "$1"`, 'sh', failure.sh], { stdio: 'ignore' })).toThrow()
  })
})

describe('the variables of a credential', () => {
  const credential = { username: 'stc_x', password: 'cst_y' }
  const of = (environment: Record<string, string>): Record<string, string> => Object.fromEntries(stateVariables(credential, environment))

  it('bring the secret, patience, and a lock that is asked for again', () => {
    expect(of({})).toMatchObject({ TF_HTTP_USERNAME: 'stc_x', TF_HTTP_PASSWORD: 'cst_y', TF_HTTP_RETRY_MAX: '20', TF_CLI_ARGS_apply: '-lock-timeout=15m', TF_CLI_ARGS_state_mv: '-lock-timeout=15m' })
  })

  it('leave alone what the user has set, and add to what is there', () => {
    const variables = of({ TF_HTTP_RETRY_MAX: '3', TF_CLI_ARGS_apply: '-parallelism=4', TF_CLI_ARGS_plan: '-lock-timeout 5s' })
    expect(variables).toMatchObject({ TF_HTTP_RETRY_MAX: '3', TF_CLI_ARGS_apply: '-parallelism=4 -lock-timeout=15m', TF_CLI_ARGS_plan: '-lock-timeout 5s' })
    expect(Object.keys(of({ TF_CLI_ARGS: '-lock-timeout=1m' })).some((name) => name.startsWith('TF_CLI_ARGS'))).toBe(false)
  })

  it('are the same when they are made from themselves', () => {
    const once = of({ TF_CLI_ARGS_apply: '-parallelism=4' })
    expect(of(once)).toEqual(once)
  })

  it.each([['-lock-timeout=1m', true], ['--lock-timeout 1m', true], ['-var x=y -lock-timeout=1m', true], ['-lock=true', false], ['-var=no-lock-timeout=1', false], ['', false]])('%j says a lock timeout: %j', (text, says) => {
    expect(saysLockTimeout(text)).toBe(says)
  })
})

describe('the phase of a command', () => {
  it.each([
    ['terraform plan', 'plan'], ['terraform -chdir=x plan -out=p', 'plan'], ['/usr/bin/tofu output', 'plan'], ['terraform state list', 'plan'], ['terraform state pull', 'plan'], ['terraform init', 'plan'],
    ['terraform show', 'plan'], ['terraform graph', 'plan'], ['terraform apply', 'apply'], ['terraform destroy', 'apply'], ['terraform state mv a b', 'apply'], ['terraform state push x', 'apply'],
    ['terraform refresh', 'apply'], ['terraform console', 'apply'], ['terraform init -migrate-state', 'apply'], ['terraform init --force-copy', 'apply'], ['terraform taint a', 'apply'], ['terraform force-unlock x', 'apply'],
    ['terraform', 'apply'], ['terraform unheard-of', 'apply'], ['make plan', 'apply'], ['terragrunt plan', 'apply'],
  ])('of `%s` is %s', (command, phase) => {
    expect(phaseOf(command.split(' '))).toBe(phase)
  })
})
