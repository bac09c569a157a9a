/** Each place that Terraform knows a secret from, alone: what stands there is searched for in what is kept. */
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/plan/index.ts'
import { change, redacted } from './plans.ts'

const secret = 'gathered-secret-value'
const marked = { values: { v: secret }, sensitive_values: { v: true } }
const root = (module: JsonObject): JsonObject => ({ configuration: { root_module: module } })

test.each<[string, JsonObject]>([
  ['a sensitive variable', { variables: { x: { value: secret } }, ...root({ variables: { x: { sensitive: true } } }) }],
  ['a variable whose name says so', { variables: { db_password: { value: secret } } }],
  ['the default of a sensitive variable', root({ variables: { x: { sensitive: true, default: [secret] } } })],
  ['a literal passed to a sensitive variable of a module', root({ module_calls: { m: { expressions: { x: { constant_value: secret } }, module: { variables: { x: { sensitive: true } } } } } })],
  ['a default in a module of a module', root({ module_calls: { m: { module: { module_calls: { n: { module: { variables: { x: { sensitive: true, default: secret } } } } } } } } })],
  ['the literal of a sensitive output', root({ outputs: { o: { sensitive: true, expression: { constant_value: secret } } } })],
  ['a provider\'s setting', { configuration: { provider_config: { p: { expressions: { auth: [{ token: { constant_value: secret } }] } } } } }],
  ['a planned value', { planned_values: { root_module: { resources: [marked] } } }],
  ['a planned value of a module', { planned_values: { root_module: { child_modules: [{ child_modules: [{ resources: [marked] }] }] } } }],
  ['a planned output', { planned_values: { outputs: { o: { sensitive: true, value: { deep: secret } } } } }],
  ['the prior state', { prior_state: { values: { root_module: { resources: [marked] } } } }],
  ['an output of the prior state', { prior_state: { values: { outputs: { o: { sensitive: true, value: secret } } } } }],
  ['drift', { resource_drift: [change({ before: { v: secret }, after: { v: 'x' }, beforeSensitive: { v: true } })] }],
  ['a deferred change', { deferred_changes: [{ reason: 'r', resource_change: change({ after: { v: secret }, afterSensitive: { v: true } }) }] }],
  ['an action\'s setting', { action_invocations: [{ address: 'a', config_values: { v: secret }, config_sensitive: { v: true } }] }],
  ['an output change', { output_changes: { o: { actions: ['create'], before: null, after: secret, after_sensitive: true } } }],
  ['an output of an old Terraform', { output_changes: { o: { actions: ['create'], before: null, after: secret } }, ...root({ outputs: { o: { sensitive: true } } }) }],
])('%s', (_name, more) => {
  const { text } = redacted([change({ after: { note: `x ${secret} y` } })], more)
  expect(text).not.toContain(secret)
  expect(text).toContain('x (masked:sensitive) y')
})

test('without any of them the value stays', () => {
  expect(redacted([change({ after: { note: `x ${secret} y` } })]).text).toContain(secret)
})

test('a value inside base64 of a longer text is found at each alignment', () => {
  for (const before of ['', '1', '12', '123']) {
    const { text } = redacted([change({ after: { user_data: btoa(`${before}${secret} and more`) } })], root({ variables: { x: { sensitive: true, default: secret } } }))
    expect(text).toContain('(masked:sensitive)')
    expect(text).not.toContain(btoa(secret.slice(3, 15)).slice(0, 12))
  }
})

test('half a character, which only an escape can spell, becomes the replacement character', () => {
  const { text } = redacted([change({ after: { v: 'HALF' } })])
  expect(text).toContain('HALF')
  const half = redacted([change({ after: { v: '\ud800' } })])
  expect(half.text).toContain('"v":"\ufffd"')
})
