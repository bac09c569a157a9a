import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultPolicy, demonstrationPolicy, describeChange, parsePolicy, PolicyError, stateInput, withFloor } from '../../src/policy/index.ts'
import type { PolicyInput } from '../../src/policy/index.ts'
import { matches } from '../../src/policy/evaluate.ts'

const strict = { demonstration: false }
const input = (over: Partial<PolicyInput>): PolicyInput => ({
  action: 'run.apply', workspace: 'shop/web-prod', environment: 'prod', risk: 'low', scope: 'apply', mode: 'wrapped', requester: { id: 'usr_1', roles: ['owner'] }, ...over,
})
const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof PolicyError) return error.code
    throw error
  }
  return 'accepted'
}

describe('the default policy', () => {
  const policy = parsePolicy(defaultPolicy, strict)

  it('treats a workspace that nobody mapped as production', () => {
    expect(policy.environmentOf('shop/anything')).toEqual({ name: 'prod', mapped: false })
    expect(policy.environmentOf('shop/dev')).toEqual({ name: 'dev', mapped: true })
    expect(policy.environmentOf('shop/web-staging')).toEqual({ name: 'staging', mapped: true })
  })

  it.each([
    ['dev', 'low', 'apply', 'allow'],
    ['dev', 'medium', 'apply', 'step-up'],
    ['staging', 'none', 'apply', 'allow'],
    ['prod', 'none', 'apply', 'allow'],
    ['prod', 'low', 'apply', 'step-up'],
    ['prod', 'critical', 'apply', 'step-up'],
    ['dev', 'none', 'destroy', 'step-up'],
  ] as const)('in %s a change of risk %s to %s is: %s', (environment, risk, scope, effect) => {
    expect(policy.evaluate(input({ environment, risk, scope })).effect).toBe(effect)
  })

  it('denies what no rule speaks of', () => {
    expect(policy.evaluate(input({ action: 'state.rollback' }))).toMatchObject({ effect: 'deny', rule: '(no rule)' })
  })

  it.each([
    ['state.credential', 'dev', 'step-up'], ['state.credential', 'prod', 'step-up'],
    ['state.plan', 'dev', 'allow'], ['state.plan', 'staging', 'allow'], ['state.plan', 'prod', 'step-up'],
    ['state.read-redacted', 'prod', 'allow'],
    ['state.read-outputs', 'dev', 'allow'], ['state.read-outputs', 'prod', 'step-up'],
    ['state.read', 'dev', 'step-up'], ['state.read', 'prod', 'step-up'],
    ['state.write', 'dev', 'step-up'], ['state.write', 'prod', 'step-up'],
  ] as const)('%s in %s is: %s', (action, environment, effect) => {
    expect(policy.evaluate(stateInput(action, { workspace: 'shop/x', environment, requester: { id: 'usr_1', roles: [] } })).effect).toBe(effect)
  })
})

