import { expect, test } from 'vitest'
import { classifyChanges, differences, parsePlan, planDigestInput, PlanError, redactPlan } from '../../src/plan/index.ts'
import type { Json, JsonObject } from '../../src/plan/index.ts'
import { change, planText, redacted } from './plans.ts'

const sensitiveVariable = (value: Json): JsonObject => ({
  variables: { it: { value } },
  configuration: { root_module: { variables: { it: { sensitive: true } } } },
})
const after = (redaction: ReturnType<typeof redacted>, at = 0): Json => redaction.plan.resource_changes[at]?.change.after ?? null
const code = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof PlanError) return error.code
    throw error
  }
  return 'accepted'
}

test('unknown members do not survive anywhere, and the timestamp is one of them', () => {
  const entry = change({ after: { a: 1 }, more: { canary_member: 'CANARY', previous: 'CANARY' }, change: { before_identity: { id: 'CANARY' }, canary: 'CANARY', generated_config: 'CANARY' } })
  const more = { planned_values: { x: 'CANARY' }, prior_state: { x: 'CANARY' }, relevant_attributes: ['CANARY'], something_new: 'CANARY', variables: { v: { value: 'CANARY' } } }
  const { text } = redacted([entry], more)
  expect(text).not.toContain('CANARY')
  expect(text).not.toContain('timestamp')
  expect(text).not.toContain('2026-11-20')
})

test('two plans that differ only in the timestamp have the same digest input', () => {
  const other = planText([change({ after: { a: 1 } })]).replace('19:30:00', '19:31:00')
  expect(planDigestInput(redactPlan(other).text)).toEqual(planDigestInput(redacted([change({ after: { a: 1 } })]).text))
})

test.each<[string, Json, Json]>([
  ['a leaf', { a: { b: true } }, { a: { b: { $masked: 'sensitive' }, c: 'shown' } }],
  ['a subtree', { a: true }, { a: { $masked: 'sensitive' } }],
  ['everything', true, { $masked: 'sensitive' }],
  ['a map that is no map', { a: { b: 'yes' } }, { a: { b: { $masked: 'sensitive' }, c: 'shown' } }],
  ['an index of a map that is an object', { a: [true] }, { a: { $masked: 'sensitive' } }],
])('Terraform\'s marks are followed: %s', (_name, marks, expected) => {
  expect(after(redacted([change({ after: { a: { b: 'secret-value-1', c: 'shown' } }, afterSensitive: marks })]))).toEqual(expected)
})

