import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareStates, outputsOnly, readState, redactedAddresses, redactState } from '../../src/tfstate/index.ts'
import { generateState } from './generate.ts'
import { aws, codeOf, one, state } from './states.ts'

const seed = Number(process.env['COUNTERSIGN_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const numRuns = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 20_000 : 150

const redact = (body: Uint8Array): string => Buffer.from(redactState(body)).toString()
const attr = (value: string): object => ({ type: 'get_attr', value })

/** A state that holds the secret where Terraform says so, and everywhere else. */
function everywhere(secret: string): Buffer {
  const instances = [
    { index_key: 'a', schema_version: 0, attributes: { hidden: secret, map: { [secret]: 'x', plain: secret }, list: [secret, `before ${secret} after`], text: `{"inner":"${secret}"}` }, sensitive_attributes: [[attr('hidden')]], private: Buffer.from(secret).toString('base64'), dependencies: ['aws_vpc.b'] },
    { index_key: secret, schema_version: 0, attributes: { base64: Buffer.from(`x${secret}y`).toString('base64'), uri: encodeURIComponent(secret) }, sensitive_attributes: [[attr('map'), { type: 'index', value: { value: secret, type: 'string' } }]], identity: { id: secret } },
  ]
  const outputs = { plain: { value: secret, type: 'string' }, marked: { value: { a: [secret] }, type: ['object', { a: ['list', 'string'] }], sensitive: true } }
  const checks = [{ object_kind: 'resource', config_addr: 'aws_vpc.r0', status: 'fail', objects: [{ object_addr: `aws_vpc.r0[${JSON.stringify(secret)}]`, status: 'fail', failure_messages: [`it is ${secret}`] }] }]
  return state([{ module: `module.m[${JSON.stringify(secret)}]`, instances }], { outputs, check_results: checks, unknown: secret })
}

describe('redaction', () => {
  test('a sensitive value stands nowhere in what is derived: not in the copy, the facts, the addresses', () => {
    const secrets = fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 }).filter((text) => /[0-9A-Z]/.test(text) && text.trim() === text && !/^[ -~]*(?:aws|module|true)/.test(text))
    fc.assert(
      fc.property(secrets, (secret) => {
        const body = everywhere(secret)
        const facts = readState(body)
        const derived = [redact(body), JSON.stringify(facts), redactedAddresses(facts).join('\n')].join('\n')
        for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), Buffer.from(secret).toString('base64').slice(0, -4)]) if (form.length >= 8) expect(derived).not.toContain(form)
        expect(codeOf(() => readState(redactState(body)))).toBe('accepted')
      }),
      { seed, numRuns },
    )
  })

  test('of many secrets that begin in one way, each is found in an address, whatever its length, and nothing else is', () => {
    const secrets = Array.from({ length: 40 }, (_, at) => `same-${'x'.repeat(at)}${at}-end`)
    const others = ['same-other', 'same-xx2-en', 'x2-end', 'xame-xx2-end']
    const instances = secrets.map((hidden, at) => ({ index_key: at, attributes: { hidden }, sensitive_attributes: [[attr('hidden')]] }))
    const keyed = [...secrets.map((secret) => `of ${secret}.`), ...secrets, ...others].map((index_key) => ({ index_key, attributes: {} }))
    const shown = readState(state([{ name: 'a', instances }, { name: 'b', instances: keyed }])).instances.map(({ address }) => address).filter((address) => address.startsWith('aws_vpc.b'))
    expect(shown.filter((address) => address.includes('(masked:sensitive '))).toHaveLength(2 * secrets.length)
    expect(new Set(shown).size).toBe(keyed.length)
    expect(shown.filter((address) => !address.includes('(masked:'))).toEqual(others.toSorted().map((key) => `aws_vpc.b["${key}"]`))
    expect(shown).toEqual(shown.toSorted())
  })

  test('the form stays: kinds of values, lengths of lists, names of attributes', () => {
    const attributes = { secret_text: 'x', number: 4711, flag: true, list: ['a', 1, null], object: { inner: 'deep', 'k-1': 'v' }, shown: 'visible', count: 4711 }
    const marks = ['number', 'flag', 'list', 'object'].map((name) => [attr(name)])
    const text = redact(one('aws_vpc', attributes, { sensitive_attributes: marks, private: 'c2VjcmV0', status: 'tainted', create_before_destroy: true }))
    const parsed = JSON.parse(text) as { resources: { instances: { attributes: object }[] }[] }
    expect(parsed.resources[0]?.instances[0]).toEqual({
      schema_version: 0, status: 'tainted', create_before_destroy: true, private: null, sensitive_attributes: marks,
      attributes: { secret_text: '(masked:named)', number: null, flag: null, list: ['(masked:sensitive)', null, null], object: { inner: '(masked:sensitive)', '(masked:sensitive 1)': '(masked:sensitive)' }, shown: 'visible', count: null },
    })
  })

  test('a hidden value of any type hides the value, and not the word for its type', () => {
    const text = redact(one('terraform_data', { input: { value: 'hunter2-x', type: 'string' }, output: { value: { a: 'hunter2-x', b: 1 }, type: ['object', { a: 'string', b: 'number' }] }, note: 'a string here' }, { sensitive_attributes: [[attr('input')], [attr('output'), attr('a')]] }))
    expect(JSON.parse(text)).toMatchObject({ resources: [{ instances: [{ attributes: { input: { value: '(masked:sensitive)', type: 'string' }, output: { value: '{"a":"(masked:sensitive)","b":1}', type: 'string' }, note: 'a string here' } }] }] })
  })

  test('numbers beyond a double stay what they are', () => {
    const body = one('aws_vpc', { a: 0 }).toString().replace('"a": 0', '"a": 12345678901234567890123, "b": 1.50')
    expect(redact(Buffer.from(body))).toContain('"a":12345678901234567890123,"b":1.5')
  })

  test('what needs no mask is the same', () => {
    const { bytes } = generateState(200_000, { seed: 3, secretEvery: 1_000_000 })
    const [before, after] = [bytes.toString(), redact(bytes)].map((text) => JSON.parse(text) as { resources: { instances: { private?: string | null }[] }[] })
    for (const resource of before?.resources ?? []) for (const instance of resource.instances) if ('private' in instance) instance.private = null
    expect(after).toEqual(before)
  })

  test('more secrets than can be searched for are refused', () => {
    const instances = Array.from({ length: 50_001 }, (_, i) => ({ index_key: i, attributes: { result: `word-${i}` } }))
    expect(codeOf(() => redactState(state([{ type: 'random_password', instances }])))).toBe('state_too_many_secrets')
  })
})

