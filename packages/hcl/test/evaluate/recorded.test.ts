import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { functions } from '../../src/function/index.ts'
import { answer } from './console.ts'
import { comparable, otherOutcome, otherWords } from './differences.ts'
import type { Recorded } from './record.ts'

const recorded = (name: string): Recorded[] => JSON.parse(readFileSync(resolve(import.meta.dirname, 'recorded', `${name}.json`), 'utf8')) as Recorded[]
const sets = ['language', 'functions', 'calls', 'random', 'more']
const all = sets.flatMap(recorded)

/** What differs, in one line; undefined when nothing does. */
function difference(one: Recorded): string | undefined {
  const ours = answer(one.expression)
  if ('summary' in one) {
    if (!('summary' in ours)) return `an error there (${one.summary}), here ${ours.text}`
    if (otherWords.some(([start]) => one.expression.startsWith(start)) || one.detail.includes('panic in function implementation')) return undefined
    const same = ours.summary === one.summary && comparable(ours.detail) === comparable(one.detail)
    return same ? undefined : `there: ${one.summary}: ${one.detail} | here: ${ours.summary}: ${ours.detail}`
  }
  if (!('text' in ours)) return `here an error (${ours.summary}: ${ours.detail}), there ${one.text}`
  if (ours.text !== one.text) return `there ${one.text} | here ${ours.text}`
  const type = answer(`type(${one.expression})`)
  const ourType = 'text' in type ? type.text : type.summary
  return ourType === one.type ? undefined : `the type there ${one.type} | here ${ourType}`
}

describe("answers recorded from Terraform's console", () => {
  test.each(sets)('%s: the same text and type with the same marks, or an error in the same words', (name) => {
    const found = recorded(name).flatMap((one) => {
      if (otherOutcome.has(one.expression)) return []
      const said = difference(one)
      return said === undefined ? [] : [`${one.expression}\n    ${said}`]
    })
    expect(found).toEqual([])
  })

  test('there are at least 1,500 of them, and every function is among them', () => {
    expect(new Set(all.map(({ expression }) => expression)).size).toBeGreaterThan(1500)
    const never = ['timestamp', 'plantimestamp', 'uuid', 'base64gzip']
    const unasked = [...functions.keys()].filter((name) => !name.includes('::') && !never.includes(name) && !all.some(({ expression }) => new RegExp(`\\b${name}\\(`).test(expression)))
    expect(unasked).toEqual([])
  })

  test('every listed difference is still one', () => {
    const known = new Map(all.map((one) => [one.expression, one]))
    for (const expression of otherOutcome.keys()) {
      const one = known.get(expression)
      expect(one === undefined ? 'not recorded' : difference(one), expression).toBeTypeOf('string')
      expect(one, expression).toBeDefined()
    }
  })
})
