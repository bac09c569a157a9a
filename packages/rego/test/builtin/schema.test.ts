/** JSON Schema: what fits, what does not and why, and what is no schema. */
import { describe, expect, test } from 'vitest'
import type { Value } from '../../src/index.ts'
import { answer, call } from '../support/call.ts'

type Found = readonly [boolean, readonly { readonly type: string; readonly field: string; readonly desc: string; readonly error: string }[]]
const match = (document: Value, schema: Value): Found => call('json.match_schema', [document, schema]) as unknown as Found
/** `field type`, for each problem of a document that stands under "v". */
const problems = (value: Value, schema: Value): readonly string[] => match({ v: value }, { properties: { v: schema } })[1].map(({ field, type }) => `${field} ${type}`)

describe('a keyword', () => {
  test.each<readonly [string, Value, Value, Value, string]>([
    ['type', { type: 'integer' }, 1.0, 1.5, 'v invalid_type'], ['type of two', { type: ['string', 'null'] }, null, 1, 'v invalid_type'], ['enum', { enum: [1, 'a'] }, 'a', 'b', 'v enum'], ['const', { const: { a: 1 } }, { a: 1 }, { a: 2 }, 'v const'],
    ['multipleOf', { multipleOf: 0.01 }, 4.35, 4.355, 'v multiple_of'], ['minimum', { minimum: 2 }, 2, 1, 'v number_gte'], ['exclusiveMinimum', { exclusiveMinimum: 2 }, 3, 2, 'v number_gt'], ['exclusiveMaximum of draft 4', { maximum: 2, exclusiveMaximum: true }, 1, 2, 'v number_lt'],
    ['minLength', { minLength: 2 }, 'a😀', '😀', 'v string_gte'], ['maxLength', { maxLength: 1 }, '😀', 'ab', 'v string_lte'], ['pattern', { pattern: '^a+$' }, 'aa', 'ab', 'v pattern'], ['format', { format: 'ipv4' }, '192.0.2.1', '192.0.2.256', 'v format'],
    ['format of dates', { format: 'date-time' }, '2024-02-29T00:00:00Z', '2023-02-29T00:00:00Z', 'v format'], ['items', { items: { type: 'string' } }, ['a'], ['a', 1], 'v.1 invalid_type'], ['items by place', { items: [{ type: 'string' }], additionalItems: false }, ['a'], ['a', 1], 'v array_no_additional_items'],
    ['minItems', { minItems: 1 }, [0], [], 'v array_min_items'], ['uniqueItems', { uniqueItems: true }, [1, '1'], [{ a: 1 }, { a: 1 }], 'v unique'], ['contains', { contains: { const: 1 } }, [2, 1], [2], 'v contains'],
    ['required', { required: ['a'] }, { a: null }, {}, 'v required'], ['additionalProperties', { properties: { a: {} }, additionalProperties: false }, { a: 1 }, { b: 1 }, 'v additional_property_not_allowed'], ['patternProperties', { patternProperties: { '^x': { type: 'string' } } }, { xa: 'a', b: 1 }, { xa: 1 }, 'v.xa invalid_type'],
    ['propertyNames', { propertyNames: { maxLength: 1 } }, { a: 1 }, { ab: 1 }, 'v invalid_property_name'], ['dependencies', { dependencies: { a: ['b'] } }, { a: 1, b: 2 }, { a: 1 }, 'v missing_dependency'], ['maxProperties', { maxProperties: 1 }, { a: 1 }, { a: 1, b: 1 }, 'v array_max_properties'],
    ['not', { not: { type: 'string' } }, 1, 'a', 'v number_not'], ['false', { properties: { a: false } }, {}, { a: 1 }, 'v.a false'], ['if', { if: { minimum: 5 }, then: { multipleOf: 5 }, else: { multipleOf: 2 } }, 10, 7, 'v condition_then'],
  ])('%s', (_, schema, good, bad, wanted) => {
    expect(problems(good, schema)).toEqual([])
    expect(problems(bad, schema)[0]).toBe(wanted)
  })

  test.each<readonly [string, number]>([['anyOf', 2], ['oneOf', 2], ['allOf', 1]])('%s', (keyword, limit) => {
    const schema = { [keyword]: [{ minimum: 5 }, { maximum: limit === 2 ? 1 : 9 }] }
    expect(problems(6, schema)).toEqual([])
    expect(problems(3, schema)).not.toEqual([])
  })
})

test('oneOf is not satisfied by two', () => {
  expect(problems(5, { oneOf: [{ minimum: 1 }, { minimum: 2 }] })).toEqual(['v number_one_of'])
})

test('references within the schema are followed, and nothing is fetched', () => {
  const tree = { definitions: { node: { properties: { value: { type: 'number' }, next: { $ref: '#/definitions/node' } } } }, $ref: '#/definitions/node' }
  expect(match({ value: 1, next: { next: { value: 'x' } } }, tree)[1]).toEqual([{ type: 'invalid_type', field: 'next.next.value', desc: 'Invalid type. Expected: number, given: string', error: 'next.next.value: Invalid type. Expected: number, given: string' }])
  expect(answer('json.match_schema({}, {"$ref": "http://example.org/schema.json"})')).toContain('nothing is fetched')
  expect(answer('json.match_schema({}, {"$ref": "#"})')).toContain('refers to itself')
})

test('what is no schema is told so', () => {
  expect(answer('json.verify_schema({"type": "x"})')).toBe('[false, "jsonschema: has a primitive type that is NOT VALID -- given: /x/ Expected valid values are:[array boolean integer number null object string]"]')
  for (const bad of ['{"minLength": -1}', '{"required": "a"}', '{"pattern": "["}', '{"properties": {"a": {"type": 5}}}', '{"anyOf": []}', '"{"', '5']) expect(answer(`json.verify_schema(${bad})[0]`)).toBe('false')
  for (const good of ['{}', '{"type": ["string", "null"], "items": true}', '"{}"']) expect(answer(`json.verify_schema(${good})`)).toBe('[true, null]')
})
