import { describe, expect, test } from 'vitest'
import { readState } from '../../src/tfstate/index.ts'
import type { SecretFinding } from '../../src/tfstate/index.ts'
import { knownTypes } from '../../src/tfstate/secrets/attributes.ts'
import { instead, secretAttributes } from '../../src/tfstate/secrets/table.ts'
import { maxFindings } from '../../src/tfstate/secrets/scan.ts'
import { one, state } from './states.ts'

const found = (attributes: object, type = 'example_thing', more: object = {}): SecretFinding[] => readState(one(type, attributes, more as never)).secrets
const rows = secretAttributes.trim().split('\n').map((line) => line.split('|').map((part) => part.trim())).map(([place = '', kind = '', way = '']) => ({ type: place.split(' ')[0] ?? '', path: place.split(' ')[1] ?? '', kind, way }))

/** `a.*.b` as a value with the leaf at its end. */
function nested(path: string, leaf: string): object {
  const build = (steps: string[]): unknown => (steps.length === 0 ? leaf : steps[0] === '*' ? [build(steps.slice(1))] : { [steps[0] ?? '']: build(steps.slice(1)) })
  return build(path.split('.')) as object
}

describe('by type', () => {
  test('the table has more than sixty types, and every row is complete and alone', () => {
    expect(knownTypes.length).toBeGreaterThan(60)
    expect(new Set(rows.map((row) => `${row.type} ${row.path}`)).size).toBe(rows.length)
    for (const row of rows) {
      expect(row.kind, row.type).not.toBe('')
      expect(instead[row.way.split(' ')[0] ?? ''], row.type).toBeDefined()
      expect(instead[row.way.split(' ')[0] ?? '']?.includes('%'), row.type).toBe(row.way.includes(' '))
    }
  })

  test('every attribute of the table is found under its type, with its advice, and not its value', () => {
    for (const { type, path, kind, way } of rows) {
      const data = type.startsWith('data.')
      const facts = readState(one(type.replace('data.', ''), nested(path, 'plain words here'), {}, { mode: data ? 'data' : 'managed' }))
      const where = path.split('.').reduce((out, step) => (step === '*' ? `${out}[0]` : `${out}${out === '' ? '' : '.'}${step}`), '')
      expect(facts.secrets, `${type} ${path}`).toEqual([{ address: `${type}.it`, path: where, why: 'type', kind, advice: expect.stringContaining(way.split(' ')[1] ?? '') as string }])
      expect(JSON.stringify(facts)).not.toContain('plain words')
    }
  })

  test('the same attribute of another type, or without a value, is not', () => {
    expect(found({ result: 'plain words here' }, 'random_pet')).toEqual([])
    expect(found({ result: '', bcrypt_hash: null }, 'random_password')).toEqual([])
    expect(found({ data: {} }, 'kubernetes_secret')).toEqual([])
  })
})

const made = (parts: string[]): string => parts.join('')
const pem = (what: string): string => `-----BEGIN ${what}-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\nMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu\n-----END ${what}-----\n`