describe('states', () => {
  const old = parsePolicy(defaultPolicy.slice(0, defaultPolicy.indexOf('\n  # States kept here')), strict)
  const asking = (text: string, action: 'state.read' | 'state.rollback' = 'state.rollback') =>
    parsePolicy(`version: 1\nrules:\n${text}`, strict).evaluate(stateInput(action, { workspace: 'shop/x', environment: 'prod', requester: { id: 'usr_1', roles: [] } }))
  const floor = { assurance: 'aal2', phishingResistant: true, freshSeconds: 300, selfStepUp: true, approvals: 0, approverRole: '', excludeRequester: false } as const

  it('are denied by a policy that says nothing of them, and what to do is said', () => {
    const decision = old.evaluate(stateInput('state.read', { workspace: 'shop/dev', environment: 'dev', requester: { id: 'usr_1', roles: [] } }))
    expect(decision).toMatchObject({ effect: 'deny', rule: '(no rule)', reasons: [{ code: 'no_rule', next: expect.stringContaining('countersign policy apply') }] })
  })

  it('are not opened by a permission that names no action', () => {
    expect(asking('  - { name: a, when: {}, then: allow }\n', 'state.read').effect).toBe('deny')
    expect(asking('  - { name: a, when: { action: state.read }, then: allow }\n', 'state.read').effect).toBe('allow')
    expect(asking('  - { name: a, when: {}, then: deny, reason: frozen }\n', 'state.read').reasons).toMatchObject([{ message: 'frozen' }])
  })

  it('have a floor that neither a permission nor silence loosens, and that a denial stands on', () => {
    expect(withFloor(asking('  - { name: a, when: { action: run.apply }, then: allow }\n'), floor)).toMatchObject({ effect: 'step-up', rule: '(floor)', requirement: floor })
    expect(withFloor(asking('  - { name: a, when: { action: state.rollback }, then: allow }\n'), floor)).toMatchObject({ effect: 'step-up', rule: 'a (floor)', requirement: floor })
    expect(withFloor(asking('  - { name: a, when: {}, then: deny, reason: frozen }\n'), floor)).toMatchObject({ effect: 'deny', rule: 'a' })
  })

  it('are asked for the stricter of floor and policy, member by member', () => {
    const weak = '  - { name: a, when: {}, then: countersign, require: { assurance: aal1, phishing-resistant: false, fresh: 8h, self-step-up: false, approvals: 2, approver-role: owner } }\n'
    expect(withFloor(asking(weak), floor)).toMatchObject({ requirement: { ...floor, approvals: 2, approverRole: 'owner' } })
    expect(withFloor(asking('  - { name: a, when: {}, then: countersign, require: { fresh: 1m } }\n'), floor)).toMatchObject({ requirement: { ...floor, freshSeconds: 60 } })
  })

  it('are among the examples of what a change means', () => {
    const said = describeChange(old, parsePolicy(defaultPolicy, strict)).join('\n')
    expect(said).toMatch(/^Loosens: a new rule, number 5: "outside production a plan reads its state": when action is state\.plan/)
    expect(said).toContain('For example, x/dev, state.plan, state.read-outputs, state.read-redacted: denied -> allowed.')
  })
})

describe('the floor', () => {
  const weak = parsePolicy('version: 1\nrules:\n  - name: weak\n    when: {}\n    then: countersign\n    require: { assurance: aal1, phishing-resistant: false }\n', strict)

  it.each(['high', 'critical'] as const)('asks for a phishing-resistant factor at risk %s, whatever the policy says', (risk) => {
    expect(weak.evaluate(input({ risk }))).toMatchObject({ requirement: { phishingResistant: true, assurance: 'aal2' } })
  })

  it('leaves lower risks to the policy', () => {
    expect(weak.evaluate(input({ risk: 'medium' }))).toMatchObject({ requirement: { phishingResistant: false, assurance: 'aal1' } })
  })
})

