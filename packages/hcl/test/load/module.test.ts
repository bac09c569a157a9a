/** Loading modules: which files count, what overrides what, which modules are called. All through a loader over files in memory. */
import { describe, expect, test } from 'vitest'
import { type Declaration, loadModule, type Loader, memoryLoader, type Module } from '../../src/index.ts'

const load = (files: Record<string, string>, directory = ''): { module: Module; codes: string[] } => {
  const { module, diagnostics } = loadModule(memoryLoader(files), directory)
  return { module, codes: diagnostics.map(({ code }) => code) }
}

const written = (declaration: Declaration | undefined): Record<string, string> =>
  Object.fromEntries([...(declaration?.arguments ?? [])].map(([name, { attribute, source }]) => [name, source.slice(attribute.value)]))

test('all files of a directory make one module, in both syntaxes', () => {
  const { module, codes } = load({
    'main.tf': 'resource "aws_vpc" "a" {\n  cidr = "x"\n}\nlocals {\n  one = 1\n}\ndata "aws_ami" "b" {}\nephemeral "e" "f" {}\nprovider "aws" {}\nprovider "aws" {\n  alias = "west"\n}\n',
    'variables.tf.json': '{"variable": {"x": {"type": "string"}}, "locals": {"two": "${1 + 1}"}, "resource": {"aws_vpc": {"c": {"tags": {"a": "b"}, "lifecycle": {"prevent_destroy": true}}}}}',
    'outputs.tf': 'output "o" {\n  value = 1\n}\ncheck "k" {}\nmoved {\n  from = a.b\n  to = a.c\n}\n',
    'terraform.tfvars': 'x = 1\n',
    'notes.txt': 'resource',
    'sub/main.tf': 'resource "not" "here" {}\n',
  })
  expect(codes).toEqual([])
  expect(module.files.map(({ path }) => path)).toEqual(['main.tf', 'outputs.tf', 'variables.tf.json'])
  expect([...module.resources.keys()]).toEqual(['aws_vpc.a', 'aws_vpc.c'])
  expect([[...module.data.keys()], [...module.ephemerals.keys()], [...module.variables.keys()], [...module.outputs.keys()], [...module.locals.keys()]]).toEqual([['aws_ami.b'], ['e.f'], ['x'], ['o'], ['one', 'two']])
  expect(module.providers).toHaveLength(2)
  expect(module.others.map(({ kind }) => kind)).toEqual(['check', 'moved'])
  expect(module.resources.get('aws_vpc.c')?.blocks.map(({ type }) => type)).toEqual(['lifecycle'])
})

test('what editors leave behind, hidden files and .terraform are no source', () => {
  const broken = 'resource "a" {\n'
  const { module, codes } = load({ 'main.tf': 'locals {}\n', '.hidden.tf': broken, 'main.tf~': broken, '#main.tf#': broken, '.terraform/x.tf': broken, '.terraform.lock.hcl': broken })
  expect([module.files.length, codes]).toEqual([1, []])
})

test('.tofu takes the place of .tf, and .tofu.json that of .tf.json', () => {
  const { module } = load({ 'a.tf': 'locals {\n  x = 1\n}\n', 'a.tofu': 'locals {\n  x = 2\n}\n', 'b.tf.json': '{"locals": {"y": 1}}', 'b.tofu.json': '{"locals": {"y": 2}}', 'c.tf': 'locals {\n  z = 1\n}\n' })
  expect(module.files.map(({ path }) => path)).toEqual(['a.tofu', 'b.tofu.json', 'c.tf'])
})

test('in JSON, strings are templates, or text where nothing is evaluated, or what they name', () => {
  const { module, codes } = load({
    'main.tf.json': JSON.stringify({
      variable: { v: { type: 'list(string)', default: ['${x}'], description: 'of ${y}', validation: { condition: '${var.v != null}', error_message: 'no ${var.v}' } } },
      resource: { a: { b: { provider: 'aws.west', depends_on: ['a.c', 'module.m'], name: 'x-${var.v}', lifecycle: { ignore_changes: ['tags["x"]'] } } } },
      module: { m: { source: './m', providers: { aws: 'aws.west' }, input: '${var.v}' } },
      moved: { from: 'a.b', to: 'a["x"].c' },
    }),
    'm/main.tf': '',
  })
  const kinds = (declaration: Declaration | undefined): string[] => [...(declaration?.arguments ?? [])].map(([name, { attribute: { value } }]) => `${name} ${value.kind === 'tuple' ? value.items.map(({ kind }) => kind).join() : value.kind === 'object' ? value.items.map((item) => item.value.kind).join() : value.kind}`)
  expect(codes).toEqual([])
  expect(kinds(module.variables.get('v'))).toEqual(['type call', 'default string', 'description string'])
  expect(kinds(module.resources.get('a.b'))).toEqual(['provider traversal', 'depends_on traversal,traversal', 'name template'])
  expect(kinds(module.calls.get('m')?.declaration)).toEqual(['source string', 'providers traversal', 'input wrap'])
  expect(kinds(module.others[0])).toEqual(['from traversal', 'to traversal'])
})

