import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EngineError } from '../../src/engine/index.ts'
import { measureTree } from '../../src/engine/measure/tree.ts'
import { place, type Place } from './place.ts'

const measure = async ({ folder }: Place, ownState?: string, data = join(folder, '.terraform')) => await measureTree({ directory: folder, data, ownState })
const digest = async (at: Place, ownState?: string) => (await measure(at, ownState)).tree.digest

const wholeState = '{"version": 4, "serial": 1, "lineage": "l", "resources": []}'

function configuration(): Place {
  const at = place()
  at.write('main.tf', 'resource "terraform_data" "x" {}\n')
  at.write('scripts/deploy.sh', '#!/bin/sh\necho one\n', 0o755)
  at.write('files/a', 'a')
  symlinkSync('a', join(at.folder, 'files/link'))
  return at
}

describe('the digest of the working tree changes', () => {
  const edits: [string, (at: Place) => void][] = [
    ['when a script is edited', (at) => void at.write('scripts/deploy.sh', '#!/bin/sh\necho two\n', 0o755)],
    ['when a file may be executed', (at) => chmodSync(join(at.folder, 'files/a'), 0o744)],
    ['when a file may no longer be executed', (at) => chmodSync(join(at.folder, 'scripts/deploy.sh'), 0o644)],
    ['when a link leads elsewhere', (at) => {
      rmSync(join(at.folder, 'files/link'))
      symlinkSync('../main.tf', join(at.folder, 'files/link'))
    }],
    ['when a link becomes the file that it led to', (at) => {
      rmSync(join(at.folder, 'files/link'))
      at.write('files/link', 'a')
    }],
    ['when a file is added', (at) => void at.write('more.tf', '')],
    ['when a file is renamed', (at) => {
      rmSync(join(at.folder, 'files/a'))
      at.write('files/b', 'a')
    }],
    ['when a file is taken away', (at) => rmSync(join(at.folder, 'files/a'))],
    ['when a file becomes a folder', (at) => {
      rmSync(join(at.folder, 'files/a'))
      mkdirSync(join(at.folder, 'files/a'))
      at.write('files/a/a', 'a')
    }],
    ['when a pipe stands where a file was', (at) => {
      rmSync(join(at.folder, 'files/a'))
      execFileSync('mkfifo', [join(at.folder, 'files/a')])
    }],
  ]
  it.each(edits)('%s', async (_, edit) => {
    const at = configuration()
    const before = await digest(at)
    edit(at)
    expect(await digest(at)).not.toBe(before)
  })

  it('when bytes move from one file to the next', async () => {
    const at = configuration()
    at.write('a', 'onetwo')
    at.write('b', '')
    const before = await digest(at)
    at.write('a', 'one')
    at.write('b', 'two')
    expect(await digest(at)).not.toBe(before)
  })

  it('when a file outside changes that a link leads to', async () => {
    const [at, outside] = [configuration(), place()]
    outside.write('shared.sh', 'one')
    symlinkSync(join(outside.folder, 'shared.sh'), join(at.folder, 'scripts/shared.sh'))
    const before = await digest(at)
    outside.write('shared.sh', 'two')
    expect(await digest(at)).not.toBe(before)
  })

  it.each([
    'ops/.terraform/deploy.sh', '.terraform/deploy.sh', 'ops/.git/hook', 'ops/.terraform/providers/x', 'setup.tfstate', 'x.tfstate.backup', 'errored.tfstate',
    'run.tfplan', 'terraform.tfstate.d/dev/terraform.tfstate', '.terraform.tfstate.lock.info',
  ])('when a script named %s is edited', async (name) => {
    const at = configuration()
    at.write(name, 'echo one\n')
    const before = await digest(at)
    at.write(name, 'echo two\n')
    expect(await digest(at)).not.toBe(before)
  })

  it.each([
    ['terraform.tfstate', `${'\n'.repeat(64)}echo hello\n`], ['terraform.tfstate', '{ "echo" hello; }\n'], ['terraform.tfstate', '{"version": 4}'], ['terraform.tfstate.backup', 'echo'],
    ['terraform.tfstate', `${wholeState}\necho hello\n`], ['.terraform.tfstate.lock.info', '{"ID": "x"} evil'], ['.terraform/terraform.tfstate', 'echo'], ['.terraform/environment', 'rm -r x'],
  ])('when the own %s is none, but %j', async (name, text) => {
    const at = configuration()
    const state = join(at.folder, 'terraform.tfstate')
    const before = await digest(at, state)
    at.write(name, text)
    expect(await digest(at, state)).not.toBe(before)
  })

  it('when the own state may be executed', async () => {
    const at = configuration()
    const state = join(at.folder, 'terraform.tfstate')
    const before = await digest(at, state)
    at.write('terraform.tfstate', wholeState, 0o755)
    expect(await digest(at, state)).not.toBe(before)
  })

  it('when the own state is a link', async () => {
    const at = configuration()
    const state = join(at.folder, 'terraform.tfstate')
    const before = await digest(at, state)
    symlinkSync('files/a', state)
    expect(await digest(at, state)).not.toBe(before)
  })
})

