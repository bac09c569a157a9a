/** The language of version 1: what the conformance cases leave open, or what a user would look for first. */
import { describe, expect, test } from 'vitest'
import { compile, evaluate, prepareQuery, RegoSet, toJson } from '../../src/index.ts'
import { ask } from '../support/ask.ts'

const p = (rules: string, query: string, options = {}) => ask(`package p\n${rules}`, `data.p.${query}`, options)

describe('queries', () => {
  test('undefined is no result, and false is one', () => {
    const program = compile({ 'a.rego': 'package a\np := false\nq if false' })
    expect(evaluate(program, 'data.a.q').results).toEqual([])
    expect(evaluate(program, 'data.a.p').results[0]?.expressions[0]?.value).toBe(false)
    expect(evaluate(program, '1 == 2').results[0]?.expressions[0]?.value).toBe(false)
  })

  test('each way in which a query holds is a result, with all its variables', () => {
    const { results } = evaluate(compile({}), 'x := [3, 4][i]; y = x + i')
    expect(results.map((one) => one.bindings)).toEqual([{ i: 0, x: 3, y: 3 }, { i: 1, x: 4, y: 5 }])
    expect(results[0]?.expressions.map((one) => one.text)).toEqual(['x := [3, 4][i]', 'y = x + i'])
  })

  test('a prepared query answers for each input', () => {
    const query = prepareQuery(compile({ 'a.rego': 'package a\nallow if input.user == "alice"' }), 'data.a.allow')
    const answers = ['alice', 'bob', 'alice'].map((user) => query.evaluate({ input: { user } }).results.length)
    expect(answers).toEqual([1, 0, 1])
  })

  test('input is never written to, also where `with` replaces a part of it', () => {
    const input = Object.freeze({ a: Object.freeze({ b: 1 }), list: Object.freeze([1, 2]) })
    expect(p('q := [v, input.a.b] if { v := r with input.a.b as 2 }\nr := input.a.b', 'q', { input })).toEqual([2, 1])
  })
})

describe('objects', () => {
  test('__proto__, constructor and length are keys like others', () => {
    const input: unknown = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "o": {}}')
    expect(p('q := [input.__proto__.x, input.constructor]', 'q', { input })).toEqual([1, 2])
    expect(p('q if input.o.constructor', 'q', { input })).toBeUndefined()
    expect(p('q if input.o.toString', 'q', { input })).toBeUndefined()
    expect(p('q if input.o.__proto__', 'q', { input })).toBeUndefined()
    expect(JSON.stringify(p('q[k] := 1 if some k, _ in input', 'q', { input }))).toBe('{"__proto__":1,"constructor":1,"o":1}')
  })

  test('a set is no place for names of methods', () => {
    expect(p('q if s.size\ns := {"a"}', 'q')).toBeUndefined()
    expect(p('q := s.a\ns := {"a"}', 'q')).toBe('a')
  })

  test('keys come in the order of OPA, whatever the order of the text', () => {
    const input = { b: 1, '10': 2, a: 3, '9': 4 }
    expect(p('q := [k | input[k]]', 'q', { input })).toEqual(['10', '9', 'a', 'b'])
  })

  test('keys of any type', () => {
    const { results } = evaluate(compile({}), 'x := {1: "a", [1]: "b", {"k"}: "c"}; y := x[[1]]; z := x[{"k"}]; n := x[1]')
    expect([results[0]?.bindings['y'], results[0]?.bindings['z'], results[0]?.bindings['n']]).toEqual(['b', 'c', 'a'])
  })

  test('strings are ordered by code points', () => {
    expect(p('q := [x | some x in {"\\ue000", "\\ud83d\\ude00", "a"}]', 'q')).toEqual(['a', '\ue000', '\u{1f600}'])
  })
})

describe('numbers', () => {
  test('integers are exact, in and out', () => {
    expect(p('q := 12345678901234567890 * 10', 'q')).toBe(123456789012345678900n)
    expect(p('q if 9007199254740993 != 9007199254740992', 'q')).toBe(true)
    expect(p('q if 1e3 == 1000', 'q')).toBe(true)
    expect(p('q := {1.0, 1, 100e-2}', 'q')).toEqual([1])
  })
})

