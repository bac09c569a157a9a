/**
 * Whether a text is accepted: as `terraform fmt` does. The answers to our own cases are recorded, so that they hold everywhere; where terraform
 * is at hand they are asked again, together with files of others and texts that chance makes.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from '../../src/index.ts'
import { hasTerraform, rejectedByTerraform } from '../support/terraform.ts'
import { assembled, conformanceFiles, everything, excerpt, mutated, rounds, seeded, windows } from '../support/texts.ts'

/** One case: the text (or its bytes, as latin-1 behind `bytes:`), and the recorded answer. */
type Case = readonly [text: string, accepted: boolean]

const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'fixture/accept.json'), 'utf8')) as Case[]
const inputOf = (text: string): string | Uint8Array => (text.startsWith('bytes:') ? Uint8Array.from(text.slice(6), (c) => c.charCodeAt(0)) : text)
const accepts = (input: string | Uint8Array): boolean => parse(input).diagnostics.length === 0

test.each(cases)('%j: %s', (text, accepted) => {
  expect(accepts(inputOf(text))).toBe(accepted)
})

test('the file with everything is accepted, with LF and with CR LF and a byte order mark', () => {
  expect(parse(everything).diagnostics).toEqual([])
  expect(parse(windows).diagnostics).toEqual([])
})

/**
 * What we answer otherwise, and why:
 * - nesting of more than 500 levels is refused (the reference reads on until its memory ends);
 * - identifiers follow the Unicode tables of the running engine, the reference those of Unicode 9.
 */
describe.skipIf(!hasTerraform)('terraform fmt', () => {
  function compare(texts: readonly (string | Uint8Array)[]): void {
    const rejected = rejectedByTerraform(texts)
    const wrong = texts.flatMap((text, i) => (accepts(text) === rejected.has(i) ? [{ text: typeof text === 'string' ? text : Buffer.from(text).toString('latin1'), terraformAccepts: !rejected.has(i) }] : []))
    expect(wrong).toEqual([])
  }

  test('says what is recorded', () => {
    const rejected = rejectedByTerraform(cases.map(([text]) => inputOf(text)))
    expect(cases.flatMap(([text, accepted], i) => (rejected.has(i) === accepted ? [text] : []))).toEqual([])
  })

  test.each([['hcl', '.hcl'], ['kics', '.tf']])('agrees about the files of others in %s', (folder, ending) => {
    compare(conformanceFiles(folder, ending).map(({ bytes }) => bytes))
  })

  test('agrees about texts that chance makes', () => {
    const by = seeded('accept')
    const files = [everything, windows, ...conformanceFiles('kics', '.tf').map(({ bytes }) => Buffer.from(bytes).toString())]
    for (let round = rounds(1, 40); round > 0; round--) {
      compare(Array.from({ length: 1500 }, () => {
        const kind = by.below(3)
        if (kind === 0) return assembled(by)
        const file = by.of(files)
        return kind === 1 ? mutated(file.length < 3000 ? file : excerpt(file, by), by, 2) : mutated(excerpt(file, by), by, 1)
      }))
    }
  })
})
