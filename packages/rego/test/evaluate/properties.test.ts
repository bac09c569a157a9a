/**
 * What holds for every module: parsing, compiling and evaluating end with an answer or with an error of their own kinds, whatever the
 * text; and no answer depends on the order of rules, files or keys. The seed is printed where one fails.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalText, compile, CompileError, compileModules, evaluate, EvaluationError, parseModule, parseQuery, stringifyJson, type Value } from '../../src/index.ts'
import { cases } from './v0-cases.ts'

const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'
const runs = (usual: number): number => (long ? usual * 20 : usual)

const texts = [
  'p contains x if { some x in input.a; x > 1 }\nq := {k: v | some k, v in data.d}\nr if every y in p { y < q.z }',
  'f(x) := x * 2 if x > 0 else := -x\ng := [f(y) | y := input.a[_]]\nh[i][j] := v if { some i, r in input.m; some j, v in r }',
  'a.b.c := 1\na.b[k] := v if { some k, v in {"x": 2, "y": 3} }\nd := $"{a.b.c} {input.none} {[1, 2]}"\ne if not input.z with input.z as false',
  's := {1, 2} | {3} & {x | x := input.a[_]}\nt := object.union({"a": s}, {"b": [n | walk(input, [_, n]); is_number(n)]})\nu := sprintf("%v %d", [t, count(s)])',
  'default allow := false\nallow if { input.user == data.admins[_]; not banned[input.user] }\nbanned contains "eve"\nprint_it if print(input.user, banned)',
]
const seeds = [...texts.map((text) => `package p\n${text}`), ...cases.slice(0, 40).map((one) => `package p\n${one.module}`)]
const tokens = [...new Set(seeds.flatMap((text) => text.match(/[A-Za-z_]\w*|\d+|"[^"\n]*"|[:=!<>]=|\s+|[^\s]/g) ?? []))]
const input: Value = { a: [1, 2, 3], m: [[1], [2, { x: null }]], user: 'eve', z: true }
const data: Value = { d: { z: 9 }, admins: ['eve', 'adam'], s: [{ n: 'x', p: [1] }] }

/** Runs a text as far as it goes. Throws only what must not be thrown. */
function run(text: string, version: 'v0' | 'v1'): void {
  const parsed = parseModule(text, { version })
  if (!parsed.ok) {
    expect(parsed.diagnostics.length).toBeGreaterThan(0)
    return
  }
  try {
    const found = evaluate(compileModules([parsed.value]), 'data = x', { input, data, now: 1n, seed: 1, budget: { steps: 100_000, milliseconds: 2_000, elements: 100_000 } })
    for (const result of found.results) stringifyJson(result.bindings)
  } catch (error) {
    if (error instanceof CompileError || (error instanceof EvaluationError && error.code !== 'eval_internal_error')) return
    throw error
  }
}

describe('total', () => {
  test('over modules with tokens changed', () => {
    const edit = fc.record({ at: fc.nat(), how: fc.constantFrom('drop', 'add', 'put'), token: fc.constantFrom(...tokens) })
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 6 }), fc.constantFrom('v0', 'v1'), (text, edits, version) => {
        const parts = text.match(/[A-Za-z_]\w*|\d+|"[^"\n]*"|[:=!<>]=|\s+|[^\s]/g) ?? []
        const changed = [...parts]
        for (const { at, how, token } of edits) changed.splice(at % (changed.length + 1), how === 'add' ? 0 : 1, ...(how === 'drop' ? [] : [token]))
        run(changed.join(''), version)
      }),
      { numRuns: runs(3000) },
    )
  })

  test('over sequences of tokens, and over any text', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 60 }), (parts) => run(`package p\n${parts.join(' ')}`, 'v1')), { numRuns: runs(2000) })
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      run(text, 'v1')
      run(`package p\n${text}`, 'v0')
      parseQuery(text)
    }), { numRuns: runs(1000) })
  })
})

describe('the same answer', () => {
  const answer = (sources: { readonly [file: string]: string }, given: Value, query = 'data.p'): string => {
    const { results } = evaluate(compile(sources), `x = ${query}`, { input: given, data, seed: 1, now: 1n })
    return canonicalText(results.map((one) => one.bindings))
  }
  const rules = ['q contains x if { some x in input.a; x > 1 }', 'q contains "k" if true', 'o[k] := v if { some k, v in input.o }', 'o.fixed := 1', 'c := 1 if count(q) > 2', 'c := 2 if count(q) <= 2', 'default d := 0', 'd := 5 if c == 1', 'f(1) := "one"', 'f(2) := "two"', 'g := {f(x) | some x in input.a}', 'l := [k | some k, _ in o]']
  const subject: Value = { a: [1, 2, 3], o: { b: 1, a: 2, '10': 3, '9': 4 } }

  test('in whatever order rules and files come', () => {
    const usual = answer({ 'a.rego': `package p\n${rules.join('\n')}` }, subject)
    fc.assert(
      fc.property(fc.shuffledSubarray(rules, { minLength: rules.length }), fc.nat(rules.length), (order, at) => {
        expect(answer({ 'a.rego': `package p\n${order.join('\n')}` }, subject)).toBe(usual)
        const [first, second] = [order.slice(0, at), order.slice(at)]
        expect(answer({ 'b.rego': `package p\n${first.join('\n')}`, 'a.rego': `package p\n${second.join('\n')}` }, subject)).toBe(usual)
      }),
      { numRuns: runs(60) },
    )
  })

  test('in whatever order the keys of a document come', () => {
    const pairs = Object.entries({ b: 1, a: 2, é: 3, '10': 4, '9': 5, __proto: 6, '\u{1f600}': 7, '\ue000': 8 })
    const usual = answer({ 'a.rego': `package p\n${rules.join('\n')}` }, { a: [1, 2], o: Object.fromEntries(pairs) })
    fc.assert(
      fc.property(fc.shuffledSubarray(pairs, { minLength: pairs.length }), (order) => {
        expect(answer({ 'a.rego': `package p\n${rules.join('\n')}` }, { o: Object.fromEntries(order), a: [1, 2] })).toBe(usual)
      }),
      { numRuns: runs(60) },
    )
  })

  test('whether literals stand in one order or another', () => {
    const body = ['x = input.a[_]', 'x > 1', 'y = x + z', 'z = 10', 'not y == 12', 'w = {y | true}']
    const usual = answer({ 'a.rego': `package p\nq contains [y, w] if { ${body.join('; ')} }` }, subject)
    fc.assert(
      fc.property(fc.shuffledSubarray(body, { minLength: body.length }), (order) => {
        expect(answer({ 'a.rego': `package p\nq contains [y, w] if { ${order.join('; ')} }` }, subject)).toBe(usual)
      }),
      { numRuns: runs(60) },
    )
  })
})