describe('addresses', () => {
  const body = state([
    { name: 'a', instances: [{ index_key: 'hunter2-secret', attributes: {} }, { index_key: 'web', attributes: {} }, { index_key: 'x-hunter2-secret-y', attributes: {} }] },
    { type: 'random_password', name: 'p', instances: [{ attributes: { result: 'hunter2-secret' } }] },
  ])

  test('a key that holds a sensitive value is masked', () => {
    expect(redactedAddresses(readState(body))).toEqual(['aws_vpc.a["(masked:sensitive 1)"]', 'aws_vpc.a["(masked:sensitive 2)"]', 'aws_vpc.a["web"]', 'random_password.p'])
  })

  test('with a key, the mask of one index key is the same in every version, and another one elsewhere', () => {
    const key = Buffer.alloc(32, 9)
    const fewer = state([{ name: 'a', instances: [{ index_key: 'x-hunter2-secret-y', attributes: {} }] }, { type: 'random_password', name: 'p', instances: [{ attributes: { result: 'hunter2-secret' } }] }])
    const [all, some, other] = [readState(body, { key }), readState(fewer, { key }), readState(fewer, { key: Buffer.alloc(32, 8) })].map(redactedAddresses)
    expect(all).toContain(some?.[0])
    expect(some?.[0]).toMatch(/^aws_vpc\.a\["\(masked:sensitive [0-9a-f]{12}\)"\]$/)
    expect(other?.[0]).not.toBe(some?.[0])
  })

  test('without a key, a masked index key that comes first does not make the others look changed', () => {
    const version = (...keys: string[]): ReturnType<typeof readState> => readState(state([{ name: 'a', instances: keys.map((index_key) => ({ index_key, attributes: { id: index_key.toUpperCase() } })) }, { type: 'random_password', name: 'p', instances: ['x1-secret', 'x2-secret', 'x3-secret'].map((result, index_key) => ({ index_key, attributes: { result } })) }]))
    expect(compareStates(version('x2-secret', 'x3-secret'), version('x1-secret', 'x2-secret', 'x3-secret'))).toMatchObject({ added: ['aws_vpc.a["(masked:sensitive 1)"]'], changed: [], removed: [] })
    expect(compareStates(version('x1-secret', 'x2-secret'), version('x2-secret'))).toMatchObject({ added: [], changed: [], removed: ['aws_vpc.a["(masked:sensitive 1)"]'] })
    expect(compareStates(version('x1-secret', 'x2-secret'), version('x2-secret', 'x3-secret'))).toMatchObject({ added: [], changed: ['aws_vpc.a["(masked:sensitive 2)"]'], removed: [] })
    const alike = (...keys: string[]): ReturnType<typeof readState> => readState(state([{ name: 'a', instances: keys.map((index_key) => ({ index_key, attributes: {} })) }, { type: 'random_password', name: 'p', instances: ['x1-secret', 'x2-secret'].map((result, index_key) => ({ index_key, attributes: { result } })) }]))
    expect(compareStates(alike('x1-secret', 'x2-secret'), alike('x2-secret')).removed).toHaveLength(1)
  })

  test('plain words of the configuration stay, though one is a password', () => {
    const plain = state([{ name: 'billing', provider: aws, instances: [{ attributes: {} }] }, { type: 'random_password', name: 'p', instances: [{ attributes: { result: 'billing' } }] }])
    expect(redactedAddresses(readState(plain))[0]).toBe('aws_vpc.billing')
  })
})

describe('outputs only', () => {
  test('the outputs in their own bytes, and nothing else of the body', () => {
    const text = one('aws_vpc', { password: 'hunter2secret' }).toString().replace('"outputs": {}', '"outputs": {"a": {"value": "s\\u00e9cret", "type": "string", "sensitive": true}, "n": {"value": 12345678901234567890, "type": "number"}}')
    const out = Buffer.from(outputsOnly(Buffer.from(text))).toString()
    expect(out).toContain('"outputs":{"a":{"value": "s\\u00e9cret", "type": "string", "sensitive": true},"n":{"value": 12345678901234567890, "type": "number"}},"resources":[]')
    expect(out).not.toContain('hunter2')
    expect(readState(Buffer.from(out))).toMatchObject({ serial: 3, resources: 0, instances: [] })
  })
})
