import { describe, expect, it } from 'vitest'
import { EngineError, withStateAccess, type Prepared } from '../../src/engine/index.ts'
import { splitArguments, splitWords } from '../../src/engine/freeze/arguments.ts'
import { freeze, measureVariables } from '../../src/engine/freeze/freeze.ts'
import type { Environment } from '../../src/engine/index.ts'

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof EngineError) return error.code
    throw error
  }
  return 'accepted'
}

const frozen = (args: string[], environment: Environment = {}) => freeze({ directory: '/w', scope: 'apply', environment, arguments: args, colour: false })

describe('arguments for terraform', () => {
  it.each([
    ['-state=other.tfstate'], ['-state-out=o1'], ['--state-out', 'o1'], ['-backup=b'], ['-backup', '-'], ['-lock=false'], ['--lock=false'], ['-lock=0'], ['-lock=FALSE'],
    ['-chdir=elsewhere'], ['-out=mine.tfplan'], ['-auto-approve'], ['-input=true'], ['-json'], ['-destroy'], ['-detailed-exitcode'],
    ['-generate-config-out=x.tf'], ['mine.tfplan'], ['-'], ['--'], ['-allow-missing'], ['-parallelism=0'], ['-parallelism=many'], ['-parallelism'],
    ['-lock-timeout=soon'], ['-lock-timeout', '-state=x'], ['-refresh=maybe'], ['-no-color=false'], ['-target'], ['-stat'], ['-STATE=x'], ['-var'], [''], ['-target='],
    ['-__proto__=x'], ['-constructor'], ['-=x'], ['-var\n=x'],
  ])('refuses %s %s', (...args) => {
    expect(codeOf(() => splitArguments(args.filter((one) => one !== undefined)))).toBe('argument_refused')
  })

  it.each([
    [['-var', 'a=b'], ['-var=a=b'], []],
    [['--var=a=b'], ['-var=a=b'], []],
    [['-var=a=-state=x'], ['-var=a=-state=x'], []],
    [['-var-file=prod.tfvars', '-target', 'a.b'], ['-var-file=prod.tfvars', '-target=a.b'], []],
    [['-parallelism=20'], ['-parallelism=20'], ['-parallelism=20']],
    [['-lock-timeout', '5m'], ['-lock-timeout=5m'], ['-lock-timeout=5m']],
    [['-lock'], ['-lock=true'], ['-lock=true']],
    [['-refresh=false', '-replace=a.b'], ['-refresh=false', '-replace=a.b'], []],
    [['-refresh-only', '-compact-warnings'], ['-refresh-only', '-compact-warnings'], ['-compact-warnings']],
  ])('passes %j on to plan as %j and to apply as %j', (args, plan, apply) => {
    expect(splitArguments(args)).toEqual({ plan, apply })
  })

  it('never repeats a value, which may be a secret', () => {
    try {
      splitArguments(['-state=hunter2'])
      expect.unreachable()
    } catch (error) {
      expect(String(error)).not.toContain('hunter2')
    }
  })

  it.each([
    ['TF_CLI_ARGS_apply', '-state-out=o1'],
    ['TF_CLI_ARGS_apply', '-var=x=1'],
    ['TF_CLI_ARGS_apply', 'other.tfplan'],
    ['TF_CLI_ARGS_plan', '-out=mine'],
    ['TF_CLI_ARGS', '-lock=false'],
    ['TF_CLI_ARGS', '"-state=a b"'],
    ['TF_CLI_ARGS_plan', '-target="open'],
    ['TF_CLI_ARGS_plan', '-target=$(id)'],
  ])('refuses what %s sneaks in: %s', (name, text) => {
    expect(codeOf(() => frozen([], { [name]: text }))).toBe('argument_refused')
  })

  it('takes what TF_CLI_ARGS* may say among the arguments, and keeps the variables from terraform', () => {
    const result = frozen(['-parallelism=3'], { TF_CLI_ARGS: '-lock-timeout=1m', TF_CLI_ARGS_plan: '-target=a.b', TF_CLI_ARGS_apply: '-compact-warnings' })
    expect(result.planArguments).toEqual(['-lock-timeout=1m', '-target=a.b', '-parallelism=3', '-input=false', '-no-color'])
    expect(result.applyArguments).toEqual(['-lock-timeout=1m', '-compact-warnings', '-parallelism=3', '-input=false', '-no-color'])
    expect(Object.keys(result.childEnvironment).filter((name) => name.startsWith('TF_CLI_ARGS'))).toEqual([])
    expect(result.variables.map(({ name }) => name)).toEqual(['TF_CLI_ARGS', 'TF_CLI_ARGS_apply', 'TF_CLI_ARGS_plan'])
  })

  it('splits words as a shell does', () => {
    expect(splitWords(` -var 'a=b c'  -var="d=\\"e\\"" -target=x\\ y '' `, 'T')).toEqual(['-var', 'a=b c', '-var=d="e"', '-target=x y', ''])
  })
})

