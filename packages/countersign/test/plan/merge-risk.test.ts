import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { assessRisk, clientFindings, mergeRisk, parsePlan, PlanError, readFindings, redactPlan, riskCodes } from '../../src/plan/index.ts'
import type { Finding } from '../../src/plan/index.ts'
import { change, onServer, planText } from './plans.ts'

const rank = ['none', 'low', 'medium', 'high', 'critical']
const server = (() => {
  const { plan, changes } = onServer([change({ type: 'aws_lb', before: { a: 1 } })])
  return assessRisk(changes, plan)
})()
const finding = fc.record<Finding>({ code: fc.constantFrom('made_up', ...Object.keys(riskCodes)), address: fc.constantFrom('a', 'b', 'aws_lb.example', ''), detail: fc.constantFrom('x', 'y') })

test('a client can raise the level and never lower it, nor take a reason away', () => {
  fc.assert(
    fc.property(fc.array(finding, { maxLength: 30 }), (findings) => {
      const merged = mergeRisk(server, findings)
      expect(rank.indexOf(merged.level)).toBeGreaterThanOrEqual(rank.indexOf(server.level))
      for (const reason of server.reasons) expect(merged.reasons).toContainEqual(reason)
    }),
  )
})

test('the result does not depend on the order in which findings were sent', () => {
  fc.assert(
    fc.property(fc.array(finding, { maxLength: 30 }), (findings) => {
      expect(mergeRisk(server, [...findings].reverse())).toEqual(mergeRisk(server, findings))
    }),
  )
})

test('a code that only a newer client knows counts as high', () => {
  expect(mergeRisk({ level: 'low', reasons: [], reasonsOmitted: 0 }, [{ code: 'from_the_future', address: 'a', detail: '' }]).level).toBe('high')
})

test('500 findings leave 100 reasons and a count', () => {
  const many = Array.from({ length: 500 }, (_, i) => ({ code: 'secret_in_plan', address: `a${i}`, detail: '' }))
  const merged = mergeRisk(server, many)
  expect([merged.reasons.length, merged.reasonsOmitted]).toEqual([100, 401])
  expect(merged.reasons[0]).toEqual(server.reasons[0])
})

test('the client judges what it hides, and sends no value', () => {
  const secretPolicy = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Sid: 'CANARYsid' }] })
  const raw = parsePlan(planText([change({ type: 'aws_iam_policy', after: { policy: secretPolicy }, afterSensitive: { policy: true } })]))
  const redaction = redactPlan(raw)
  const findings = clientFindings(raw, redaction)
  expect(findings).toContainEqual({ code: 'iam_admin', address: 'aws_iam_policy.example', detail: 'everything is allowed on everything (seen by the client)' })
  expect(JSON.stringify(findings)).not.toContain('CANARY')
  expect(readFindings(structuredClone(findings))).toEqual(findings)
})

test.each<[string, unknown]>([
  ['no list', {}],
  ['too many', Array.from({ length: 501 }, () => ({ code: 'a', address: '', detail: '' }))],
  ['a code that is no word', [{ code: 'A b', address: '', detail: '' }]],
  ['another member', [{ code: 'a', address: '', detail: '', level: 'none' }]],
  ['a missing member', [{ code: 'a', address: '' }]],
  ['an address that is no text', [{ code: 'a', address: 1, detail: '' }]],
  ['null', [null]],
])('findings that are %s are refused', (_name, value) => {
  expect(() => readFindings(value)).toThrow(PlanError)
})
