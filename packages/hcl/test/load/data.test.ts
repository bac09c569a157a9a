/** What a configuration says of itself as data: requirements, the lock file, values for variables. */
import { describe, expect, test } from 'vitest'
import { type Diagnostic, inputValues, type InputOptions, loadModule, lockedProviders, memoryLoader } from '../../src/index.ts'

test('required versions and providers, in all their forms', () => {
  const { module, diagnostics } = loadModule(memoryLoader({
    'main.tf': 'terraform {\n  required_version = "~> 1.5"\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n      version = ">= 5"\n      configuration_aliases = [aws.east, aws.west]\n    }\n    old = "1.0"\n  }\n}\n',
    'more.tf.json': '{"terraform": {"required_providers": {"gcp": {"source": "hashicorp/google"}}}}',
  }))
  expect(diagnostics).toEqual([])
  expect(module.requiredVersions.map(({ constraint }) => constraint)).toEqual(['~> 1.5'])
  expect([...module.requiredProviders.values()].map(({ name, source, version, aliases }) => [name, source, version, ...aliases])).toEqual([
    ['aws', 'hashicorp/aws', '>= 5', 'aws.east', 'aws.west'],
    ['old', null, '1.0'],
    ['gcp', 'hashicorp/google', null],
  ])
})

test('wrong requirements are findings', () => {
  const { diagnostics } = loadModule(memoryLoader({ 'main.tf': 'terraform {\n  required_version = var.x\n  required_providers {\n    a = 1\n    b = { sorce = "x" }\n  }\n}\nterraform {\n  required_providers {\n    b = "1"\n  }\n}\n' }))
  expect(diagnostics.map(({ code }) => code)).toEqual(['invalid-requirement', 'invalid-requirement', 'invalid-requirement', 'duplicate-declaration'])
})

test('the lock file', () => {
  const diagnostics: Diagnostic[] = []
  const loader = memoryLoader({ '.terraform.lock.hcl': '# kept by init\nprovider "registry.terraform.io/hashicorp/aws" {\n  version     = "5.1.0"\n  constraints = "~> 5.0"\n  hashes = [\n    "h1:a",\n    "zh:b",\n  ]\n}\nwrong {}\n' })
  const locked = lockedProviders(loader, '', diagnostics)
  expect([...(locked?.values() ?? [])].map(({ address, version, constraints, hashes }) => [address, version, constraints, ...hashes])).toEqual([['registry.terraform.io/hashicorp/aws', '5.1.0', '~> 5.0', 'h1:a', 'zh:b']])
  expect(diagnostics.map(({ code }) => code)).toEqual(['invalid-lock'])
  expect(lockedProviders(memoryLoader({}), '', diagnostics)).toBeNull()
})

describe('values for variables', () => {
  const files = {
    'm/terraform.tfvars': 'a = "tfvars"\nb = "tfvars"\nc = "tfvars"\nd = "tfvars"\ne = "tfvars"\n',
    'm/terraform.tfvars.json': '{"b": "json", "c": "json", "d": "json", "e": "json"}',
    'm/b.auto.tfvars': 'c = "b.auto"\nd = "b.auto"\ne = "b.auto"\n',
    'm/a.auto.tfvars.json': '{"c": "a.auto", "x": "a.auto"}',
    'm/other.tfvars': 'd = "other"\ny = "other"\n',
  }

  const read = (options: InputOptions, more: Record<string, string> = {}): { values: Record<string, string>; codes: string[] } => {
    const diagnostics: Diagnostic[] = []
    const values = inputValues(memoryLoader({ ...files, ...more }), 'm', options, diagnostics)
    return {
      values: Object.fromEntries([...values].map(([name, { given, from }]) => [name, `${from}: ${'text' in given ? given.text : given.expression.kind === 'string' ? given.expression.value : given.expression.kind}`])),
      codes: diagnostics.map(({ code }) => code),
    }
  }

  test('have the precedence of Terraform', () => {
    const { values, codes } = read({ environment: { TF_VAR_a: 'env', TF_VAR_z: 'env', TF_VARS: 'x', HOME: '/' }, options: [{ file: 'other.tfvars' }, { var: 'e=first' }, { var: 'e=a=b' }, { var: 'y= spaced' }] })
    expect(codes).toEqual([])
    expect(values).toEqual({ a: 'file: tfvars', z: 'environment: env', b: 'file: json', c: 'file: b.auto', d: 'file: other', e: 'option: a=b', x: 'file: a.auto', y: 'option:  spaced' })
  })

  test('and options among themselves the order in which they are given', () => {
    expect(read({ options: [{ var: 'd=var' }, { file: 'other.tfvars' }] }).values['d']).toBe('file: other')
    expect(read({ options: [{ file: 'other.tfvars' }, { var: 'd=var' }] }).values['d']).toBe('option: var')
  })

  test.each([
    [{ options: [{ file: 'none.tfvars' }] }, 'missing-file'],
    [{ options: [{ file: '../../x.tfvars' }] }, 'missing-file'],
    [{ options: [{ var: 'novalue' }] }, 'invalid-value-file'],
    [{ options: [{ var: 'y = spaced' }] }, 'invalid-value-file'],
  ] as const)('%j is a finding', (options, code) => {
    expect(read(options).codes).toEqual([code])
  })

  test('a block in a file of values is a finding', () => {
    expect(read({}, { 'm/z.auto.tfvars': 'tags {\n}\n' }).codes).toEqual(['invalid-value-file'])
  })
})