describe('a policy that is not one', () => {
  const rule = 'rules:\n  - { name: a, when: {}, then: allow }\n'
  it.each([
    ['not YAML', 'version: [', 'policy_not_yaml'],
    ['a repeated member', `version: 1\nversion: 1\n${rule}`, 'policy_not_yaml'],
    ['an alias', `version: 1\nrules:\n  - &x { name: a, when: {}, then: allow }\n  - *x\n`, 'policy_not_yaml'],
    ['no rules', 'version: 1\nrules: []\n', 'policy_invalid'],
    ['a misspelt condition', 'version: 1\nrules:\n  - { name: a, when: { enviroment: prod }, then: allow }\n', 'policy_invalid'],
    ['an unknown member', `version: 1\nextra: 1\n${rule}`, 'policy_invalid'],
    ['another version', `version: 2\n${rule}`, 'policy_invalid'],
    ['two rules of one name', 'version: 1\nrules:\n  - { name: a, when: {}, then: allow }\n  - { name: a, when: {}, then: allow }\n', 'policy_invalid'],
    ['approvals of nobody in particular', 'version: 1\nrules:\n  - { name: a, when: {}, then: countersign, require: { approvals: 2 } }\n', 'policy_invalid'],
    ['a countersignature by nobody', 'version: 1\nrules:\n  - { name: a, when: {}, then: countersign, require: { self-step-up: false } }\n', 'policy_invalid'],
    ['an assurance that no key can reach here', 'version: 1\nrules:\n  - { name: a, when: {}, then: countersign, require: { assurance: aal3 } }\n', 'policy_invalid'],
    ['a role of approvers and no approvals', 'version: 1\nrules:\n  - { name: a, when: {}, then: countersign, require: { approver-role: owner } }\n', 'policy_invalid'],
    ['a freshness of more than a year', 'version: 1\nrules:\n  - { name: a, when: {}, then: countersign, require: { fresh: 9999h } }\n', 'policy_invalid'],
    ['a duration without a unit', 'version: 1\nrules:\n  - { name: a, when: {}, then: countersign, expires: 15 }\n', 'policy_invalid'],
    ['a demonstration\'s', demonstrationPolicy, 'policy_demonstration'],
    ['a huge text', `# ${'x'.repeat(300_000)}\nversion: 1\n${rule}`, 'policy_too_large'],
    ['nothing', '', 'policy_invalid'],
    ['a list', '- 1\n', 'policy_invalid'],
  ])('%s is refused', (_, text, code) => {
    expect(codeOf(() => parsePolicy(text, strict))).toBe(code)
  })

  it('never throws anything but a PolicyError, whatever the text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => {
      expect(['accepted', 'policy_not_yaml', 'policy_invalid']).toContain(codeOf(() => parsePolicy(text, strict)))
    }), { numRuns: 300 })
  })

  it('a demonstration\'s policy is loaded by a server started for one', () => {
    expect(parsePolicy(demonstrationPolicy, { demonstration: true }).demonstration).toBe(true)
  })
})

describe('patterns of workspaces', () => {
  it.each([
    ['*/dev', 'shop/dev', true], ['*/dev', 'shop/x/dev', false], ['*/dev-*', 'shop/dev-1', true], ['*/*-dev', 'a/b-dev', true], ['*/*-dev', 'a/b-dev2', false],
    ['shop/*', 'shop/', true], ['shop/*', 'shopx/a', false], ['*/a*b*c', 'p/aXbYc', true], ['*/a*b*c', 'p/aXbY', false],
  ])('%s against %s: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected)
  })

  it('answers as a regular expression would', () => {
    const part = fc.stringMatching(/^[ab*]{1,6}$/)
    const name = fc.stringMatching(/^[ab/]{1,12}$/)
    fc.assert(fc.property(part, part, name, (left, right, text) => {
      const pattern = `${left}/${right}`
      expect(matches(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '[^/]*')}$`).test(text))
    }))
  })
})

describe('what a change means', () => {
  const base = parsePolicy(defaultPolicy, strict)

  it('says which workspaces move and what is loosened', () => {
    const looser = parsePolicy(defaultPolicy.replace('environment: [dev, staging], risk: [none, low]', 'environment: [dev, staging], risk: [none, low, medium, high, critical]'), strict)
    expect(describeChange(base, looser)[0]).toMatch(/^Loosens: the rule "harmless changes pass" changes\. Before: .* risk is none or low, .* Now: .* medium or high or critical, it is allowed/)
    expect(describeChange(base, looser).join('\n')).toMatch(/risk medium, high, critical: countersigned by the requester .* -> allowed/)
    const moved = parsePolicy(defaultPolicy.replace('"*/dev"', '"*/dev", "shop/payments"'), strict)
    expect(describeChange(base, moved)).toContain('For example, workspaces such as shop/payments move from prod to dev.')
  })

  it('says so when nothing changes but the words', () => {
    expect(describeChange(base, parsePolicy(`${defaultPolicy}# a remark\n`, strict))).toEqual(['Nothing that this version asks for changes.'])
  })
})
