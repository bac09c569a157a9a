import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync, closeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyPlan, compareMeasured, makePlan, remeasure, type Environment } from '../../src/engine/index.ts'
import { hasTerraform, listen, place, plainEnvironment, planned, prepared, realTerraform, resource, terraform } from './place.ts'

const scripted = (name: string, command: string): string => resource(name, `  provisioner "local-exec" {\n    command = "${command}"\n  }\n`)
const stateOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'terraform.tfstate'), 'utf8')) as { serial: number; lineage: string; resources: { name: string }[] }

describe.skipIf(!hasTerraform())('a plan', () => {
  it('is measured: the program, the state, the tree, the place of the state', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    const plan = await planned(at.folder)
    expect(plan.measured).toMatchObject({
      state: { lineage: '', serial: 0 },
      engine: { name: 'terraform', binary: createHash('sha256').update(readFileSync(realTerraform())).digest('hex') },
      tree: { files: 1, bound: true },
      providers: [],
      arguments: ['-input=false', '-no-color'],
      backend: { type: 'local', cliWorkspace: 'default' },
    })
    expect(plan.measured.planFile).toBe(createHash('sha256').update(plan.file.read()).digest('hex'))
    expect(JSON.parse(Buffer.from(plan.json).toString('utf8'))).toHaveProperty('resource_changes')
  })

  it('with nothing to change is an answer', async () => {
    const at = place()
    at.write('main.tf', 'locals {\n  a = 1\n}\n')
    expect(await makePlan(await prepared(at.folder), listen())).toEqual({ changes: false })
  })

  it('is the same place of the state through another path, and another one in another workspace', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    const first = await planned(at.folder)
    terraform(at.folder, ['workspace', 'new', 'dev'])
    const second = await planned(at.folder)
    expect(second.measured.backend.cliWorkspace).toBe('dev')
    expect(second.measured.backend.location).not.toBe(first.measured.backend.location)
    const third = await planned(at.folder, { environment: { ...plainEnvironment, TF_WORKSPACE: 'default' } })
    expect(third.measured.backend).toEqual(first.measured.backend)
    expect(third.measured.variables.map(({ name }) => name)).toContain('TF_WORKSPACE')
  })

  it.runIf(process.platform === 'linux')('leaves no file with a name, not even while it is open', async () => {
    const [at, temporary] = [place(), place()]
    at.write('main.tf', resource('x'))
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = temporary.folder
    try {
      await planned(at.folder)
      expect(readdirSync(temporary.folder)).toEqual([])
      expect(readdirSync(at.folder)).toEqual(['main.tf'])
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
    }
  })
})

describe.skipIf(!hasTerraform())('what changed since the plan is found', () => {
  const changed = async (folder: string, change: (plan: Awaited<ReturnType<typeof planned>>) => void, environment: Environment = plainEnvironment): Promise<string[]> => {
    const plan = await planned(folder, { environment })
    expect(compareMeasured(plan.measured, await remeasure(plan))).toEqual([])
    change(plan)
    return compareMeasured(plan.measured, await remeasure(plan)).map(({ code }) => code)
  }

  it('an edited script', async () => {
    const at = place()
    at.write('main.tf', scripted('x', './run.sh'))
    at.write('run.sh', '#!/bin/sh\ntrue\n', 0o755)
    expect(await changed(at.folder, () => void at.write('run.sh', '#!/bin/sh\nfalse\n', 0o755))).toEqual(['tree_changed'])
  })

  it('another program under the same path', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    const shim = at.write('bin/terraform', `#!/bin/sh\nexec ${realTerraform()} "$@"\n`, 0o755)
    const environment = { ...plainEnvironment, TERRAFORM_BIN: shim }
    expect(await changed(at.folder, () => void at.write('bin/terraform', `#!/bin/sh\nexec ${realTerraform()} "$@" \n`, 0o755), environment)).toEqual(['engine_changed', 'tree_changed'])
  })

  it('a dev_overrides block', async () => {
    const [at, home] = [place(), place()]
    at.write('main.tf', resource('x'))
    const rc = home.write('rc', '# dev_overrides { "no/comment" = "x" }\n')
    const environment = { ...plainEnvironment, TF_CLI_CONFIG_FILE: rc }
    expect(await changed(at.folder, () => void home.write('rc', 'provider_installation {\n  dev_overrides {\n    "hashicorp/null" = "/tmp/x"\n  }\n  direct {}\n}\n'), environment)).toEqual(['engine_changed'])
  })

  it.runIf(process.platform === 'linux')('another plan written into the private file', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    const elsewhere = place()
    elsewhere.write('main.tf', resource('y'))
    const other = await planned(elsewhere.folder)
    expect(await changed(at.folder, (plan) => writeInto(plan.file.path, other.file.read()))).toEqual(['plan_mismatch'])
  })
})