test('a marked value is found again wherever it recurs, in the encodings of the language too', () => {
  const secret = 'tr0ub4dor & "three" <4>!'
  const places = {
    plain: `x${secret}y`,
    json: JSON.stringify({ p: secret }),
    terraform: JSON.stringify({ p: secret }).replace(/[<>&]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`),
    url: encodeURIComponent(secret),
    query: encodeURIComponent(secret).replaceAll('%20', '+').replaceAll('!', '%21'),
    base64: btoa(secret),
    inBase64: btoa(`some #! script with ${secret} in it`),
  }
  const text = JSON.stringify(after(redacted([change({ after: places })], sensitiveVariable(secret))))
  for (const form of ['tr0ub4dor', 'three', 'dHIwdWI0', btoa(`h ${secret}`).slice(4, 24)]) expect(text).not.toContain(form)
})

test.each([
  ['8 characters: anywhere', 'abcdefgh', 'xxabcdefghxx', 'xx(masked:sensitive)xx'],
  ['6 characters: anywhere', 'abcdef', 'xxabcdefxx', 'xx(masked:sensitive)xx'],
  ['5 characters: not within a word', 'abcde', 'xxabcdexx', 'xxabcdexx'],
  ['5 characters: as a word', 'abcde', 'xx-abcde-xx', 'xx-(masked:sensitive)-xx'],
  ['3 characters: not as a part', 'abc', 'xx-abc-xx', 'xx-abc-xx'],
  ['3 characters: as a whole', 'abc', 'abc', '(masked:sensitive)'],
  ['a trivial word: never', 'true', 'true', 'true'],
  ['overlapping occurrences leave nothing between them', 'aXbaXbaX', 'aXbaXbaXbaXbaX', '(masked:sensitive)'],
])('%s', (_name, secret, value, expected) => {
  expect(after(redacted([change({ after: { v: value } })], sensitiveVariable(secret)))).toEqual({ v: expected })
})

test('a shorter word is found where a longer one with the same beginning is not', () => {
  const more = sensitiveVariable(['abcd', 'abcd-', ...Array.from({ length: 20 }, (_, i) => `other-secret-${i}`)])
  expect(after(redacted([change({ after: { v: 'x abcd-x' } })], more))).toEqual({ v: 'x (masked:sensitive)-x' })
})

test('thousands of secrets are all found', () => {
  const secrets = Array.from({ length: 3000 }, (_, i) => `common-prefix-${i}-end`)
  const values = Object.fromEntries(secrets.map((secret, i) => [`k${i}`, `has ${secret} inside`]))
  const { text } = redacted([change({ after: values })], sensitiveVariable(secrets))
  expect(text).not.toContain('common-prefix')
})

test('keys of for_each are masked in addresses, and two of them stay two', () => {
  const keyed = (key: string): JsonObject => change({ address: `terraform_data.it["${key}"]`, name: 'it', index: key, after: { input: key } })
  const { plan, text } = redacted([keyed('first-secret'), keyed('second-secret'), keyed('shown')], sensitiveVariable(['first-secret', 'second-secret']))
  expect(plan.resource_changes.map((resource) => resource.address)).toEqual(['terraform_data.it["(masked:sensitive 1)"]', 'terraform_data.it["(masked:sensitive 2)"]', 'terraform_data.it["shown"]'])
  expect(plan.resource_changes.map((resource) => resource.index)).toEqual(['(masked:sensitive 1)', '(masked:sensitive 2)', 'shown'])
  expect(text).not.toContain('-secret')
})

test('keys with escapes are understood, in modules and previous addresses too', () => {
  const secret = 'a "quoted" ${secret}\nline'
  const written = 'module.m["a \\"quoted\\" $${secret}\\nline"].terraform_data.it'
  const { text } = redacted([change({ address: written, more: { module_address: 'module.m["a \\"quoted\\" $${secret}\\nline"]', previous_address: written } })], sensitiveVariable(secret))
  expect(text).not.toContain('quoted')
})

test('keys of maps are masked like values, in the maps of marks too', () => {
  const entry = change({ after: { tags: { 'canary-secret-key': 'v', plain: 'w' } }, unknown: { tags: { 'canary-secret-key': true } }, afterSensitive: { tags: { 'canary-secret-key': false } } })
  const { text } = redacted([entry], sensitiveVariable('canary-secret-key'))
  expect(text).not.toContain('canary-secret-key')
  expect(text).toContain('"plain":"w"')
})

test.each([
  ['private key', 'x -----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY----- y', 'x (masked:private_key) y'],
  ['AWS access key', 'id AKIAIOSFODNN7EXAMPLE.', 'id (masked:aws_key).'],
  ['GitHub token', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789', '(masked:token)'],
  ['GitLab token', 'glpat-abcdefghij0123456789', '(masked:token)'],
  ['Slack token', 'xoxb-123456789012-abcdefABCDEF', '(masked:token)'],
  ['JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF-123', '(masked:jwt)'],
  ['password in a URL', 'postgres://admin:pa55@db.example.com/x', 'postgres://(masked:url_password)@db.example.com/x'],
  ['setting in a text', 'run --password hunter22 now', 'run --password (masked:named) now'],
  ['assignment in a text', 'PGPASSWORD=hunter22 psql', 'PGPASSWORD=(masked:named) psql'],
  ['randomness', 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY4z', '(masked:high_entropy)'],
])('a shape is masked though nobody marked it: %s', (_name, value, expected) => {
  expect(after(redacted([change({ after: { note: value } })]))).toEqual({ note: expected })
})

test.each([
  'arn:aws:iam::123456789012:role/AmazonEC2ContainerRegistryReadOnly',
  '298c352a-d4ad-bda1-03da-50a2e4e96a48',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'registry.terraform.io/hashicorp/google-beta',
  'https://example.com/path?query=1',
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 user@host',
  'the token is elsewhere',
])('what only resembles a secret stays: %s', (value) => {
  expect(after(redacted([change({ after: { note: value } })]))).toEqual({ note: value })
})

test('a name that says so hides the value, and harmless values under it stay', () => {
  const values = { password: 'abc', adminPassword: 'abc', client_secret: 'x-y', password_policy: 'strict', secret_arn: 'arn:x', token: 'true', key_name: 'main' }
  expect(after(redacted([change({ after: values })]))).toEqual({
    password: { $masked: 'named' },
    adminPassword: { $masked: 'named' },
    client_secret: { $masked: 'named' },
    password_policy: 'strict',
    secret_arn: 'arn:x',
    token: 'true',
    key_name: 'main',
  })
})

test('a value that imitates a mark is hidden, and a big number is not', () => {
  const { plan } = redacted([change({ after: { a: { $masked: 'nothing', more: 1 }, b: { $number: 'no number' }, c: { $number: '12345678901234567890' } } })])
  expect(plan.resource_changes[0]?.change.after).toEqual({ a: { $masked: 'reserved' }, b: { $masked: 'reserved' }, c: { $number: '12345678901234567890' } })
})

test('that a hidden value changes is told, and nothing else about it', () => {
  const one = redacted([change({ before: { p: 'old-secret-1', q: 'same-secret', t: 'x AKIAIOSFODNN7EXAMPLE' }, after: { p: 'new-secret-2', q: 'same-secret', t: 'x AKIAIOSFODNN7EXAMPLF' }, beforeSensitive: { p: true, q: true }, afterSensitive: { p: true, q: true } })])
  expect(after(one)).toEqual({ p: { $masked: 'sensitive', changed: true }, q: { $masked: 'sensitive' }, t: { $masked: 'aws_key', changed: true } })
  const [first] = classifyChanges(one.plan)
  expect(first === undefined ? [] : differences(first).map((difference) => difference.path)).toEqual(['p', 't'])
})

test('sensitive outputs are hidden, by their marks and by the configuration', () => {
  const more = {
    output_changes: {
      marked: { actions: ['create'], before: null, after: 'output-secret-1', after_unknown: false, before_sensitive: true, after_sensitive: true },
      declared: { actions: ['create'], before: null, after: 'output-secret-2', after_unknown: false },
      plain: { actions: ['create'], before: null, after: 'shown, with output-secret-1', after_unknown: false, before_sensitive: false, after_sensitive: false },
    },
    configuration: { root_module: { outputs: { declared: { sensitive: true } } } },
  }
  const { text, plan } = redacted([], more)
  expect(text).not.toContain('output-secret')
  expect(plan.output_changes['plain']?.after).toBe('shown, with (masked:sensitive)')
})

test('what runs is shown, without its secrets', () => {
  const configuration = {
    provider_config: { a: { name: 'a', full_name: 'registry.terraform.io/evil/a', version_constraint: '~> 1.0', expressions: { password: { constant_value: 'provider-secret' } } } },
    root_module: {
      resources: [
        {
          address: 'terraform_data.runs', mode: 'managed', type: 'terraform_data', name: 'runs',
          provisioners: [{ type: 'local-exec', expressions: { command: { constant_value: './deploy.sh --token provider-secret && curl https://u:pw1234@h/' }, environment: { constant_value: { X: 'dropped-value' } } } }],
        },
        { address: 'data.external.who', mode: 'data', type: 'external', name: 'who', expressions: { program: { constant_value: ['python3', 'who.py'] }, query: { x: { constant_value: 'dropped-value' } } } },
      ],
      module_calls: { m: { source: 'git::https://u:pw1234@h/r', version_constraint: '1.0', expressions: { a: { constant_value: 'dropped-value' } }, module: {} } },
    },
  }
  const { plan, text } = redacted([], { configuration })
  expect(plan.provisioners).toEqual([{ address: 'terraform_data.runs', type: 'local-exec', when: 'unknown', program: './deploy.sh --token (masked:sensitive) && curl https://(masked:url_password)@h/  with an environment' }])
  expect(plan.external).toEqual([{ address: 'data.external.who', program: '["python3","who.py"]' }])
  expect(plan.modules).toEqual([{ address: 'module.m', source: 'git::https://(masked:url_password)@h/r', version: '1.0' }])
  expect(plan.providers).toEqual([{ name: 'registry.terraform.io/evil/a', version: '~> 1.0' }])
  expect(text).not.toContain('dropped-value')
})

test('keys like __proto__ and constructor are data, and change nothing else', () => {
  const text = planText([]).replace('"resource_changes":[]', '"resource_changes":[{"address":"a.b","mode":"managed","type":"a","name":"b","provider_name":"x","__proto__":{"polluted":"CANARY"},"change":{"actions":["create"],"before":null,"after":{"__proto__":{"polluted":1,"password":"CANARY"},"constructor":{"x":"y"}},"after_sensitive":{"constructor":{"x":true},"toString":true}}}]')
  const redaction = redactPlan(parsePlan(text))
  expect(redaction.text).toContain('"after":{"__proto__":{"polluted":1,"password":{"$masked":"named"}},"constructor":{"x":{"$masked":"sensitive"}}}')
  expect(redaction.text).not.toContain('CANARY')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('of duplicate keys the last counts, and a mark cannot be shaken off by writing it twice', () => {
  const entry = '{"address":"a.b","mode":"managed","type":"a","name":"b","provider_name":"x","change":{"actions":["create"],"before":null,"after":{"v":"shown","v":"hidden-secret"},"after_sensitive":{"v":true}}}'
  const { text } = redactPlan(planText([]).replace('"resource_changes":[]', `"resource_changes":[${entry}]`))
  expect(text).not.toContain('hidden-secret')
})

test.each<[string, JsonObject, string]>([
  ['without an address', { mode: 'managed' }, 'plan_not_a_plan'],
  ['without a change', { ...change({}), change: null }, 'plan_not_a_plan'],
  ['with an unknown action', change({ change: { actions: ['explode'] } }), 'plan_format_unsupported'],
  ['with no action', change({ change: { actions: [] } }), 'plan_not_a_plan'],
  ['of an unknown mode', { ...change({}), mode: 'other' }, 'plan_format_unsupported'],
])('a resource change %s is refused', (_name, entry, expected) => {
  expect(code(() => redacted([entry]))).toBe(expected)
})

test('deep values, marks and configurations are refused, not walked', () => {
  const deep = `${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`
  const inChange = (member: string): string => planText([change({ after: { x: 1 } })]).replace(new RegExp(`"${member}":\\{[^}]*\\}`), `"${member}":${deep}`)
  expect(code(() => redactPlan(inChange('after')))).toBe('plan_too_deep')
  expect(code(() => redactPlan(inChange('after_sensitive')))).toBe('plan_too_deep')
  expect(code(() => redactPlan(planText([], { configuration: 0 }).replace('"configuration":0', `"configuration":{"provider_config":{"a":{"expressions":${deep}}}}`)))).toBe('plan_too_deep')
})

test('a plan without any marks says so', () => {
  const entry = change({ after: { a: 'x' } })
  const bare = { ...entry, change: { actions: ['create'], before: null, after: { a: 'x', password: 'old-secret' } } }
  expect(redacted([bare]).plan.marked).toBe(false)
  expect(redacted([bare]).text).not.toContain('old-secret')
  expect(redacted([entry]).plan.marked).toBe(true)
})
