/** Every evaluation ends: with an answer, or with the error of a budget that is used up. */
import { describe, expect, test } from 'vitest'
import { compile, evaluate, EvaluationError, type EvaluateOptions } from '../../src/index.ts'

function codeOf(rules: string, options: EvaluateOptions): string {
  try {
    evaluate(compile({ 'a.rego': `package a\n${rules}` }), 'data.a.q', options)
  } catch (error) {
    if (error instanceof EvaluationError) return `${error.code}: ${error.reason}`
    throw error
  }
  return 'an answer'
}

const list = Array.from({ length: 300 }, (_, i) => i)
const cube = 'q if { some x in input; some y in input; some z in input; x + y + z < 0 }'

describe('a budget that is used up is an error of its own', () => {
  test('steps', () => {
    expect(codeOf(cube, { input: list, budget: { steps: 1_000_000 } })).toBe('eval_budget_error: the steps of the budget are used up')
    expect(codeOf(cube, { input: list.slice(0, 10), budget: { steps: 1_000_000 } })).toBe('an answer')
  })

  test('wall clock', () => {
    expect(codeOf('q if { some a in input; some b in input; some c in input; some d in input; a + b + c + d < 0 }', { input: list, budget: { milliseconds: 50 } })).toBe('eval_budget_error: the time of the budget is used up')
  })

  test('elements of comprehensions and of partial rules', () => {
    const memory = 'eval_budget_error: the memory of the budget is used up'
    expect(codeOf('q := count([1 | some x in input; some y in input])', { input: list, budget: { elements: 1000 } })).toBe(memory)
    expect(codeOf('q := count(s)\ns contains [x, y] if { some x in input; some y in input }', { input: list, budget: { elements: 1000 } })).toBe(memory)
    expect(codeOf('q := count(o)\no[[x, y]] := 1 if { some x in input; some y in input }', { input: list, budget: { elements: 1000 } })).toBe(memory)
  })

  test('ranges', () => {
    expect(codeOf('q := count(numbers.range(1, 1000000000000))', {})).toMatch(/^eval_budget_error/)
  })

  test('depth: a chain of rules that is longer than the machine can hold', () => {
    const chain = Array.from({ length: 5000 }, (_, i) => `r${i} := 1 + r${i + 1}`).join('\n')
    expect(codeOf(`q := r0\n${chain}\nr5000 := 1`, {})).toMatch(/^(eval_budget_error: the evaluation nests too deep|an answer)$/)
  })

  test('depth: documents', () => {
    let input: EvaluateOptions['input'] = 1
    for (let i = 0; i < 100_000; i++) input = [input]
    expect(codeOf('q := {input}', { input })).toBe('eval_budget_error: the evaluation nests too deep')
  })
})
