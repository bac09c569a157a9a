import { readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasTerraform } from '../support/terraform.ts'
import { answer } from './console.ts'
import { comparable, otherOutcome, otherWords } from './differences.ts'
import { functionCalls, random, randomExpressions } from './generate.ts'
import type { Recorded } from './record.ts'
import { ask, findTerraform, prepare } from './terraform.ts'

const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'
const seed = long ? Date.now() % 1_000_000 : 7
const terraform = findTerraform() ?? 'terraform'

describe.skipIf(!hasTerraform)("Terraform's console, asked now", () => {
  let folder = ''
  beforeAll(() => {
    folder = prepare(terraform)
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test(`a sample of the recorded answers is what it says, and fresh expressions too (seed ${seed})`, async () => {
    const r = random(seed)
    const sets = ['language', 'functions', 'calls', 'random'].flatMap((name) => JSON.parse(readFileSync(resolve(import.meta.dirname, 'recorded', `${name}.json`), 'utf8')) as Recorded[])
    const sample = sets.filter(() => r() < (long ? 0.3 : 0.005)).map(({ expression }) => expression)
    const fresh = [...randomExpressions(seed, long ? 400 : 8), ...functionCalls(seed, 1).filter(() => r() < (long ? 1 : 0.06))]
    const found: string[] = []
    for (const expression of [...sample, ...fresh]) {
      if (otherOutcome.has(expression)) continue
      const theirs = await ask(terraform, folder, expression)
      const ours = answer(expression)
      if ('text' in theirs !== 'text' in ours) {
        const crashed = 'detail' in theirs && theirs.detail.includes('panic in function implementation')
        if (!crashed) found.push(`${expression}\n there ${JSON.stringify(theirs)}\n here ${JSON.stringify(ours)}`)
      } else if ('text' in theirs && 'text' in ours) {
        if (theirs.text !== ours.text) found.push(`${expression}\n there ${theirs.text}\n here ${ours.text}`)
      } else if (!long && 'detail' in theirs && 'detail' in ours) {
        const listed = otherWords.some(([start]) => expression.startsWith(start)) || theirs.detail.includes('panic in function implementation')
        if (!listed && sample.includes(expression) && comparable(theirs.detail) !== comparable(ours.detail)) found.push(`${expression}\n there ${theirs.detail}\n here ${ours.detail}`)
      }
    }
    expect(found).toEqual([])
  })
})
