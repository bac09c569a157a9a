import { symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hashRunnable } from '../../src/engine/binary/identity.ts'
import { measureBackend } from '../../src/engine/measure/backend.ts'
import { readOrigin } from '../../src/engine/measure/git.ts'
import { overriddenProviders } from '../../src/engine/measure/cli-configuration.ts'
import { measureProviders } from '../../src/engine/measure/providers.ts'
import type { PlanBackend } from '../../src/engine/planfile/read.ts'
import { execFileSync } from 'node:child_process'
import { place, type Place } from './place.ts'

describe('a program that was hashed', () => {
  it('is known again, and not when it was rewritten and its time set back', async () => {
    const at = place()
    const path = at.write('program', 'one')
    utimesSync(path, 1_000, 1_000)
    const before = await hashRunnable(path)
    at.write('program', 'two')
    utimesSync(path, 1_000, 1_000)
    const after = await hashRunnable(path)
    expect(after.digest).not.toBe(before.digest)
    expect(after.identity).not.toBe(before.identity)
  })

  it('is read again while its change time is so young that a second write would look alike', async () => {
    const path = place().write('program', 'one')
    expect((await hashRunnable(path)).trusted).toBe(false)
  })

  it('is a script when it begins like one', async () => {
    const at = place()
    expect((await hashRunnable(at.write('a', '#!/bin/sh\n'))).script).toBe(true)
    expect((await hashRunnable(at.write('b', '\u007fELF'))).script).toBe(false)
  })
})

describe('the place of the state', () => {
  const backend = (type: string, config: PlanBackend['config'], workspace = 'default'): PlanBackend => ({ type, config, workspace })
  const location = (plan: PlanBackend, environment = {}, folder = '/w'): string => measureBackend(plan, environment, folder).backend.location

  it('is the same whatever the credentials', () => {
    const s3 = (more: object) => location(backend('s3', { bucket: 'b', key: 'k', region: 'r', ...more }))
    expect(s3({ access_key: 'a', secret_key: 's' })).toBe(s3({ access_key: 'x', token: 't', profile: 'p' }))
    const http = (address: string, more = {}) => location(backend('http', { address, ...more }))
    expect(http('https://u:p@host/state', { username: 'u', password: 'p' })).toBe(http('https://other:secret@host/state'))
    const pg = (conn_str: string) => location(backend('pg', { conn_str }))
    expect(pg('postgres://u:p@host/db?sslmode=require')).toBe(pg('postgres://v:q@host/db?sslmode=require'))
    expect(pg('host=h dbname=d user=a password=\'x y\'')).toBe(pg('host=h dbname=d user=b password=z'))
  })

  it.each([
    ['s3', { bucket: 'b', key: 'k' }, { bucket: 'b', key: 'other' }],
    ['s3', { bucket: 'b', key: 'k' }, { bucket: 'b', key: 'k', endpoints: { s3: 'http://elsewhere' } }],
    ['http', { address: 'https://host/a' }, { address: 'https://host/b' }],
    ['pg', { conn_str: 'postgres://host/a' }, { conn_str: 'postgres://host/b' }],
    ['gcs', { bucket: 'b', prefix: 'p' }, { bucket: 'b', prefix: 'q' }],
    ['azurerm', { storage_account_name: 'a', container_name: 'c', key: 'k' }, { storage_account_name: 'b', container_name: 'c', key: 'k' }],
    ['somebody-elses', { where: 'a' }, { where: 'b' }],
  ] as [string, PlanBackend['config'], PlanBackend['config']][])('of %s is another one when the state is elsewhere', (type, a, b) => {
    expect(location(backend(type, a))).not.toBe(location(backend(type, b)))
  })

  it('is what the environment says where the configuration does not', () => {
    const plan = backend('http', { address: null })
    expect(location(plan, { TF_HTTP_ADDRESS: 'https://a' })).not.toBe(location(plan, { TF_HTTP_ADDRESS: 'https://b' }))
    expect(location(backend('http', { address: 'https://a' }))).toBe(location(plan, { TF_HTTP_ADDRESS: 'https://a' }))
  })

  it('of a local state is its real path', () => {
    const at = place()
    at.write('states/x.tfstate', '{}')
    symlinkSync('states', join(at.folder, 'link'))
    expect(location(backend('local', { path: 'link/x.tfstate' }), {}, at.folder)).toBe(location(backend('local', { path: 'states/x.tfstate' }), {}, at.folder))
    expect(location(backend('local', { path: 'link/new.tfstate' }), {}, at.folder)).toBe(location(backend('local', { path: 'states/new.tfstate' }), {}, at.folder))
    expect(measureBackend(backend('local', {}, 'dev'), {}, at.folder).stateFile).toBe(join(at.folder, 'terraform.tfstate.d/dev/terraform.tfstate'))
    expect(measureBackend(backend('local', {}, 'dev'), { TF_WORKSPACE: 'prod' }, at.folder).stateFile).toBe(join(at.folder, 'terraform.tfstate.d/prod/terraform.tfstate'))
  })

  it('does not depend on the order in which attributes come', () => {
    expect(location(backend('s3', { bucket: 'b', key: 'k' }))).toBe(location(backend('s3', { key: 'k', bucket: 'b' })))
  })
})

