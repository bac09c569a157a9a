/** What is told of a change, when the adversary writes the change. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultPolicy, describeChange, parsePolicy } from '../../src/policy/index.ts'
import type { Policy } from '../../src/policy/index.ts'

const nothing = 'Nothing that this version asks for changes.'
const parse = (text: string): Policy => parsePolicy(text, { demonstration: true })
const base = parse(defaultPolicy)
const from = (text: string): string[] => describeChange(base, parse(text))
const before = (rule: string, text: string, source = defaultPolicy): string => source.replace(`  - name: ${rule}`, `${text}\n  - name: ${rule}`)
const loosening = (sentences: string[]) => sentences.filter((sentence) => /^(?:Loosens|May loosen): /.test(sentence))

describe('a change whose author knows how it is looked at', () => {
  it('is told although every workspace that could be guessed is asked what it was asked before', () => {
    const blind = before('a person countersigns', `  - name: as before
    when: { action: run.apply, workspace: ["x/*", "project/*"] }
    then: countersign
    require: { assurance: aal2, phishing-resistant: true, fresh: 10m }
    expires: 15m
  - name: tidy
    when: { action: run.apply, workspace: "*/*" }
    then: allow`)
    expect(from(blind)[0]).toBe('Loosens: a new rule, number 5: "tidy": when action is run.apply, and workspace is */*, it is allowed without a countersignature.')
    expect(from(blind).join('\n')).toMatch(/For example, [a-z]{8}\/[a-z]{8}, apply, risk low, medium, high, critical: countersigned .* -> allowed/)
  })

  it('tries names that nobody can foresee', () => {
    const open = before('tearing', '  - name: z\n    when: { workspace: "x/*" }\n    then: countersign\n  - name: y\n    when: { workspace: "*/*" }\n    then: allow')
    expect(from(open)).not.toEqual(from(open))
  })

  it('hides no loosening behind others: it comes first, and is never cut off', () => {
    const many = Array.from({ length: 300 }, (_, i) => `  - name: e${i}\n    workspaces: ["a${i}/x"]`).join('\n')
    const flood = before('dev', many).replace('environment: prod, risk: none', 'environment: prod, risk: [none, low, medium, high, critical]')
    expect(from(flood)[0]).toMatch(/^Loosens: the rule "nothing changes in production"/)
    const allows = Array.from({ length: 1200 }, (_, i) => `  - name: a${i}\n    when: { action: run.apply, workspace: "a${i}/*" }\n    then: allow`).join('\n')
    expect(loosening(from(before('tearing', allows)))).toHaveLength(1200)
  })

  it('cannot put words of its own in the place of ours', () => {
    const [told] = from(before('tearing', `  - name: ${JSON.stringify('x": stays as it is.\nNothing\u202e else')}\n    when: {}\n    then: allow`))
    expect(told).toBe('Loosens: a new rule, number 1: "x\\": stays as it is.\\nNothing\\u{202e} else": when action is run.apply, it is allowed without a countersignature.')
  })

  it('is told whole in sentences that a statement takes, however long', () => {
    const patterns = Array.from({ length: 2000 }, (_, i) => `"team${i}/*"`).join(', ')
    const names = Array.from({ length: 60 }, (_, i) => JSON.stringify(`${'𝔸é'.repeat(30)}${i}`)).join(', ')
    const long = from(before('tearing', `  - name: z\n    when: { workspace: [${patterns}, "${'y'.repeat(9000)}/*"], environment: [${names}] }\n    then: allow`))
    for (const sentence of long) {
      expect(Buffer.byteLength(sentence)).toBeLessThanOrEqual(4096)
      expect(sentence).not.toMatch(/\p{Surrogate}/u)
    }
    expect(long.join(' ')).toContain('team1999/*')
    expect(long.join('').replaceAll(/[^y]/g, '').length).toBeGreaterThanOrEqual(9000)
  })
})

describe('each kind of change', () => {
  it.each([
    ['a weaker requirement', defaultPolicy.replace('phishing-resistant: true, fresh: 10m', 'phishing-resistant: false, fresh: 10m'), /^Loosens: the rule "a person countersigns" changes/],
    ['a longer freshness', defaultPolicy.replace('require: { fresh: 10m }', 'require: { fresh: 900h }'), /^Loosens: the rule "tearing down/],
    ['a longer wait', defaultPolicy.replace('expires: 15m', 'expires: 15h'), /^Loosens: the rule "a person countersigns"/],
    ['a stronger requirement', defaultPolicy.replace('require: { fresh: 10m }', 'require: { fresh: 1m }'), /^Tightens: the rule "tearing down/],
    ['a rule that is gone', defaultPolicy.replace(/ {2}- name: tearing[^]*?\n\n/, ''), /^Loosens: a rule is gone: "tearing down/],
    ['a permission that is gone', defaultPolicy.replace(/ {2}- name: harmless[^]*?\n\n/, ''), /^Tightens: a rule is gone: "harmless/],
    ['a rule that moves', defaultPolicy.replace(/( {2}- name: tearing[^]*?\n\n)( {2}- name: harmless[^]*?\n\n)/, '$2$1'), /^(?:Loosens|May loosen): the rule "\w.* stays as it is: .* It moves from place \d to \d of the rules\.$/],
    ['a narrower question', defaultPolicy.replace('action: run.apply, scope: destroy', 'action: run.apply, scope: destroy, risk: high'), /^Loosens: the rule "tearing down/],
    ['a denial', before('tearing', '  - name: freeze\n    when: { environment: prod }\n    then: deny\n    reason: not today'), /^Tightens: a new rule, number 1: "freeze": .* it is denied, because "not today"/],
    ['another name', defaultPolicy.replace('harmless changes pass', 'small ones'), /^Changes: the rule "harmless changes pass", now called "small ones", asks for the same as before/],
    ['a pattern out of the default prod', defaultPolicy.replace('"*/dev"', '"*/dev", "shop/payments"'), /^Loosens: workspaces that match shop\/payments are now dev; before, they were prod/],
    ['a pattern back to prod', defaultPolicy.replace('"*/sandbox", ', ''), /^Tightens: workspaces that match \*\/sandbox are no longer dev/],
    ['the order of environments', defaultPolicy.replace(/( {2}- name: dev\n.*\n)( {2}- name: staging\n.*\n)/, '$2$1'), /^May loosen: the order of the environments/],
    ['a demonstration', defaultPolicy.replace('version: 1', 'version: 1\ndemonstration: true'), /^Loosens: the policy becomes a demonstration's/],
    ['what is written out', defaultPolicy.replace('require: { fresh: 10m }', 'require: { fresh: 600s }\n    expires: 900s'), /^Nothing/],
    ['what was left away', defaultPolicy.replace('    require: { fresh: 10m }\n', ''), /^Changes: the rule "tearing down .* asks for the same/],
  ])('%s', (_, text, told) => {
    expect(text).not.toBe(defaultPolicy)
    expect(from(text)[0]).toMatch(told)
  })

  it('comments and the order of members mean nothing, and only they', () => {
    expect(from(`# a remark\n${defaultPolicy.replace('when: { action: run.apply, scope: destroy }\n    then: countersign', 'then: countersign\n    when: { scope: destroy, action: run.apply }')}`)).toEqual([nothing])
    expect(from(defaultPolicy.replace('[dev, staging]', '[staging, dev]'))[0]).toMatch(/^Changes: the rule "harmless/)
  })
})

