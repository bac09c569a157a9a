import { expect, test } from 'vitest'
import { decodePlanText, parsePlan, PlanError } from '../../src/plan/index.ts'
import { planText } from './plans.ts'

const text = planText([])
const utf16 = (text: string, big: boolean, mark: boolean): Uint8Array => {
  const units = Array.from(`${mark ? '\ufeff' : ''}${text}`, (character) => character.charCodeAt(0))
  return Uint8Array.from(units.flatMap((unit) => (big ? [unit >> 8, unit & 255] : [unit & 255, unit >> 8])))
}
const code = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof PlanError) return error.code
    throw error
  }
  return 'accepted'
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test.each([
  ['UTF-8', bytes(text)],
  ['UTF-8 with a mark', bytes(`\ufeff${text}`)],
  ['UTF-16 LE with a mark', utf16(text, false, true)],
  ['UTF-16 BE with a mark', utf16(text, true, true)],
  ['UTF-16 LE without a mark', utf16(text, false, false)],
  ['UTF-16 BE without a mark', utf16(text, true, false)],
])('%s is decoded to the same text', (_name, input) => {
  expect(decodePlanText(input)).toBe(text)
})

test.each([
  ['nothing', new Uint8Array(), 'plan_empty'],
  ['spaces', bytes(' \n '), 'plan_empty'],
  ['the plan file itself', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0), 'plan_not_text'],
  ['bytes that are no UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), 'plan_not_text'],
  ['half a UTF-16 unit', Uint8Array.of(0xff, 0xfe, 0x7b), 'plan_not_text'],
  ['a lone surrogate in UTF-16', Uint8Array.of(0xff, 0xfe, 0x00, 0xd8, 0x7b, 0x00), 'plan_not_text'],
])('%s is refused', (_name, input, expected) => {
  expect(code(() => decodePlanText(input))).toBe(expected)
})

test.each([
  ['cut JSON', '{"format_version":"1.2",', 'plan_not_json'],
  ['a list', '[]', 'plan_not_a_plan'],
  ['a string', '"x"', 'plan_not_a_plan'],
  ['null', 'null', 'plan_not_a_plan'],
  ['a state', '{"format_version":"1.0","terraform_version":"1.11.4","values":{}}', 'plan_not_a_plan'],
  ['a state file', '{"version":4,"lineage":"x","serial":1}', 'plan_not_a_plan'],
  ['a log line', '{"@level":"info"}', 'plan_not_a_plan'],
  ['format version 2.0', '{"format_version":"2.0","resource_changes":[]}', 'plan_format_unsupported'],
  ['a format version that is no version', '{"format_version":"1.x","resource_changes":[]}', 'plan_format_unsupported'],
  ['a plan that ended with an error', '{"format_version":"1.2","errored":true,"resource_changes":[]}', 'plan_errored'],
])('%s is refused', (_name, input, expected) => {
  expect(code(() => parsePlan(input))).toBe(expected)
})

test('the error of broken JSON does not quote the text', () => {
  const secret = 'hunter2-in-the-text'
  let said = ''
  try {
    parsePlan(`{"a": ${secret}`)
  } catch (error) {
    said = error instanceof Error ? `${error.message} ${JSON.stringify(error.cause ?? '')} ${error.stack ?? ''}` : ''
  }
  expect(said).toContain('not valid JSON')
  expect(said).not.toContain('hunter2')
})

test('nesting of 100,000 levels is refused wherever it stands, and does not crash', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const deepObject = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
  expect(code(() => parsePlan(deep))).toBe('plan_not_a_plan')
  expect(code(() => parsePlan('['.repeat(5_000_000)))).toBe('plan_too_deep')
  expect(code(() => parsePlan(`{"a":"${'x'.repeat(4_000_000)}","b":${deepObject}}`))).toBe('plan_too_deep')
})
