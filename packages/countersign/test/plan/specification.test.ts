import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { planErrorCodes, riskCodes } from '../../src/plan/index.ts'
import { maskReasons } from '../../src/plan/redact/marks.ts'
import { relevant, relevance } from '../../src/plan/risk/relevance.ts'
import { attributeRules } from '../../src/plan/risk/rules/attributes.ts'
import { rangeNames } from '../../src/plan/risk/rules/network.ts'
import { documentNames } from '../../src/plan/risk/rules/policies.ts'

const specification = readFileSync(resolve(import.meta.dirname, '../../../../docs/spec/plan.md'), 'utf8')

test('the specification lists every reason with its level, and no other', () => {
  const rows = [...specification.matchAll(/^\| `([a-z_]+)` \| (none|low|medium|high|critical) \| (.+) \|$/gm)].map(([, code, level, says]) => [code, level, says])
  expect(rows).toEqual(Object.entries(riskCodes).map(([code, { level, says }]) => [code, level, says]))
})

test('the specification names every error code and every reason of a mask', () => {
  for (const code of [...planErrorCodes, ...maskReasons]) expect(specification).toContain(`\`${code}\``)
})

test('every attribute that a rule looks for is looked for before the rule runs', () => {
  const bits = (name: string): number => relevant({ before: null, after: { deep: [{ [name]: 'x' }] }, after_unknown: false })
  for (const name of attributeRules.keys()) expect([name, bits(name) & relevance.attributes]).toEqual([name, relevance.attributes])
  for (const name of rangeNames) expect([name, bits(name) & relevance.network]).toEqual([name, relevance.network])
  for (const name of documentNames) expect([name, bits(name) & relevance.policies]).toEqual([name, relevance.policies])
})