describe('whatever the change', () => {
  const some = <T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 })
  const pattern = fc.constantFrom('a/*', '*/b', 'a/b', '*/*')
  const when = fc.record({
    environment: some('dev', 'lab', 'prod'), risk: some('none', 'low', 'critical'), scope: some('apply', 'destroy'), workspace: fc.array(pattern, { minLength: 1, maxLength: 2 }),
  }, { requiredKeys: [] })
  const body = fc.oneof(
    fc.constant({ then: 'allow' }), fc.constant({ then: 'deny', reason: 'no' }),
    fc.record({ then: fc.constant('countersign'), require: fc.record({ fresh: fc.constantFrom('1m', '9m'), assurance: fc.constantFrom('aal1', 'aal2') }) }),
  )
  const rule = fc.tuple(fc.constantFrom('p', 'q', 'r', 's', 't'), when, body).map(([name, condition, rest]) => ({ name, when: condition, ...rest }))
  const document = fc.record({
    version: fc.constant(1),
    environments: fc.array(fc.record({ name: fc.constantFrom('dev', 'lab', 'prod'), workspaces: fc.array(pattern, { minLength: 1, maxLength: 2 }) }), { maxLength: 2 }),
    rules: fc.uniqueArray(rule, { minLength: 1, maxLength: 4, selector: (one) => one.name }),
  })
  const rank = { allow: 0, 'step-up': 1, deny: 2 }

  /** Is any run asked for less? Every kind of workspace that the patterns above tell apart is tried. */
  function looser(one: Policy, other: Policy): boolean {
    return ['a/b', 'a/c', 'c/b', 'c/c'].some((workspace) => (['none', 'low', 'critical'] as const).some((risk) => (['apply', 'destroy'] as const).some((scope) => {
      const [was, is] = [one, other].map((policy) => policy.evaluate({
        action: 'run.apply', workspace, environment: policy.environmentOf(workspace).name, risk, scope, mode: 'wrapped', requester: { id: '', roles: [] },
      }))
      if (!was || !is || rank[is.effect] !== rank[was.effect]) return was !== undefined && is !== undefined && rank[is.effect] < rank[was.effect]
      return was.effect === 'step-up' && is.effect === 'step-up'
        && (is.requirement.freshSeconds > was.requirement.freshSeconds || is.requirement.assurance < was.requirement.assurance)
    })))
  }

  it('a run that is asked for less than before is never told as if nothing were loosened', () => {
    fc.assert(fc.property(document, document, fc.integer({ min: 0, max: 3 }), (one, other, kept) => {
      const changed = { ...other, rules: [...one.rules.slice(0, kept), ...other.rules.filter((rule) => !one.rules.slice(0, kept).some((known) => known.name === rule.name))] }
      const fewer = { ...one, rules: one.rules.filter((_, at) => at !== kept || one.rules.length === 1) }
      const elsewhere = { ...one, rules: one.rules.map((rule, at) => (at === kept ? { ...rule, when: other.rules[0]?.when ?? {} } : rule)) }
      for (const next of [other, fewer, elsewhere, changed, { ...one, rules: one.rules.toReversed() }, { ...one, environments: other.environments }]) {
        const [a, b] = [parse(JSON.stringify(one)), parse(JSON.stringify(next))]
        if (looser(a, b)) expect(loosening(describeChange(a, b)).length).toBeGreaterThan(0)
      }
    }), { numRuns: 600 })
  })
})
