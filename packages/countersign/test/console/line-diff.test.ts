/** The comparison of two texts hides nothing: both can be read off its lines again. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffLines, foldable } from '../../src/console/parts/line-diff.ts'

const text = fc.array(fc.constantFrom('a', 'b', 'c', '', 'a b'), { minLength: 1, maxLength: 30 }).map((lines) => lines.join('\n'))

test('the lines that stay and go are the old text, those that stay and come the new one', () => {
  fc.assert(fc.property(text, text, (before, after) => {
    const lines = diffLines(before, after)
    expect(lines.filter((line) => line.kind !== 'new').map((line) => line.text).join('\n')).toBe(before)
    expect(lines.filter((line) => line.kind !== 'gone').map((line) => line.text).join('\n')).toBe(after)
  }))
})

test('equal texts have no changed line', () => {
  fc.assert(fc.property(text, (same) => {
    expect(diffLines(same, same).every((line) => line.kind === 'same')).toBe(true)
  }))
})

test('texts beyond the bounded work are shown whole', () => {
  const before = Array.from({ length: 3_000 }, (_, index) => `old ${index}`).join('\n')
  const after = Array.from({ length: 3_000 }, (_, index) => `new ${index}`).join('\n')
  expect(diffLines(before, after)).toHaveLength(6_000)
})

test('folding covers every line once, and never a changed one', () => {
  fc.assert(fc.property(text, text, (before, after) => {
    const lines = diffLines(before, after)
    const runs = foldable(lines, 2)
    expect(runs.map((run) => run.from)).toEqual([0, ...runs.slice(0, -1).map((run) => run.to)])
    expect(runs.at(-1)?.to).toBe(lines.length)
    for (const run of runs) if (run.fold) expect(lines.slice(run.from, run.to).every((line) => line.kind === 'same')).toBe(true)
  }))
})
