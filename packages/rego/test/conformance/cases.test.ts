/**
 * OPA's own conformance cases, read in place from beside the repository; without them this says so and skips. What does not pass
 * stands in a list with its reason, and a case of the list that passes fails the test: the list can only shrink.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runFolder } from '../../src/conformance/folder.ts'
import { exceptions } from './exceptions.ts'

const folder = join(import.meta.dirname, '../../../../../shared/conformance/rego')
const present = existsSync(folder)
if (!present) process.stderr.write(`SKIPPED: the shared Rego cases are not at ${folder}\n`)

describe.skipIf(!present)('the conformance cases', () => {
  const groups = present ? runFolder(folder) : []
  const known = new Map(exceptions.map((one) => [one.note, one.reason]))
  const outOfScope = new Set(['graphql', 'netlookupipaddr'])

  test.each(groups.filter((group) => !outOfScope.has(group.name)))('$name', ({ outcomes }) => {
    const wrong = outcomes.filter((one) => !one.passed && !known.has(one.note)).map((one) => `${one.file} ${one.note}: ${one.why}`)
    expect(wrong).toEqual([])
  })

  test('every exception still fails, and names a case', () => {
    const outcomes = groups.flatMap((group) => group.outcomes)
    const shrunk = [...known.keys()].filter((note) => !outcomes.some((one) => one.note === note && !one.passed))
    expect(shrunk).toEqual([])
  })

  test('at least 98 % of the cases outside of graphql and netlookupipaddr pass', () => {
    const outcomes = groups.filter((group) => !outOfScope.has(group.name)).flatMap((group) => group.outcomes)
    expect(outcomes.filter((one) => one.passed).length / outcomes.length).toBeGreaterThanOrEqual(0.98)
  })
})
