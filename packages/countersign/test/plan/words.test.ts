/** Sensitive values in the words of a configuration, where no value stands by itself: the adversary names things. */
import { expect, test } from 'vitest'
import { assessRisk, classifyChanges, clientFindings, parsePlan, PlanError, redactPlan } from '../../src/plan/index.ts'
import { change, planText, redacted } from './plans.ts'

const secret = 'Zq7rT-vault-opening-phrase-91'
const marked = (value = secret) => change({ after: { a: value }, afterSensitive: { a: true } })

test.each([
  ['the name of a resource', [change({ name: secret, after: {} })], {}],
  ['the type of a resource', [change({ type: `x_${secret}`, after: {} })], {}],
  ['the name of a provider', [change({ more: { provider_name: `registry.terraform.io/x/${secret}` }, after: {} })], {}],
  ['the address of a module', [change({ address: `module.${secret}.x.y`, more: { module_address: `module.${secret}`, previous_address: `module.${secret}["k"].x.y` }, after: {} })], {}],
  ['a name across the dots of an address', [change({ address: `x.${secret.replace('-', '.')}`, after: {} }), marked(secret.replace('-', '.'))], {}],
  ['the type of drift', [], { resource_drift: [{ address: `x.y["${secret}"]`, type: secret, change: { actions: ['update'] } }] }],
  ['a deferred change', [], { deferred_changes: [{ reason: 'absent_prereq', resource_change: { address: `x.${secret}`, type: secret, change: { actions: ['create'], before: null, after: {} } } }] }],
  ['an action', [], { action_invocations: [{ address: `action.${secret}`, type: secret, provider_name: secret }] }],
  ['the name of an output', [], { output_changes: { [secret]: { actions: ['create'], before: null, after: 'x', after_unknown: false, before_sensitive: false, after_sensitive: false } } }],
  ['the type of a provisioner', [], { configuration: { root_module: { resources: [{ address: 'x.y', mode: 'managed', type: 'x', name: 'y', provisioners: [{ type: secret }] }] } } }],
])('%s does not carry one out', (_, changes, more) => {
  const { text, findings } = redacted([marked(), ...changes], more)
  expect(text).not.toContain(secret)
  expect(text).not.toContain(secret.replace('-', '.'))
  expect(text).toContain('(masked:sensitive')
  expect(JSON.stringify(findings)).not.toContain(secret)
})

test('the same word is hidden under the same number, so that an address still says which one it is', () => {
  const { plan } = redacted([marked(), change({ name: secret, after: {} }), change({ name: `${secret}2`, after: {} })])
  expect(plan.resource_changes.map(({ address, name }) => [address, name])).toEqual([
    ['terraform_data.example', 'example'],
    ['terraform_data.(masked:sensitive 1)', '(masked:sensitive 1)'],
    ['terraform_data.(masked:sensitive 2)', '(masked:sensitive 2)'],
  ])
})

test('plain words stay: a user name that is marked sensitive hides no provider and no type', () => {
  const { plan } = redacted([marked('terraform'), change({ type: 'aws_db_instance', name: 'postgres', after: { b: 'postgres' } }), marked('postgres'), marked('db')])
  expect(plan.resource_changes[1]).toMatchObject({ address: 'aws_db_instance.postgres', type: 'aws_db_instance', name: 'postgres', provider_name: 'registry.terraform.io/hashicorp/aws' })
})

test('hiding the type hides no danger: the client judges by the real one, and what is hidden counts as holding data', () => {
  const text = planText([marked('aws_s3_bucket'), change({ type: 'aws_s3_bucket', name: 'b', actions: ['delete'], before: {} })])
  const redaction = redactPlan(text)
  expect(redaction.text).not.toContain('aws_s3_bucket')
  expect(clientFindings(parsePlan(text), redaction).map((finding) => finding.code)).toContain('destroy_stateful')
  expect(redaction.plan.resource_changes[1]?.type).toBe('(masked:sensitive 1)')
  const changes = classifyChanges(redaction.plan)
  expect(assessRisk(changes, redaction.plan).reasons.map((reason) => reason.code)).toContain('destroy_stateful')
})

test('one that is left after all refuses the plan, and is not repeated', () => {
  const refusal = (): unknown => {
    try {
      return redacted([marked('1.11.4-rc7')], { terraform_version: '1.11.4-rc7' })
    } catch (error) {
      return error
    }
  }
  expect(refusal()).toBeInstanceOf(PlanError)
  expect(refusal()).toMatchObject({ code: 'plan_not_a_plan', message: expect.not.stringContaining('rc7') })
})