describe('TF_ variables', () => {
  it('are bound by name and a digest, but for those that change nothing', () => {
    const { variables } = frozen([], { TF_VAR_a: '1', TF_WORKSPACE: 'w', TF_DATA_DIR: 'd', TF_LOG: 'TRACE', TF_IN_AUTOMATION: '1', TF_NEW_THING: 'x', OTHER: 'y' })
    expect(variables.map(({ name }) => name)).toEqual(['TF_DATA_DIR', 'TF_NEW_THING', 'TF_VAR_a', 'TF_WORKSPACE'])
  })

  it('say who asks the HTTP backend for the state to terraform alone: no digest of a credential is bound, and where the state is stays bound', () => {
    const credentials = { TF_HTTP_USERNAME: 'stc_1', TF_HTTP_PASSWORD: 'cst_hunter2' }
    const given = frozen([], { ...credentials, TF_HTTP_ADDRESS: 'https://a/state', TF_HTTP_LOCK_ADDRESS: 'https://a/lock', TF_HTTP_CLIENT_PRIVATE_KEY_PEM: 'k' })
    expect(given.variables.map(({ name }) => name)).toEqual(['TF_HTTP_ADDRESS', 'TF_HTTP_CLIENT_PRIVATE_KEY_PEM', 'TF_HTTP_LOCK_ADDRESS'])
    expect(given.unbound.join()).not.toContain('TF_HTTP')
    expect(given.childEnvironment).toMatchObject(credentials)
  })

  it('take another way to the state without anything that is bound becoming another', () => {
    const before = frozen([], { TF_HTTP_USERNAME: 'old', TF_HTTP_PASSWORD: 'old', TF_VAR_a: '1', TF_HTTP_RETRY_MAX: '3' })
    const prepared = { frozen: before, program: '/t', version: { name: 'terraform', version: '1.11.4' }, binary: Promise.resolve({ digest: '', script: false }), data: '/d' } as Prepared
    const after = withStateAccess(prepared, { username: 'stc_2', password: 'cst_s3cret', retries: 20 }).frozen
    expect(after.childEnvironment).toMatchObject({ TF_HTTP_USERNAME: 'stc_2', TF_HTTP_PASSWORD: 'cst_s3cret', TF_HTTP_RETRY_MAX: '3', TF_VAR_a: '1' })
    expect(measureVariables(after)).toEqual(measureVariables(before))
    expect(JSON.stringify({ ...after, childEnvironment: null })).not.toContain('cst_s3cret')
    expect(before.childEnvironment['TF_HTTP_PASSWORD']).toBe('old')
  })

  it('have digests that nobody can guess a short secret from: other runs have other ones', () => {
    const digest = () => frozen([], { TF_VAR_password: 'hunter2' }).variables[0]?.digest
    expect(digest()).toMatch(/^[0-9a-f]{64}$/)
    expect(digest()).not.toBe(digest())
  })

  it('equal values of two names have different digests', () => {
    const [a, b] = frozen([], { TF_VAR_a: 'same', TF_VAR_b: 'same' }).variables
    expect(a?.digest).not.toBe(b?.digest)
  })

  it('are refused where they let something run that cannot be bound', () => {
    expect(codeOf(() => frozen([], { TF_REATTACH_PROVIDERS: '{}' }))).toBe('variable_refused')
  })

  it('reach terraform as they were at the start, without what belongs to countersign', () => {
    const environment: Record<string, string> = { TF_VAR_a: '1', COUNTERSIGN_PASSPHRASE: 'secret', PATH: '/bin' }
    const result = frozen([], environment)
    environment['TF_VAR_a'] = '2'
    environment['TF_WORKSPACE'] = 'other'
    expect(result.childEnvironment).toEqual({ TF_VAR_a: '1', PATH: '/bin', TF_IN_AUTOMATION: '1', TF_INPUT: '0' })
  })

  it('what cannot be bound is named by its group', () => {
    expect(frozen([], { PATH: '/bin', AWS_PROFILE: 'p', ARM_CLIENT_ID: 'c', LD_PRELOAD: 'x', HARMLESS: '1' }).unbound).toEqual(['ARM_*', 'AWS_*', 'LD_*', 'PATH'])
  })
})