describe('the digest of the working tree stays', () => {
  it('in another place, and whatever order the disk lists files in', async () => {
    expect(await digest(configuration())).toBe(await digest(configuration()))
  })

  it.each([
    ['.git/HEAD', 'x'], ['.terraform/environment', 'dev'], ['.terraform/terraform.tfstate', '{"version": 3, "backend": {}}'], ['.terraform/providers/x', 'x'],
    ['terraform.tfstate', wholeState], ['terraform.tfstate', ''], ['terraform.tfstate.backup', wholeState], ['.terraform.tfstate.lock.info', '{"ID": "x"}'],
    ['terraform.tfstate', '{"serial": 1, "lineage": "l", "meta": {}, "encrypted_data": "x", "encryption_version": "v0"}'],
  ])('when terraform or git write %s', async (name, text) => {
    const at = configuration()
    const state = join(at.folder, 'terraform.tfstate')
    const before = await digest(at, state)
    at.write(name, text)
    expect(await digest(at, state)).toBe(before)
  })

  it('when the state of a local backend is written, whatever its name', async () => {
    const at = configuration()
    const state = join(at.folder, 'states/prod.json')
    const before = await digest(at, state)
    at.write('states/prod.json', wholeState)
    at.write('states/.prod.json.lock.info', '{"ID": "x"}')
    at.write('states/prod.json.backup', wholeState)
    expect(await digest(at, state)).toBe(before)
  })
})

describe('the roots of the working tree', () => {
  const modules = (...folders: string[]): string => JSON.stringify({ Modules: folders.map((Dir, i) => ({ Key: String(i), Source: 'x', Dir })) })

  it('hold local modules beside the configuration, and downloaded ones within .terraform', async () => {
    const [at, beside] = [configuration(), place()]
    beside.write('main.tf', 'one')
    at.write('.terraform/modules/vpc/main.tf', 'one')
    at.write('.terraform/modules/modules.json', modules('.', beside.folder, '.terraform/modules/vpc', './files'))
    const before = await digest(at)
    beside.write('main.tf', 'two')
    const second = await digest(at)
    expect(second).not.toBe(before)
    at.write('.terraform/modules/vpc/main.tf', 'two')
    expect(await digest(at)).not.toBe(second)
  })

  it('hold modules of a data folder of another name, which a walk leaves out', async () => {
    const at = configuration()
    const data = join(at.folder, '.data')
    at.write('.data/modules/vpc/main.tf', 'one')
    at.write('.data/modules/modules.json', modules('.', '.data/modules/vpc'))
    at.write('.data/providers/x', 'not looked at here')
    const before = (await measure(at, undefined, data)).tree.digest
    at.write('.data/providers/x', 'changed')
    expect((await measure(at, undefined, data)).tree.digest).toBe(before)
    at.write('.data/modules/vpc/main.tf', 'two')
    expect((await measure(at, undefined, data)).tree.digest).not.toBe(before)
  })

  it('do not lose a folder of scripts that TF_DATA_DIR was set to', async () => {
    const at = configuration()
    const data = join(at.folder, 'scripts')
    const before = (await measure(at, undefined, data)).tree.digest
    at.write('scripts/deploy.sh', 'two', 0o755)
    expect((await measure(at, undefined, data)).tree.digest).not.toBe(before)
  })

  it('refuse a list of modules that cannot be read', async () => {
    const at = configuration()
    at.write('.terraform/modules/modules.json', '{"Modules": [{"Key": ""}]}')
    await expect(measure(at)).rejects.toThrow(EngineError)
    await expect(measure(at)).rejects.toMatchObject({ code: 'modules_unreadable' })
  })
})

describe('what is not bound is said', () => {
  it('above the number of files', async () => {
    const at = configuration()
    const { tree, unbound } = await measureTree({ directory: at.folder, data: join(at.folder, '.terraform'), ownState: undefined }, { files: 3, bytes: 1_000_000 })
    expect(tree).toMatchObject({ digest: '', bound: false })
    expect(unbound).toEqual(['tree'])
  })

  it('above the size', async () => {
    const at = configuration()
    at.write('large', 'x'.repeat(5_000))
    const { tree } = await measureTree({ directory: at.folder, data: join(at.folder, '.terraform'), ownState: undefined }, { files: 100, bytes: 4_000 })
    expect(tree.bound).toBe(false)
  })

  it('for a link to a folder outside', async () => {
    const [at, outside] = [configuration(), place()]
    symlinkSync(outside.folder, join(at.folder, 'elsewhere'))
    expect((await measure(at)).unbound).toEqual(['folder behind elsewhere'])
  })

  it('and not for links within the tree', async () => {
    const at = configuration()
    symlinkSync('files', join(at.folder, 'inside'))
    expect((await measure(at)).unbound).toEqual([])
  })

  it('names that are no UTF-8 are told apart', async () => {
    const at = configuration()
    const file = (byte: number): Buffer => Buffer.concat([Buffer.from(`${at.folder}/`), Buffer.of(byte)])
    writeFileSync(file(0xfe), 'x')
    const before = await digest(at)
    rmSync(file(0xfe))
    writeFileSync(file(0xff), 'x')
    expect(await digest(at)).not.toBe(before)
  })
})
