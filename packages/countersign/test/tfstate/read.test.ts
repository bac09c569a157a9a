import { describe, expect, test } from 'vitest'
import { compareStates, outputsOnly, readState, redactState } from '../../src/tfstate/index.ts'
import { generateState } from './generate.ts'
import { aws, codeOf, digestOf, encrypted, lineage, one, state } from './states.ts'

const read = (body: Buffer | string): string => codeOf(() => readState(Buffer.from(body)))
const doors = { readState, redactState, outputsOnly }

describe('what is no state', () => {
  const good = state([]).toString()
  test.each([
    ['nothing', '', 'state_empty'],
    ['blanks', ' \n\t ', 'state_empty'],
    ['HTML', '<html></html>', 'state_not_json'],
    ['a byte order mark', `\uFEFF${good}`, 'state_not_json'],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), 'state_not_json'],
    ['a list', '[]', 'state_not_a_state'],
    ['a string', '"state"', 'state_not_a_state'],
    ['another object', '{"a":1}', 'state_not_a_state'],
    ['half of one', good.slice(0, -20), 'state_truncated'],
    ['one with a comma too many', good.replace('"resources": []', '"resources": [],').replace('null', 'null,'), 'state_not_json'],
    ['one with a comma in an empty list', good.replace('"resources": []', '"resources": [,]'), 'state_resource_invalid'],
    ['one that ends where a resource would begin', good.slice(0, good.indexOf('"resources": [') + 14), 'state_truncated'],
    ['two of them', good + good, 'state_not_json'],
    ['version 3', good.replace('"version": 4', '"version": 3'), 'state_wrong_version'],
    ['version 4 as a string', good.replace('"version": 4', '"version": "4"'), 'state_wrong_version'],
    ['no version', good.replace('"version": 4,', ''), 'state_wrong_version'],
    ['no lineage', good.replace(lineage, ''), 'state_lineage_missing'],
    ['a long lineage', good.replace(lineage, 'x'.repeat(300)), 'state_lineage_missing'],
    ['a negative serial', good.replace('"serial": 3', '"serial": -3'), 'state_serial_invalid'],
    ['half a serial', good.replace('"serial": 3', '"serial": 3.5'), 'state_serial_invalid'],
    ['a serial beyond exact numbers', good.replace('"serial": 3', '"serial": 9007199254740993'), 'state_serial_invalid'],
    ['a serial in words', good.replace('"serial": 3', '"serial": "3"'), 'state_serial_invalid'],
    ['two serials', good.replace('"serial": 3', '"serial": 3, "serial": 4'), 'state_duplicate_key'],
    ['two serials, for Go', good.replace('"serial": 3', '"serial": 3, "Serial": 4'), 'state_not_a_state'],
    ['two lists of resources, for Go', good.replace('"outputs"', '"re\u017fources": [], "outputs"'), 'state_not_a_state'],
    ['outputs in a list', good.replace('"outputs": {}', '"outputs": []'), 'state_not_a_state'],
    ['resources in an object', good.replace('"resources": []', '"resources": {}'), 'state_not_a_state'],
    ['100,000 levels', good.replace('"outputs": {}', `"outputs": {"a": {"value": ${'['.repeat(100_000)}`), 'state_too_deep'],
  ])('%s is refused by every function', (_, body, code) => {
    for (const [name, work] of Object.entries(doors)) expect(codeOf(() => work(Buffer.from(body))), name).toBe(code)
  })

  test.each([
    ['mode', { mode: 'ephemeral' }],
    ['type', { type: 'aws_vpc.x"]' }],
    ['type that is a word of the language', { type: 'data' }],
    ['name', { name: 'a\n' }],
    ['name that imitates a deposed one', { name: 'a (deposed 12345678)' }],
    ['module', { module: 'module.a["b' }],
    ['module with something after it', { module: 'module.a.aws_vpc' }],
    ['provider', { provider: '' }],
    ['member in another case', { Instances: [] }],
    ['instance', { instances: [7 as never] }],
    ['index key', { instances: [{ index_key: { a: 1 } }] }],
    ['half an index key', { instances: [{ index_key: 1.5 }] }],
    ['deposed key', { instances: [{ deposed: 'x) y' }] }],
    ['status', { instances: [{ status: 'fine' }] }],
    ['member of an instance in another case', { instances: [{ attributes: {}, Attributes: {} }] }],
  ])('a resource with a wrong %s is refused', (_, resource) => {
    expect(read(state([resource]))).toBe('state_resource_invalid')
  })

  test('one address twice is refused, also in two resources', () => {
    expect(read(state([{ name: 'a', instances: [{ index_key: 0 }, { index_key: 0 }] }]))).toBe('state_duplicate_address')
    expect(read(state([{ name: 'a', instances: [{}] }, { name: 'a', instances: [{}] }]))).toBe('state_duplicate_address')
    expect(read(state([{ name: 'a', instances: [{}, { deposed: 'abcd1234' }, { deposed: 'abcd1235' }] }]))).toBe('accepted')
  })

  test('messages repeat nothing of the body', () => {
    const canary = 'CANARY-4711'
    const bodies = [`{"${canary}": `, `{"a":"${canary}", x`, `{"${canary}":1,"${canary}":2}`, `"${canary}"`, state([{ name: `${canary} ` }]), state([{ provider: aws, mode: canary }]), state([], { lineage: '', terraform_version: canary }), state([{ name: 'a', instances: [{ status: canary }] }])]
    for (const body of bodies) {
      for (const work of Object.values(doors)) {
        let said = work === outputsOnly ? 'state' : ''
        try {
          work(Buffer.from(body))
        } catch (error) {
          said += `${String(error)} ${error instanceof Error ? (error.stack ?? '') + JSON.stringify(error) : ''}`
        }
        expect(said).toContain('state')
        expect(said).not.toContain('CANARY')
      }
    }
  })
})