function writeInto(path: string, bytes: Buffer): void {
  const descriptor = openSync(path, 'w')
  writeSync(descriptor, bytes)
  closeSync(descriptor)
}

describe.skipIf(!hasTerraform())('an apply', () => {
  it('applies the plan, and not what the files say by then', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    const plan = await planned(at.folder)
    at.write('main.tf', resource('y'))
    const heard = listen()
    const applied = await applyPlan(plan, heard)
    expect(stateOf(at.folder).resources.map(({ name }) => name)).toEqual(['x'])
    expect(applied).toMatchObject({ result: 'applied', code: 0, interrupted: false, treeUnchanged: false })
    expect(applied.state).toMatchObject({ serial: stateOf(at.folder).serial, lineage: stateOf(at.folder).lineage })
    expect(heard.words()).toContain('Apply complete!')
  })

  it('keeps to the environment of the plan', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    const environment: Record<string, string | undefined> = { ...plainEnvironment }
    const plan = await planned(at.folder, { environment })
    environment['TF_WORKSPACE'] = 'other'
    environment['TF_CLI_ARGS_apply'] = '-state-out=elsewhere'
    expect((await applyPlan(plan, listen())).result).toBe('applied')
    expect(readdirSync(at.folder).sort()).toEqual(['main.tf', 'terraform.tfstate'])
  })

  it('that fails halfway is reported with the state that is left', async () => {
    const at = place()
    at.write('main.tf', `${resource('good')}${scripted('bad', 'exit 7')}`)
    const plan = await planned(at.folder)
    const heard = listen()
    expect(await applyPlan(plan, heard)).toMatchObject({ result: 'failed', code: 1, treeUnchanged: true, state: { serial: stateOf(at.folder).serial } })
    expect(heard.words()).toContain('exit status 7')
  })

  it('notices that its own scripts changed the tree', async () => {
    const at = place()
    at.write('main.tf', scripted('x', 'echo more > extra.txt'))
    expect(await applyPlan(await planned(at.folder), listen())).toMatchObject({ result: 'applied', treeUnchanged: false })
  })

  it.runIf(process.platform === 'linux')('does not start when the plan file changed in the last moment', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    const plan = await planned(at.folder)
    at.write('main.tf', resource('y')) // of one configuration, two plans within a second are the same bytes
    const other = await planned(at.folder)
    at.write('main.tf', resource('x'))
    writeInto(plan.file.path, other.file.read())
    await expect(applyPlan(plan, listen())).rejects.toMatchObject({ code: 'apply_not_started' })
    expect(existsSync(join(at.folder, 'terraform.tfstate'))).toBe(false)
  })

  it('that is interrupted finishes what it began, and says so', async () => {
    const at = place()
    at.write('main.tf', `${scripted('slow', 'touch begun; sleep 2')}\nresource "terraform_data" "after" {\n  input = terraform_data.slow.id\n}\n`)
    const plan = await planned(at.folder)
    const stop = new AbortController()
    const heard = listen()
    const streams = { ...heard, output: (chunk: Uint8Array) => {
      if (Buffer.from(chunk).toString().includes('Provisioning with')) stop.abort()
    } }
    const applied = await applyPlan(plan, streams, stop.signal)
    expect(applied).toMatchObject({ result: 'failed', interrupted: true })
    expect(stateOf(at.folder).resources.map(({ name }) => name)).not.toContain('after')
  })

  it('passes one interrupt on, and only one', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    const log = join(at.folder, 'signals')
    const shim = at.write('.terraform/shim', `#!/bin/bash
if [ "$1" = apply ]; then
  trap 'echo INT >> ${log}' INT
  echo ready
  for i in 1 2 3 4 5 6 7 8; do sleep 0.1; done
  exit 1
fi
exec ${realTerraform()} "$@"
`, 0o755)
    const plan = await planned(at.folder, { environment: { ...plainEnvironment, TERRAFORM_BIN: shim } })
    const stop = new AbortController()
    await applyPlan(plan, { output: () => stop.abort(), errors: () => stop.abort(), colour: false }, stop.signal)
    expect(readFileSync(log, 'utf8')).toBe('INT\n')
  })
})