describe('override files', () => {
  const base = {
    'main.tf': `
resource "a" "b" {
  one  = 1
  two  = 2
  conf {
    x = 1
  }
  conf {
    x = 2
  }
  other {
    y = 1
  }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [one]
  }
}
variable "v" {
  default     = 1
  description = "base"
}
output "o" {
  value = 1
}
locals {
  l = 1
  m = 2
}
module "m" {
  source = "./sub"
  input  = 1
}
terraform {
  required_version = ">= 1.0"
  required_providers {
    aws = "1"
    gcp = "1"
  }
  backend "s3" {}
}
`,
    'sub/main.tf': 'variable "input" {}\n',
  }

  test('replace arguments one by one, blocks by their type, and merge lifecycle, locals and requirements', () => {
    const { module, codes } = load({
      ...base,
      'override.tf': `
resource "a" "b" {
  two = 22
  conf {
    x = 3
  }
  lifecycle {
    prevent_destroy = false
  }
}
variable "v" {
  default = 11
}
locals {
  m = 22
}
`,
      'z_override.tf.json': '{"output": {"o": {"value": 11}}, "module": {"m": {"input": 2}}, "terraform": {"required_version": ">= 2.0", "required_providers": {"aws": "2"}, "cloud": {}}}',
    })
    expect(codes).toEqual([])
    const resource = module.resources.get('a.b')
    expect(written(resource)).toEqual({ one: '1', two: '22' })
    expect(resource?.blocks.map(({ type, source, block }) => [type, source.slice(block.body).replace(/\s+/g, ' ')])).toEqual([['other', '{ y = 1 }'], ['lifecycle', expect.any(String)], ['conf', '{ x = 3 }']])
    const lifecycle = resource?.blocks.find(({ type }) => type === 'lifecycle')?.block.body
    expect(lifecycle?.kind === 'body' && lifecycle.items.map((item) => (item.kind === 'attribute' ? [item.name, item.value.kind === 'bool' ? item.value.value : item.value.kind] : item.kind))).toEqual([['prevent_destroy', false], ['ignore_changes', 'tuple']])
    expect(written(module.variables.get('v'))).toEqual({ default: '11', description: '"base"' })
    expect(written(module.outputs.get('o'))).toEqual({ value: '11' })
    expect([...module.locals].map(([name, { attribute, source }]) => [name, source.slice(attribute.value)])).toEqual([['l', '1'], ['m', '22']])
    expect([written(module.calls.get('m')?.declaration), module.calls.get('m')?.source, module.calls.get('m')?.module?.directory]).toEqual([{ source: '"./sub"', input: '2' }, './sub', 'sub'])
    expect([module.requiredVersions.map(({ constraint }) => constraint), [...module.requiredProviders.values()].map(({ name, version }) => [name, version])]).toEqual([['>= 2.0'], [['aws', '2'], ['gcp', '1']]])
    expect(module.others.flatMap(({ blocks }) => blocks.map(({ type }) => type))).toEqual(['required_providers', 'cloud'])
  })

  test('must override something, and not everything can be overridden', () => {
    const { codes } = load({ ...base, 'a_override.tf': 'resource "a" "none" {}\nlocals {\n  n = 1\n}\nmoved {\n  from = a.b\n  to = a.c\n}\nresource "a" "b" {\n  depends_on = []\n}\n' })
    expect(codes).toEqual(['missing-base', 'missing-base', 'invalid-override', 'invalid-override'])
  })
})

