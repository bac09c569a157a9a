/** Plans that other projects published, read in place. Every one is either understood or refused with a code; here, all are understood. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { assessRisk, changeSentence, classifyChanges, clientFindings, decodePlanText, differences, mergeRisk, parsePlan, PlanError, readFindings, readRedacted, redactPlan, summarise } from '../../src/plan/index.ts'

const folder = resolve(import.meta.dirname, '../../../../../shared/conformance/plans')
const present = existsSync(folder)
if (!present) process.stderr.write(`SKIPPED: no shared plans at ${folder}\n`)

function filesBelow(path: string): string[] {
  return readdirSync(path).flatMap((name) => {
    const inner = join(path, name)
    return statSync(inner).isDirectory() ? filesBelow(inner) : [inner]
  })
}

type Outcome = { format: string; said: string; level: string }

function outcomeOf(file: string): Outcome {
  try {
    const raw = parsePlan(decodePlanText(readFileSync(file)))
    const redaction = redactPlan(raw)
    const plan = readRedacted(redaction.text)
    const changes = classifyChanges(plan)
    for (const change of changes) differences(change)
    const findings = clientFindings(raw, redaction)
    const risk = mergeRisk(assessRisk(changes, plan), readFindings(structuredClone(findings)))
    // Client and server must come to the same statement, each from its own plan.
    const own = classifyChanges(redaction.plan)
    expect(mergeRisk(assessRisk(own, redaction.plan), findings)).toEqual(risk)
    expect(summarise(own, redaction.plan)).toEqual(summarise(changes, plan))
    return { format: plan.format_version, said: changeSentence(summarise(changes, plan)), level: risk.level }
  } catch (error) {
    if (error instanceof PlanError) return { format: '', said: error.code, level: '' }
    throw error
  }
}

describe.skipIf(!present)('the shared plans', () => {
  const files = present ? filesBelow(folder) : []
  const outcomes = new Map(files.map((file) => [basename(file), outcomeOf(file)]))

  test('every one is parsed', () => {
    expect([...outcomes].filter(([, outcome]) => outcome.format === '')).toEqual([])
    expect(outcomes.size).toBeGreaterThan(0)
  })

  test('the format versions and how many plans have each', () => {
    const table: Record<string, number> = {}
    for (const { format } of outcomes.values()) table[format] = (table[format] ?? 0) + 1
    process.stderr.write(`shared plans by format version: ${JSON.stringify(table)}\n`)
    for (const format of Object.keys(table)) expect(['0.1', '0.2', '1.0', '1.1', '1.2']).toContain(format)
  })

  // Format version, encoding or property -> what comes out. Files that are not there are not compared.
  test.each([
    ['tests__terraform__parser__resources__plan_encodings__tfplan_win_utf16.json', '1.1', '1 to add', 'low'],
    ['tests__terraform__parser__resources__plan_encodings__tfplan_mac_utf8.json', '0.1', '1 to add', 'low'],
    ['tests__terraform__runner__resources__plan_with_utf_16_encoding__tfplan.json', '0.2', '3 to add', 'critical'],
    ['tests__terraform__runner__resources__plan_with_lifecycle_check__tfplan.json', '1.0', '1 to add', 'low'],
    ['tests__terraform__runner__resources__plan_with_deleted_resources__tfplan.json', '1.1', '1 to replace', 'critical'],
    ['tests__terraform__parser__resources__plan_provisioners__tfplan.json', '1.2', '1 to add', 'critical'],
    ['testdata__moved_block__plan.json', '1.2', '1 to move', 'low'],
    ['testdata__identity__plan.json', '1.2', '1 to change, 1 to import', 'low'],
    ['tfplan.0.12.json', '0.1', '4 to add', 'critical'],
  ])('%s: format %s, %s, risk %s', (name, format, said, level) => {
    const outcome = outcomes.get(name)
    if (outcome !== undefined) expect(outcome).toEqual({ format, said, level })
  })
})