describe('rules', () => {
  test('virtual documents are evaluated once for a query', () => {
    const program = compile({ 'a.rego': 'package a\np contains x if { print("evaluated"); x := 1 }\nq := [count(p), count(p), p[1]]' })
    const found = evaluate(program, 'data.a.q = x')
    expect(found.results[0]?.bindings['x']).toEqual([1, 1, 1])
    expect(found.printed.map((one) => one.text)).toEqual(['evaluated'])
  })

  test('and once more for each other input', () => {
    const program = compile({ 'a.rego': 'package a\np := input.x\nq := [a, b, p] if { a := p with input.x as 1; b := p with input.x as 2 }' })
    expect(evaluate(program, 'data.a.q = x', { input: { x: 3 } }).results[0]?.bindings['x']).toEqual([1, 2, 3])
  })

  test('print notes its values, undefined ones included, and holds', () => {
    const found = evaluate(compile({ 'a.rego': 'package a\nq if {\n\tprint("x", input.none, {1, 2}, "y")\n}' }), 'data.a.q')
    expect(found.printed).toEqual([{ text: 'x <undefined> {1, 2} y', location: { file: 'a.rego', row: 3, col: 2 } }])
  })

  test('conflicts are errors with the place of the rule', () => {
    const program = compile({ 'a.rego': 'package a\np := 1\np := 2\no["k"] := 1\n\nf(x) := 1 if x\nf(x) := 2 if x\nq := f(true)' })
    expect(() => evaluate(program, 'data.a.p')).toThrow('a.rego:3: eval_conflict_error: complete rules must not produce multiple outputs')
    expect(() => evaluate(program, 'data.a.q')).toThrow('eval_conflict_error: functions must not produce multiple outputs for same inputs')
  })

  test('an error of a builtin is undefined, or an error where strict is asked for', () => {
    const program = compile({ 'a.rego': 'package a\np := 1 / input.n\nq if not p' })
    const loose = evaluate(program, 'data.a.q', { input: { n: 0 } })
    expect(loose.results).toHaveLength(1)
    expect(loose.failures.map((one) => one.message)).toEqual(['a.rego:2: eval_builtin_error: div: divide by zero'])
    expect(() => evaluate(program, 'data.a.q', { input: { n: 0 }, strict: true })).toThrow('a.rego:2: eval_builtin_error: div: divide by zero')
  })

  test('a thousand rules that compare input are one look, and all of them still count', () => {
    const rules = Array.from({ length: 1000 }, (_, i) => `q contains ${i} if input.n == ${i % 100}`).join('\n')
    expect(p(rules, 'q', { input: { n: 7 } })).toEqual(Array.from({ length: 10 }, (_, i) => i * 100 + 7))
    expect(p(`${rules}\nq contains "always" if input`, 'q', { input: { n: 'x' } })).toEqual(['always'])
    expect(p(`${rules}\nq contains input.n if true`, 'q', { input: { n: [1] } })).toEqual([[1]])
  })

  test('an index does not hide what only another branch would say', () => {
    const rules = Array.from({ length: 6 }, (_, i) => `f(x) := "${i}" if { x == ${i} } else := "other" if { x > 100 }`).join('\n')
    expect(p(`${rules}\nq := [f(3), f(101)]`, 'q')).toEqual(['3', 'other'])
  })

  test('mocks of functions and builtins apply where they are, and not in themselves', () => {
    const rules = 'f(x) := x + 1\ng(x) := f(x) * 10\nq := [a, f(1)] if { a := h(1) with data.p.f as g }\nh(x) := f(x)'
    expect(p(rules, 'q')).toEqual([20, 2])
    expect(p('now := time.now_ns()\nq := v if v := now with time.now_ns as 5', 'q')).toBe(5)
  })
})

describe('closures', () => {
  test('every, some and comprehensions nest', () => {
    const input = { teams: [{ m: [{ age: 30 }, { age: 40 }] }, { m: [{ age: 10 }] }] }
    expect(p('q contains i if { some i, t in input.teams; every m in t.m { some bound in [20]; m.age > bound } }', 'q', { input })).toEqual([0])
    expect(p('q := {i: [m.age | some m in t.m] | some i, t in input.teams}', 'q', { input })).toEqual({ 0: [30, 40], 1: [10] })
  })

  test('a name in a closure that the body also has is the same variable', () => {
    expect(p('q contains c if { some x in [1, 2]; c := [y | y := [1, 2, 3][_]; y > x] }', 'q')).toEqual([[2, 3], [3]])
  })

  test('string interpolation', () => {
    expect(p('q := $"a {1 + 1} {input.none} {[x | some x in ["k"]]} \\{b}"', 'q')).toBe('a 2 <undefined> ["k"] {b}')
    expect(p('q := $`raw\\n {input.x}`', 'q', { input: { x: 1 } })).toBe('raw\\n 1')
  })
})

test('sets come out as sets, and as arrays in order where JSON is asked for', () => {
  const found = evaluate(compile({ 'a.rego': 'package a\np contains x if some x in ["b", "a", 3]' }), 'data.a.p = x').results[0]?.bindings['x']
  expect(found).toBeInstanceOf(RegoSet)
  expect(found === undefined ? undefined : toJson(found)).toEqual([3, 'a', 'b'])
})

describe('walk', () => {
  const input = { a: [1, { b: 2 }], c: 'x' }

  test('visits every value with its path, in order', () => {
    expect(p('q := [[path, value] | walk(input, [path, value]); not is_object(value); not is_array(value)]', 'q', { input })).toEqual([[['a', 0], 1], [['a', 1, 'b'], 2], [['c'], 'x']])
    expect(p('q contains value if { walk(input, [_, value]); is_number(value) }', 'q', { input })).toEqual([1, 2])
    expect(p('q contains path if walk(input, [path, 2])', 'q', { input })).toEqual([['a', 1, 'b']])
    expect(p('q contains pair[1] if { some pair; walk(input, pair); pair[0] == ["c"] }', 'q', { input })).toEqual(['x'])
    expect(p('q if walk({1, 2}, [[1], 1])', 'q')).toBe(true)
  })

  test('can be replaced like other builtins', () => {
    expect(p('q := v if { v := r with walk as [["p"], 7] }\nr := [path, value] if walk(input, [path, value])', 'q', { input })).toEqual([['p'], 7])
  })
})