describe.skipIf(!hasTerraform())('terraform fails at', () => {
  const failing = async (files: Record<string, string>, environment: Environment = plainEnvironment): Promise<unknown> => {
    const at = place()
    for (const [name, text] of Object.entries(files)) at.write(name, text)
    return await makePlan(await prepared(at.folder, { environment }), listen()).then(() => 'planned', (error: unknown) => error)
  }

  it('plan, because it would have to ask: the variables are named', async () => {
    const error = await failing({ 'main.tf': `variable "region" {}\nvariable "size" {}\n${resource('x')}` })
    expect(error).toMatchObject({ code: 'input_needed' })
    expect(String(error)).toContain('region, size')
  })

  it('plan, because of what the files say', async () => {
    expect(await failing({ 'main.tf': 'resource "x" {' })).toMatchObject({ code: 'plan_failed' })
    expect(await failing({ 'main.tf': resource('x', '  lifecycle {\n    precondition {\n      condition = 1 == 2\n      error_message = "no"\n    }\n  }\n') })).toMatchObject({ code: 'plan_failed' })
  })

  it('plan, because there are no files', async () => {
    expect(await failing({})).toMatchObject({ code: 'plan_failed', message: expect.stringContaining('no Terraform files') as string })
  })

  it('plan, because init was not run', async () => {
    expect(await failing({ 'main.tf': 'module "m" {\n  source = "./m"\n}\n', 'm/main.tf': '' })).toMatchObject({ code: 'init_needed' })
    expect(await failing({ 'main.tf': 'terraform {\n  backend "http" {\n    address = "http://localhost:1"\n  }\n}\n' })).toMatchObject({ code: 'init_needed' })
    expect(await failing({ 'main.tf': 'resource "null_resource" "x" {}\n' })).toMatchObject({ code: 'init_needed' })
  })

  it('show', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    const shim = at.write('bin/terraform', `#!/bin/sh\n[ "$1" = show ] && { echo broken >&2; exit 1; }\nexec ${realTerraform()} "$@"\n`, 0o755)
    await expect(makePlan(await prepared(at.folder, { environment: { ...plainEnvironment, TERRAFORM_BIN: shim } }), listen())).rejects.toMatchObject({ code: 'show_failed', message: expect.stringContaining('broken') as string })
  })

  it('writing its plan', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    const shim = at.write('bin/terraform', `#!/bin/sh\n[ "$1" = plan ] && exit 2\nexec ${realTerraform()} "$@"\n`, 0o755)
    await expect(makePlan(await prepared(at.folder, { environment: { ...plainEnvironment, TERRAFORM_BIN: shim } }), listen())).rejects.toMatchObject({ code: 'plan_unreadable' })
  })

  it('nothing, and is interrupted while it plans', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    const shim = at.write('bin/terraform', `#!/bin/sh\n[ "$1" = plan ] && { echo started; sleep 5; }\nexec ${realTerraform()} "$@"\n`, 0o755)
    const stop = new AbortController()
    const ready = await prepared(at.folder, { environment: { ...plainEnvironment, TERRAFORM_BIN: shim } })
    await expect(makePlan(ready, { output: () => stop.abort(), errors: () => undefined, colour: false }, stop.signal)).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('finding terraform', () => {
  const answering = (text: string, code = 0) => {
    const at = place()
    const path = at.write('bin/terraform', `#!/bin/sh\necho '${text}'\nexit ${code}\n`, 0o755)
    return { folder: at.folder, path, bin: join(at.folder, 'bin') }
  }
  const found = async (environment: Environment, over = {}) => await prepared(place().folder, { environment, ...over }).then(({ version }) => version, (error: { code: string }) => error.code)

  it('takes TERRAFORM_BIN before PATH', async () => {
    const fake = answering('Terraform v1.9.1')
    expect(await found({ ...plainEnvironment, TERRAFORM_BIN: fake.path })).toEqual({ name: 'terraform', version: '1.9.1' })
  })

  it('knows OpenTofu by what it says', async () => {
    const fake = answering('OpenTofu v1.8.2\non linux_amd64')
    expect(await found({ TERRAFORM_BIN: fake.path, PATH: process.env['PATH'] })).toEqual({ name: 'tofu', version: '1.8.2' })
  })

  it.each([
    ['Terraform v1.2.9', 'engine_too_old'], ['Terraform v0.15.5', 'engine_too_old'], ['OpenTofu v1.5.0', 'engine_too_old'], ['something else', 'engine_unusable'], ['', 'engine_unusable'],
  ])('refuses %j as %s', async (text, code) => {
    expect(await found({ TERRAFORM_BIN: answering(text).path, PATH: process.env['PATH'] })).toBe(code)
  })

  it('refuses a program that fails to say who it is', async () => {
    expect(await found({ TERRAFORM_BIN: answering('Terraform v1.9.1', 3).path, PATH: process.env['PATH'] })).toBe('engine_unusable')
  })

  it('says that it is missing, and how to get it', async () => {
    expect(await found({ PATH: place().folder })).toBe('engine_missing')
    expect(await found({ TERRAFORM_BIN: '/nowhere/terraform' })).toBe('engine_missing')
    expect(await found({ PATH: answering('Terraform v1.9.1').bin }, { engine: 'tofu' })).toBe('engine_missing')
    await expect(prepared(place().folder, { environment: { PATH: '' } })).rejects.toThrow(/developer\.hashicorp\.com.*opentofu\.org/)
  })

  it('does not take one from the current folder, which a checkout could bring along', async () => {
    const fake = answering('Terraform v1.9.1')
    await expect(prepared(fake.bin, { environment: { PATH: `:${place().folder}` } })).rejects.toMatchObject({ code: 'engine_missing' })
  })

  it('refuses arguments and variables before it starts anything', async () => {
    const at = place()
    const path = at.write('bin/terraform', `#!/bin/sh\ntouch ${join(at.folder, 'started')}\necho 'Terraform v1.9.1'\n`, 0o755)
    await expect(prepared(at.folder, { environment: { TERRAFORM_BIN: path, TF_CLI_ARGS_apply: '-state-out=x' } })).rejects.toMatchObject({ code: 'argument_refused' })
    await expect(prepared(at.folder, { environment: { TERRAFORM_BIN: path }, arguments: ['-lock=false'] })).rejects.toMatchObject({ code: 'argument_refused' })
    expect(existsSync(join(at.folder, 'started'))).toBe(false)
  })
})

describe.skipIf(!hasTerraform())('a version manager\'s script', () => {
  it('is used, and what it starts is named as not bound', async () => {
    const at = place()
    at.write('main.tf', resource('x'))
    mkdirSync(join(at.folder, '.terraform'), { recursive: true })
    const shim = join(at.folder, '.terraform', 'shim')
    writeFileSync(shim, `#!/bin/sh\nexec ${realTerraform()} "$@"\n`)
    chmodSync(shim, 0o755)
    expect((await planned(at.folder, { environment: { ...plainEnvironment, TERRAFORM_BIN: shim } })).measured.unbound).toContain('engine')
    expect((await planned(at.folder)).measured.unbound).not.toContain('engine')
  })
})
