/**
 * Canaries in every place where Terraform puts values, in real plans of the real program: a first plan, and a plan over its state. Each
 * canary must be in the raw JSON (else it proves nothing) and in nothing that is made from it.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { assessRisk, changeSentence, classifyChanges, clientFindings, decodePlanText, differences, mergeRisk, parsePlan, readRedacted, redactPlan, summarise } from '../../src/plan/index.ts'
import { hasTerraform, Scratch } from './terraform.ts'

/** What a search must not find: the canaries' common word, in every spelling, and the values that cannot carry it. */
const canaries = ['CANARY', '73194682', 'AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI', 'Q0FOQVJZ']
const shown = ['visible-nested', 'visible-key', 'visible-program', 'visible-role', 'visible-output', 'visible-b']

function everythingDerived(json: Uint8Array): { raw: string; derived: string } {
  const raw = decodePlanText(json)
  const parsed = parsePlan(raw)
  const redaction = redactPlan(parsed)
  const plan = readRedacted(redaction.text)
  const changes = classifyChanges(plan)
  const summary = summarise(changes, plan)
  const findings = clientFindings(parsed, redaction)
  const risk = mergeRisk(assessRisk(changes, plan), findings)
  const parts = [redaction.text, redaction.plan, redaction.findings, redaction.hidden, findings, changes, changes.map((change) => differences(change, 10_000)), summary, changeSentence(summary), risk]
  return { raw, derived: parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join('\n') }
}

describe.skipIf(!hasTerraform())('canaries in real plans', () => {
  let scratch: Scratch
  let first: { raw: string; derived: string }
  let second: { raw: string; derived: string }

  beforeAll(() => {
    scratch = new Scratch()
    scratch.copyFrom(join(import.meta.dirname, 'canary'))
    scratch.init()
    first = everythingDerived(scratch.plan('first'))
    scratch.apply('first')
    const changed = readFileSync(join(scratch.folder, 'main.tf'), 'utf8').replace('CANARY-sensitive-variable-1', 'CANARY-second-variable-18').replaceAll('CANARY-output-16', 'CANARY-output-19')
    scratch.write('main.tf', changed)
    second = everythingDerived(scratch.plan('second'))
  })
  afterAll(() => scratch.remove())

  test.each(canaries)('%s is in the raw plans and in nothing made from them', (canary) => {
    for (const { raw, derived } of [first, second]) {
      expect(raw).toContain(canary)
      const at = derived.indexOf(canary)
      expect(at === -1 ? '' : derived.slice(Math.max(0, at - 80), at + 80)).toBe('')
    }
  })

  test('every canary that was planted stands in one of the raw plans', () => {
    for (let i = 1; i <= 19; i++) expect(`${first.raw}${second.raw}`).toMatch(new RegExp(`CANARY[a-z0-9-]*${i === 13 || i === 14 ? i : `-${i}`}`))
  })

  test.each(shown)('%s, which is no secret, is shown', (word) => {
    expect(second.derived).toContain(word)
  })
})