describe('providers', () => {
  const address = 'registry.terraform.io/hashicorp/null'
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`
  const installed = (at: Place, version: string, text = 'program', folder = `.terraform/providers/${address}/${version}/${platform}`): void => {
    at.write(`${folder}/terraform-provider-null`, text, 0o755)
    at.write(`${folder}/LICENSE`, 'free')
  }
  const locked = (at: Place, version: string): void => void at.write('.terraform.lock.hcl', `provider "${address}" {\n  version     = "${version}"\n  constraints = "~> 3.0"\n  hashes = [\n    "h1:x",\n  ]\n}\n`)
  const all = async ({ folder }: Place) => await measureProviders(folder, join(folder, '.terraform'))
  const measure = async (at: Place) => (await all(at)).providers

  it('are those that the lock file selects, by the files that lie there', async () => {
    const at = place()
    installed(at, '3.2.1')
    installed(at, '3.1.0', 'older')
    locked(at, '3.2.1')
    const [before] = await measure(at)
    expect(before).toMatchObject({ address, version: '3.2.1', digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
    installed(at, '3.2.1', 'changed')
    expect((await measure(at))[0]?.digest).not.toBe(before?.digest)
  })

  it('are the same through a plugin cache that is linked', async () => {
    const [at, cache] = [place(), place()]
    installed(at, '3.2.1')
    locked(at, '3.2.1')
    const [direct] = await measure(at)
    const other = place()
    installed(cache, '3.2.1', 'program', 'null')
    other.write(`.terraform/providers/${address}/3.2.1/.keep`, '')
    symlinkSync(join(cache.folder, 'null'), join(other.folder, `.terraform/providers/${address}/3.2.1/${platform}`))
    locked(other, '3.2.1')
    expect((await measure(other))[0]?.digest).toBe(direct?.digest)
  })

  it('that are not installed, or are named by a path that climbs, are none', async () => {
    const at = place()
    at.write('.terraform.lock.hcl', 'provider "../../../etc/x" {\n  version = "1.0.0"\n}\nprovider "a/b/c" {\n  version = "../../.."\n}\n')
    expect(await all(at)).toEqual({ providers: [], unbound: ['locked provider ../../../etc/x', 'locked provider a/b/c'] })
    locked(at, '9.9.9')
    expect(await all(at)).toEqual({ providers: [], unbound: [] })
  })

  it.each([
    ['in one line', `provider "${address}" { version = "3.2.1" }`],
    ['with braces before the version', `provider "${address}" {\n  constraints = "}"\n  # }\n  version = "3.2.1"\n}\n`],
    ['indented', `   provider  "${address}"\n{\n version="3.2.1"\n}`],
  ])('are found in a lock file that is written otherwise: %s', async (_, text) => {
    const at = place()
    installed(at, '3.2.1')
    at.write('.terraform.lock.hcl', text)
    expect(await all(at)).toMatchObject({ providers: [{ address, version: '3.2.1' }], unbound: [] })
  })

  it.each([
    [`provider "${address}" {\n  version = "3.2.\${1}"\n}\n`, '.terraform.lock.hcl'],
    [`provider "${address}" {\n  version = <<X\n3.2.1\nX\n}\n`, '.terraform.lock.hcl'],
    [`provider "${address}" {\n  version = "3.2.1"\n  version = "3.2.1"\n}\n`, `locked provider ${address}`],
    [`provider "${address}" {\n  version = "3.2.1"\n`, '.terraform.lock.hcl'],
  ])('that cannot be read are named: %j', async (text, name) => {
    const at = place()
    installed(at, '3.2.1')
    at.write('.terraform.lock.hcl', text)
    expect(await all(at)).toEqual({ providers: [], unbound: [name] })
  })

  it('that are there for other machines only are named', async () => {
    const at = place()
    for (const other of ['plan9_amd64', 'plan9_arm64']) installed(at, '3.2.1', 'program', `.terraform/providers/${address}/3.2.1/${other}`)
    locked(at, '3.2.1')
    expect((await all(at)).unbound).toEqual([`provider ${address}`])
  })

  it.each([
    ['provider_installation {\n  dev_overrides {\n    "hashicorp/null" = "/x"\n    "me/mine" = "/y"\n  }\n}', ['dev_overrides hashicorp/null', 'dev_overrides me/mine']],
    ['{"provider_installation": [{"dev_overrides": {"me/mine": "/y"}}]}', ['dev_overrides me/mine']],
    ['# dev_overrides { "a/b" = "/x" }\n// dev_overrides { "a/b" = "/x" }\n/* dev_overrides { "a/b" = "/x" } */', []],
    ['plugin_cache_dir = "/x"', []],
    ['provider_installation {\n  filesystem_mirror {\n    path = "/x"\n    include = ["a/b/*"]\n  }\n  direct {\n    exclude = ["a/b/*"]\n  }\n}\ncredentials "a.b" {\n  token = "x"\n}\n', []],
    ['{"provider\\u005finstallation": [{"dev\\u005foverrides": {"me/mine": "/y"}}]}', ['dev_overrides me/mine']],
    ['"provider\\u005finstallation" {\n  "dev_overrides" = { "me/mine" = "/y" }\n}', ['dev_overrides me/mine']],
    ['provider_installation {\n  something_new {}\n}', ['dev_overrides']],
    ['provider_installation "x" {\n  direct {}\n}', ['dev_overrides']],
    ['"provider\\x5finstallation" {\n  dev_overrides { "a/b" = "/x" }\n}', ['dev_overrides']],
    ['provider_installation {', ['dev_overrides']],
    ['# \u2028/*\nprovider_installation {\n  dev_overrides { "a/b" = "/x" }\n}\n# */\n', ['dev_overrides a/b']],
  ])('that the CLI configuration overrides are named: %j', (text, names) => {
    const path = place().write('rc', text)
    expect(overriddenProviders({ TF_CLI_CONFIG_FILE: path })).toEqual(names)
  })

  it.each(['.terraformrc', '.tofurc', '.terraform.d/z.tfrc', '.terraform.d/z.tfrc.json', '.config/opentofu/tofurc', '.config/opentofu/z.tfrc'])('that are overridden in ~/%s are named', (name) => {
    const home = place()
    home.write(name, '{"provider_installation": {"dev_overrides": {"me/mine": "/y"}}}')
    expect(overriddenProviders({ HOME: home.folder })).toEqual(['dev_overrides me/mine'])
    expect(overriddenProviders({ HOME: home.folder, TF_CLI_CONFIG_FILE: home.write('other', '') })).toEqual([])
  })

  it('that are overridden where XDG_CONFIG_HOME says are named', () => {
    const [home, xdg] = [place(), place()]
    xdg.write('opentofu/tofurc', 'provider_installation {\n  dev_overrides { "me/mine" = "/y" }\n}')
    expect(overriddenProviders({ HOME: home.folder, XDG_CONFIG_HOME: xdg.folder })).toEqual(['dev_overrides me/mine'])
  })
})

