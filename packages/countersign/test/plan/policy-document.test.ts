import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { covers, widenings } from '../../src/plan/risk/policy-compare.ts'
import { noDocument, readPolicyDocument } from '../../src/plan/risk/policy-document.ts'
import type { JsonObject } from '../../src/plan/index.ts'

const document = (...statements: JsonObject[]) => readPolicyDocument({ Version: '2012-10-17', Statement: statements }) ?? noDocument
const codes = (before: JsonObject[], after: JsonObject[]): string[] => widenings(document(...before), document(...after), false).map((widening) => widening.code)
const allow = (more: JsonObject): JsonObject => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:b/*', ...more })

test.each<[string, JsonObject[], JsonObject[], string[]]>([
  ['the same', [allow({})], [allow({})], []],
  ['in another order and spelling', [allow({ Action: ['s3:GetObject', 's3:PutObject'] })], [allow({ Action: ['S3:putobject', 's3:GetObject'] })], []],
  ['split over two statements', [allow({ Action: ['s3:GetObject', 's3:PutObject'] })], [allow({}), allow({ Action: 's3:PutObject' })], []],
  ['joined from two statements', [allow({}), allow({ Action: 's3:PutObject' })], [allow({ Action: ['s3:GetObject', 's3:PutObject'] })], []],
  ['a pattern within a pattern', [allow({ Action: 's3:*' })], [allow({ Action: 's3:Get*' })], []],
  ['a pattern around a pattern', [allow({ Action: 's3:Get*' })], [allow({ Action: 's3:*' })], ['iam_wider']],
  ['another resource', [allow({})], [allow({ Resource: ['arn:b/*', 'arn:c/*'] })], ['iam_wider']],
  ['another principal', [allow({ Principal: { AWS: 'arn:1' } })], [allow({ Principal: { AWS: ['arn:1', 'arn:2'] } })], ['iam_wider']],
  ['a principal of another kind', [allow({ Principal: { AWS: 'x' } })], [allow({ Principal: { Service: 'x' } })], ['iam_wider']],
  ['NotAction instead of Action', [allow({})], [{ Effect: 'Allow', NotAction: 'iam:*', Resource: 'arn:b/*' }], ['iam_wider']],
  ['NotAction over everything', [allow({})], [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], ['iam_admin']],
  ['fewer exceptions', [{ Effect: 'Allow', NotAction: ['iam:*', 'sts:*'], Resource: 'arn:b/*' }], [{ Effect: 'Allow', NotAction: ['iam:*'], Resource: 'arn:b/*' }], ['iam_wider']],
  ['more exceptions', [{ Effect: 'Allow', NotAction: ['iam:*'], Resource: 'arn:b/*' }], [{ Effect: 'Allow', NotAction: ['iam:*', 'sts:*'], Resource: 'arn:b/*' }], []],
  ['an action that an exception may touch', [{ Effect: 'Allow', NotAction: 's3:*Object', Resource: 'arn:b/*' }], [allow({ Action: 's3:Get*' })], ['iam_wider']],
  ['an action that no exception touches', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: 'arn:b/*' }], [allow({})], []],
  ['a looser condition', [allow({ Condition: { StringLike: { sub: 'repo:o/r' } } })], [allow({ Condition: { StringLike: { sub: 'repo:o/*' } } })], ['iam_wider']],
  ['one condition more', [allow({ Condition: { StringLike: { sub: 'repo:o/r' } } })], [allow({ Condition: { StringLike: { sub: 'repo:o/r' }, Bool: { mfa: 'true' } } })], []],
  ['a denial narrowed', [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }], [{ Effect: 'Deny', Action: 's3:Delete*', Resource: '*' }], ['iam_wider']],
  ['anybody', [], [allow({ Principal: { AWS: '*' } })], ['iam_public']],
])('%s', (_name, before, after, expected) => {
  expect(codes(before, after)).toEqual(expected)
})

test('what cannot be read counts as wider', () => {
  const broken = readPolicyDocument('{"Statement": [') ?? noDocument
  expect(widenings(document(), broken, true).map((widening) => widening.code)).toEqual(['iam_wider'])
})

test('a pattern covers exactly what its regular expression matches, wildcards of the other read as text', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 })
  fc.assert(
    fc.property(pattern, pattern, (wide, narrow) => {
      const expression = new RegExp(`^${Array.from(wide, (c) => (c === '*' ? '[^]*' : c === '?' ? '[^*]' : c)).join('')}$`)
      expect(covers(wide, narrow)).toBe(expression.test(narrow))
    }),
  )
})

test('a document is never wider than itself, whatever is in it', () => {
  const words = fc.array(fc.constantFrom('s3:*', 's3:Get*', '*', 'iam:PassRole', 'ec2:?un'), { minLength: 1, maxLength: 3 })
  const statement = fc.record({ Effect: fc.constantFrom('Allow', 'Deny'), Action: words, Resource: words }) as fc.Arbitrary<JsonObject>
  fc.assert(fc.property(fc.array(statement, { maxLength: 4 }), (statements) => {
      expect(codes(statements, statements)).toEqual([])
    }))
})