describe('modules that are called', () => {
  test('are found by local path, to any depth, each with its path of calls', () => {
    const { module, codes } = load({ 'envs/prod/main.tf': 'module "a" {\n  source = "../../modules/a"\n}\n', 'modules/a/main.tf': 'module "b" {\n  source = "./b"\n}\n', 'modules/a/b/main.tf': 'locals {\n  x = 1\n}\n' }, 'envs/prod')
    const b = module.calls.get('a')?.module?.calls.get('b')?.module
    expect([b?.directory, b?.path, codes]).toEqual(['modules/a/b', ['a', 'b'], []])
  })

  test('are found where terraform init has installed them', () => {
    const manifest = { Modules: [{ Key: '', Source: '', Dir: '.' }, { Key: 'a', Source: 'registry.terraform.io/x/y/z', Version: '1.2.3', Dir: '.terraform/modules/a' }, { Key: 'a.b', Source: 'git::x', Dir: '.terraform/modules/a.b/sub' }, { Key: 'out', Source: 'x', Dir: '../../etc' }] }
    const { module, codes } = load({
      'main.tf': 'module "a" {\n  source  = "x/y/z"\n  version = "~> 1.2"\n}\nmodule "missing" {\n  source = "x/y/w"\n}\nmodule "out" {\n  source = "x"\n}\n',
      '.terraform/modules/modules.json': JSON.stringify(manifest),
      '.terraform/modules/a/main.tf': 'module "b" {\n  source = "git::x"\n}\n',
      '.terraform/modules/a.b/sub/main.tf': 'locals {}\n',
    })
    expect(module.calls.get('a')?.version).toBe('~> 1.2')
    expect(module.calls.get('a')?.module?.calls.get('b')?.module?.directory).toBe('.terraform/modules/a.b/sub')
    expect([module.calls.get('missing')?.module, module.calls.get('out')?.module, codes]).toEqual([null, null, ['not-installed', 'not-installed']])
  })

  test.each([
    ['a module that calls itself', { 'main.tf': 'module "a" {\n  source = "./"\n}\n' }, 'module-cycle'],
    ['modules that call each other', { 'main.tf': 'module "a" {\n  source = "./a"\n}\n', 'a/main.tf': 'module "b" {\n  source = "../b"\n}\n', 'b/main.tf': 'module "a" {\n  source = "../a"\n}\n' }, 'module-cycle'],
    ['a directory that is not there', { 'main.tf': 'module "a" {\n  source = "./a"\n}\n' }, 'missing-directory'],
    ['a path that leads out', { 'main.tf': 'module "a" {\n  source = "../../a"\n}\n' }, 'invalid-source'],
    ['a source that is no plain string', { 'main.tf': 'module "a" {\n  source = "./${x}"\n}\n' }, 'invalid-source'],
    ['no source', { 'main.tf': 'module "a" {}\n' }, 'invalid-source'],
    ['a manifest that is broken', { 'main.tf': 'locals {}\n', '.terraform/modules/modules.json': '{' }, 'invalid-manifest'],
  ])('%s is a finding', (_, files, code) => {
    expect(load(files as Record<string, string>).codes).toEqual([code])
  })

  test('a directory that is called a thousand times is read once, and its findings are said once', () => {
    const reads: string[] = []
    const inner = memoryLoader({ 'main.tf': Array.from({ length: 1000 }, (_, i) => `module "m${i}" {\n  source = "./a"\n}\n`).join(''), 'a/main.tf': 'locals {\n  x =\n}\n' })
    const loader: Loader = { list: (path) => inner.list(path), read: (path) => (reads.push(path), inner.read(path)) }
    const { module, diagnostics } = loadModule(loader)
    expect([module.calls.size, diagnostics.length, reads.filter((path) => path === 'a/main.tf').length]).toEqual([1000, 1, 1])
  })

  test('a tree of calls that doubles at each level is bounded', () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i === 0 ? '' : `m${i}/`}main.tf`, `module "x" {\n  source = "${i === 0 ? './' : '../'}m${i + 1}"\n}\nmodule "y" {\n  source = "${i === 0 ? './' : '../'}m${i + 1}"\n}\n`]))
    expect(load({ ...files, 'm40/main.tf': 'locals {}\n' }).codes).toContain('too-many-modules')
  })
})

test.each([
  ['the same resource', 'resource "a" "b" {}\nresource "a" "b" {}\n', ['duplicate-declaration']],
  ['the same local', 'locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n', ['duplicate-declaration']],
  ['the same provider', 'provider "a" {}\nprovider "a" {}\n', ['duplicate-declaration']],
  ['too few labels', 'resource "a" {}\n', ['wrong-labels']],
  ['an unknown block', 'resources "a" "b" {}\n', ['unsupported-block']],
  ['an argument at the top', 'a = 1\n', ['unsupported-argument']],
])('%s twice or wrongly declared is a finding', (_, text, codes) => {
  expect(load({ 'main.tf': text }).codes).toEqual(codes)
})

test('an empty directory, and one that is not there, are findings', () => {
  expect(load({ 'notes.txt': '' }).codes).toEqual(['no-configuration'])
  expect(load({ 'main.tf': '' }, 'nowhere').codes).toEqual(['missing-directory'])
})