describe('the commit', () => {
  it('is named, and whether files differ from it', async () => {
    const at = place()
    at.write('a', 'x')
    const git = (...args: string[]): string => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: at.folder, encoding: 'utf8' })
    const environment = { PATH: process.env['PATH'] ?? '' }
    git('init', '-q')
    git('add', '.')
    git('commit', '-q', '-m', 'x')
    const commit = git('rev-parse', 'HEAD').trim()
    expect(await readOrigin(at.folder, environment)).toEqual({ commit, dirty: false })
    at.write('a', 'y')
    expect(await readOrigin(at.folder, environment)).toEqual({ commit, dirty: true })
  })

  it('is unknown outside of a repository, and without git', async () => {
    const at = place()
    expect(await readOrigin(at.folder, { PATH: process.env['PATH'] ?? '' })).toEqual({ commit: '', dirty: false })
    expect(await readOrigin(at.folder, { PATH: at.folder })).toEqual({ commit: '', dirty: false })
  })

  it('runs nothing that the repository configures', async () => {
    const at = place()
    const trap = at.write('trap.sh', `#!/bin/sh\ntouch ${join(at.folder, 'sprung')}\n`, 0o755)
    execFileSync('git', ['init', '-q'], { cwd: at.folder })
    execFileSync('git', ['config', 'core.fsmonitor', trap], { cwd: at.folder })
    await readOrigin(at.folder, { PATH: process.env['PATH'] ?? '' })
    expect(execFileSync('ls', ['-A'], { cwd: at.folder, encoding: 'utf8' })).not.toContain('sprung')
  })
})