describe('facts', () => {
  test('addresses are spelled as Terraform spells them, and sorted', () => {
    const instances = [{ index_key: 'plain' }, { index_key: 'a"b\\c' }, { index_key: '${x} %{y} $z' }, { index_key: 'line\nfeed\u0007' }, { index_key: '\u200b\u00a0é😀' }, { index_key: 2 }, {}, { deposed: 'abcd1234' }]
    const facts = readState(state([{ name: 'z', instances }, { module: 'module.m["k.x"].module.n[3]', mode: 'data', type: 'aws_ami', name: 'a', instances: [{}] }]))
    expect(facts.instances.map((instance) => instance.address)).toEqual(
      ['aws_vpc.z', 'aws_vpc.z (deposed abcd1234)', 'aws_vpc.z["$${x} %%{y} $z"]', 'aws_vpc.z["\\u200b\\u00a0é😀"]', 'aws_vpc.z["a\\"b\\\\c"]', 'aws_vpc.z["line\\nfeed\\u0007"]', 'aws_vpc.z["plain"]', 'aws_vpc.z[2]', 'module.m["k.x"].module.n[3].data.aws_ami.a'].sort(),
    )
    expect(facts).toMatchObject({ opaque: false, version: 4, lineage, serial: 3, terraformVersion: '1.11.4', resources: 2, providers: ['registry.terraform.io/hashicorp/aws'] })
  })

  test('a digest does not change with spelling, order, blanks, or what is null or empty', () => {
    const digest = (text: string): string | undefined => digestOf(readState(Buffer.from(one('aws_vpc', {}).toString().replace('"attributes": {}', `"attributes": ${text}`))), 'aws_vpc.it')
    const same = ['{"a":"<x>","b":{"d":1,"c":[1,2]},"10":1,"9":2}', '{ "b": {"c": [1, 2.0], "d": 1e0}, "9": 2, "10": 1, "\\u0061": "\\u003cx\\u003e" }', '{"a":"<x>","b":{"d":1,"c":[1,2],"new":[]},"10":1,"9":2,"added":null,"block":{}}']
    expect(new Set(same.map(digest)).size).toBe(1)
    const different = ['{"a":"x"}', '{"a":"y"}', '{"a":1}', '{"a":"1"}', '{"a":true}', '{"a":["x"]}', '{"a":["x","x"]}', '{"a":["xsx"]}', '{"a":["xs1:x"]}', '{"a":{"x":"x"}}', '{"b":"x"}', '{"a":[null,"x"]}', '{"a":9007199254740992}', '{"a":9007199254740993}', '{"a":1e400}', '{"a":"x","b":"y"}', '{"a":"xb","b":""}', '{}']
    expect(new Set(different.map(digest)).size).toBe(different.length)
  })

  test('a digest changes with provider and status, and not with what Terraform keeps for itself', () => {
    const digest = (more: object, resource: object = {}): string | undefined => digestOf(readState(one('aws_vpc', { id: 'vpc-1' }, more as never, resource as never)), 'aws_vpc.it')
    const plain = digest({})
    expect(digest({ private: 'bnVsbA==', dependencies: ['aws_vpc.b'], schema_version: 2, create_before_destroy: true, sensitive_attributes: [[{ type: 'get_attr', value: 'id' }]] })).toBe(plain)
    expect(digest({ status: 'tainted' })).not.toBe(plain)
    expect(digest({}, { provider: 'provider["registry.evil.example/hashicorp/aws"]' })).not.toBe(plain)
    expect(digest({ identity: { id: 'x' } })).not.toBe(plain)
  })

  test('with a key, digests are of that key alone', () => {
    const body = one('aws_vpc', { id: 'vpc-1' })
    const [a, b, c, none] = [readState(body, { key: Buffer.alloc(32, 1) }), readState(body, { key: Buffer.alloc(32, 1) }), readState(body, { key: Buffer.alloc(32, 2) }), readState(body)]
    expect(a).toEqual(b)
    expect(new Set([a, c, none].map((facts) => digestOf(facts, 'aws_vpc.it'))).size).toBe(3)
  })

  test('a body that is encrypted by its client shows lineage and serial, and nothing else', () => {
    const facts = readState(encrypted())
    expect(facts).toEqual({ opaque: true, version: 0, lineage, serial: 12, terraformVersion: '', resources: 0, instances: [], outputs: [], providers: [], secrets: [], secretsOmitted: 0 })
    expect(codeOf(() => redactState(encrypted()))).toBe('state_opaque')
    expect(codeOf(() => outputsOnly(encrypted()))).toBe('state_opaque')
    expect(compareStates(readState(state([{ instances: [{}] }])), facts)).toEqual({ opaque: true, added: [], changed: [], removed: [], outputs: { added: [], changed: [], removed: [] } })
  })

  test('a body cannot be encrypted and in clear, nor half encrypted', () => {
    expect(read(encrypted({ version: 4 }))).toBe('state_not_a_state')
    expect(read(encrypted({ resources: [] }))).toBe('state_not_a_state')
    expect(read(state([], { encryption_version: 'v0' }))).toBe('state_not_a_state')
    expect(read(encrypted({ encrypted_data: undefined }))).toBe('state_not_a_state')
    expect(read(encrypted({ encrypted_data: { a: 1 } }))).toBe('state_not_a_state')
    expect(read(encrypted({ meta: null }))).toBe('state_not_a_state')
    expect(read(encrypted({ lineage: undefined }))).toBe('state_lineage_missing')
  })

  test('large states are read as the runtime would read them', () => {
    const { bytes, instances } = generateState(3_000_000, { seed: 5 })
    const facts = readState(bytes)
    expect(facts.instances).toHaveLength(instances)
    const parsed = JSON.parse(bytes.toString()) as { resources: { module: string; type: string; name: string; instances: { index_key: string }[] }[] }
    const expected = parsed.resources.flatMap((resource) => resource.instances.map((instance) => `${resource.module}.${resource.type}.${resource.name}["${instance.index_key}"]`))
    expect(facts.instances.map((instance) => instance.address)).toEqual(expected.sort())
    expect(readState(Buffer.from(JSON.stringify(parsed)))).toEqual(facts)
    expect(facts.secrets.filter((secret) => secret.why !== 'type')).toEqual([])
  })
})

describe('comparing two versions', () => {
  test('says what was added, changed and removed', () => {
    const before = state([{ name: 'a', instances: [{ attributes: { x: 1 } }] }, { name: 'b', instances: [{ attributes: { x: 1 } }] }], { outputs: { kept: { value: 1, type: 'number' }, gone: { value: 1, type: 'number' }, other: { value: 1, type: 'number' }, marked: { value: 1, type: 'number' } } })
    const after = state([{ name: 'a', instances: [{ attributes: { x: 2 } }] }, { name: 'c', instances: [{ attributes: { x: 1 } }] }], { outputs: { kept: { value: 1, type: 'number' }, other: { value: 2, type: 'number' }, marked: { value: 1, type: 'number', sensitive: true }, fresh: { value: 1, type: 'number' } } })
    expect(compareStates(readState(before), readState(after))).toEqual({
      opaque: false, added: ['aws_vpc.c'], changed: ['aws_vpc.a'], removed: ['aws_vpc.b'], outputs: { added: ['fresh'], changed: ['marked', 'other'], removed: ['gone'] },
    })
    expect(compareStates(null, readState(before)).added).toEqual(['aws_vpc.a', 'aws_vpc.b'])
  })
})
