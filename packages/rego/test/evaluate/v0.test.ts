/** Policies of version 0, as they stand. */
import { describe, expect, test } from 'vitest'
import { fromJavaScript, parseModule } from '../../src/index.ts'
import { ask } from '../support/ask.ts'
import { cases } from './v0-cases.ts'

describe('version 0', () => {
  test('has at least sixty cases', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60)
  })

  test.each(cases)('$name', ({ module, query, input, data, is }) => {
    const options = { version: 'v0', ...(input === undefined ? {} : { input: fromJavaScript(input) }), ...(data === undefined ? {} : { data: fromJavaScript(data) }) } as const
    expect(ask(`package p\n${module}`, `data.p.${query}`, options)).toEqual(is)
  })

  test('is detected where a file is no version 1', () => {
    const found = parseModule('package p\nq { true }', { version: 'detect' })
    expect(found.ok && found.value.version).toBe('v0')
    const other = parseModule('package p\nq if true', { version: 'detect' })
    expect(other.ok && other.value.version).toBe('v1')
  })

  test('is refused as version 1, with what is missing', () => {
    const body = parseModule('package p\nq { true }', { file: 'a.rego' })
    expect(body.ok ? [] : body.diagnostics).toEqual([{ code: 'rego_parse_error', message: '`if` keyword is required before rule body', location: { file: 'a.rego', row: 2, col: 1 } }])
    const set = parseModule('package p\nq["x"]')
    expect(set.ok).toBe(false)
  })
})