describe('by name, shape, randomness and mark', () => {
  test.each([
    ['name', 'password', { password: 'summer' }],
    ['name', 'settings[0].api_key', { settings: [{ api_key: 'abcdef' }] }],
    ['name', 'env.DB_PASSWORD', { env: { DB_PASSWORD: 'x1' } }],
    ['name', 'env["db.client-secret"]', { env: { 'db.client-secret': 'x1' } }],
    ['pattern', 'a', { a: made(['AK', 'IA', 'Z7Q2M5X3W4K6T2PB']) }],
    ['pattern', 'a', { a: made(['gh', 'p_', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8']) }],
    ['pattern', 'a', { a: made(['xo', 'xb-', '1234567890-abcdefghijklmno']) }],
    ['pattern', 'a', { a: made(['eyJ', 'hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl']) }],
    ['pattern', 'a', { a: pem('PRIVATE KEY') }],
    ['pattern', 'a', { a: pem('RSA PRIVATE KEY') }],
    ['pattern', 'a', { a: 'postgres://app:hunter2secret@db.example.com:5432/app' }],
    ['pattern', 'user_data', { user_data: '#!/bin/sh\nexport DB_PASSWORD=hunter2secret\n' }],
    ['pattern', 'definition', { definition: '{"env":[{"password": "hunter2secret"}]}' }],
    ['pattern', 'a', { a: 'DefaultEndpointsProtocol=https;AccountName=x;AccountKey=dGhpcyBpcyBhIGtleSB0aGF0IGlzIGxvbmc=;' }],
    ['entropy', 'a', { a: 'kJ8vQ2mZx7Lr4TnW9sBy3HdC6fGp1Ue5' }],
    ['entropy', 'b[1]', { b: ['x', 'aG9sZDM3NTk4c2RmS0pIRktTSkRGODc5MzQ1'] }],
  ])('%s: %s', (why, path, attributes) => {
    expect(found(attributes)).toMatchObject([{ address: 'example_thing.it', path, why }])
  })

  test('marks of Terraform, at attributes, keys and indexes; a mark that cannot be followed marks all', () => {
    const attr = (value: string): object => ({ type: 'get_attr', value })
    const index = (value: unknown, type: string): object => ({ type: 'index', value: { value, type } })
    const paths = [[attr('a')], [attr('m'), index('k', 'string')], [attr('l'), index(1, 'number'), attr('x')], [attr('s'), index({ a: 1 }, 'object'), attr('y')]]
    const attributes = { a: 'one', m: { k: 'two', j: 'shown' }, l: [{ x: 'shown' }, { x: 'three' }], s: [{ y: 'four' }], free: 'shown' }
    expect(found(attributes, 'example_thing', { sensitive_attributes: paths }).map(({ path, why }) => [path, why])).toEqual([['a', 'sensitive'], ['m.k', 'sensitive'], ['l[1].x', 'sensitive'], ['s', 'sensitive']])
    expect(found({ b: { value: 'one', type: 'string' }, c: { value: { x: 'two' }, type: ['object', { x: 'string' }] } }, 'example_thing', { sensitive_attributes: [[attr('b'), attr('value')], [attr('c'), attr('x')]] }).map(({ path }) => path)).toEqual(['b.value', 'c.x'])
    expect(found({ a: 'one', b: ['two'] }, 'example_thing', { sensitive_attributes: [[attr('a'), attr('x')], [attr('b'), attr('x')]] }).map(({ path }) => path)).toEqual(['a', 'b'])
    expect(found({ a: 'one' }, 'example_thing', { sensitive_attributes: 'all' })).toHaveLength(1)
    expect(found({ a: 'one' }, 'example_thing', { sensitive_attributes: [[]] })).toHaveLength(1)
  })

  test('outputs, by mark, name and shape', () => {
    const outputs = { a: { value: { x: 'one' }, type: ['object', { x: 'string' }], sensitive: true }, db_password: { value: 'two', type: 'string' }, url: { value: 'https://a:hunter2secret@x.example', type: 'string' }, fine: { value: 'three', type: 'string' } }
    const facts = readState(state([], { outputs }))
    expect(facts.secrets.map(({ address, path, why }) => [address, path, why])).toEqual([['output.a', '', 'sensitive'], ['output.db_password', '', 'name'], ['output.url', '', 'pattern']])
    expect(facts.outputs.map(({ name, sensitive }) => [name, sensitive])).toEqual([['a', true], ['db_password', false], ['fine', false], ['url', false]])
  })

  test('what is random and public is not reported', () => {
    const attributes = {
      id: 'Kd83jHs72LkQ9zXm4Vb6Nw1P', uuid: '0b1f6471-1bf0-4dda-aec3-cb9272f09590', some: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6/F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6',
      arn: 'arn:aws:iam::123456789012:role/aws-service-role/AWSServiceRoleForAutoScaling2024', kms: 'arn:aws:kms:eu-central-1:123456789012:key/0b1f6471-1bf0-4dda-aec3-cb9272f09590',
      scope: '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/MyGroup01/providers/Microsoft.Compute/virtualMachines/VM01',
      link: 'https://www.googleapis.com/compute/v1/projects/My-Project-77Ab/zones/europe-west1-b/instances/Web7Ab', etag: 'W/"a7XcL3mQ9zR2kV8bN1wP5tYs"', digest: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      source_code_hash: 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=', integrity: 'sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC', cert: pem('CERTIFICATE'), body: pem('CERTIFICATE'), pub: pem('PUBLIC KEY'),
      key: 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7VJTUt9Us8cKjMzEfYyjiWA4R4M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHt user@host', image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/web@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      hex: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', canonical: 'c1daexampleaaf850ea79cf0430f33d72579fd1611c97f7ded193374c0b163b6', name: 'AWSReservedSSO_AdministratorAccess_1a2b3c4d5e6f7a8b',
      policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:GetSecretValue"],"Resource":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf"}]}',
      secret_arn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf', password: '', token: null, secret: 'arn:aws:secretsmanager:eu:1:secret:x', password_policy: [{ minimum_length: 14 }], kms_key_id: 'alias/aws/secretsmanager', user_data: '6b2f1e6b1c0ce2a5f4f3c62a9ad4f1d4b0d8b8e5',
    }
    expect(found(attributes)).toEqual([])
  })

  test('findings are bounded, and counted beyond', () => {
    const instances = Array.from({ length: maxFindings + 17 }, (_, i) => ({ index_key: i, attributes: { result: `word${i}` } }))
    const facts = readState(state([{ type: 'random_password', name: 'many', instances }]))
    expect([facts.secrets.length, facts.secretsOmitted]).toEqual([maxFindings, 17])
  })
})
