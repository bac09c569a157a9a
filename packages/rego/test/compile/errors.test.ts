/** What does not compile, and what is said of it. */
import { describe, expect, test } from 'vitest'
import { compile, evaluate } from '../../src/index.ts'
import { ask, complaints } from '../support/ask.ts'

const of = (rules: string): string[] => complaints(`package p\n${rules}`)

describe('safety', () => {
  test.each([
    ['q if x > 1', ['policy-0.rego:2: rego_unsafe_var_error: var x is unsafe']],
    ['q contains x if true', ['policy-0.rego:2: rego_unsafe_var_error: var x is unsafe']],
    ['q if not input[x]', ['policy-0.rego:2: rego_unsafe_var_error: var x is unsafe']],
    ['q if not input[_] == 1', ['policy-0.rego:2: rego_unsafe_var_error: var _ is unsafe']],
    ['f(x) := y if x', ['policy-0.rego:2: rego_unsafe_var_error: var y is unsafe']],
    ['q if { some x; [y | y := x] }', ['policy-0.rego:2: rego_unsafe_var_error: var x is unsafe']],
    ['q if { every x in [1] { x > y } }', ['policy-0.rego:2: rego_unsafe_var_error: var y is unsafe']],
    ['q if { a = b; b = a }', ['policy-0.rego:2: rego_unsafe_var_error: var a is unsafe', 'policy-0.rego:2: rego_unsafe_var_error: var b is unsafe', 'policy-0.rego:2: rego_unsafe_var_error: var b is unsafe', 'policy-0.rego:2: rego_unsafe_var_error: var a is unsafe']],
  ])('%s', (rules, expected) => {
    expect([...new Set(of(rules))]).toEqual([...new Set(expected)])
  })

  test('the twin that binds its variable compiles', () => {
    for (const rules of ['q if { x = 2; x > 1 }', 'q if { x > 1; x = 2 }', 'q if { not input[x]; x = 1 }', 'q if { some x; y := [z | z := x]; x = 1; y }', 'q if { [a, 1] = [2, b]; a > b }']) expect(of(rules)).toEqual([])
  })
})

describe('rules that cannot stand together', () => {
  test.each([
    ['q := 1\nq contains 2', 'rego_type_error: conflicting rules data.p.q found'],
    ['f(x) := x\nf(x, y) := y', 'rego_type_error: conflicting rules data.p.f found'],
    ['default q := 1\ndefault q := 2', 'rego_type_error: multiple default rules data.p.q found'],
    ['q := 1\nq.r := 2', 'rego_type_error: rule data.p.q conflicts with data.p.q.r'],
    ['q := r\nr := q', 'rego_recursion_error: rule data.p.q is recursive: data.p.q -> data.p.r -> data.p.q'],
    ['f(x) := g(x)\ng(x) := f(x)', 'rego_recursion_error: rule data.p.f is recursive'],
    ['q[x] := data.p[x] if some x in ["a"]', 'rego_recursion_error'],
    ['q := nothing(1)', 'rego_type_error: undefined function nothing'],
    ['q := count(1, 2, 3)', 'rego_type_error: count: arity mismatch'],
    ['q if { x := 1; x := 2 }', 'rego_compile_error: var x assigned above'],
    ['q if { x = 1; some x }', 'rego_compile_error: var x'],
    ['q if input.x with foo.bar as 1', 'with keyword target must reference existing input, data, or a function'],
  ])('%s', (rules, expected) => {
    expect(of(rules).join('\n')).toContain(expected)
  })

  test('a package cannot stand where a rule does', () => {
    expect(complaints(['package p\nq := 1', 'package p.q\nr := 1']).join('\n')).toContain('package data.p.q conflicts with rule data.p.q')
  })
})

describe('what reaches outside', () => {
  test('is a compile error that says what to do', () => {
    expect(of('q := http.send({"url": "x"})').join()).toContain('rego_compile_error: http.send: this builtin reaches outside of the policy and is refused')
  })

  test('is allowed where `with` replaces it', () => {
    expect(ask('package p\nr := http.send({"url": "x"}).status\nq := v if v := r with http.send as {"status": 200}', 'data.p.q')).toBe(200)
  })

  test('is an error of the evaluation where a call is not replaced after all', () => {
    const program = compile({ 'a.rego': 'package p\nr := http.send({"url": "x"}).status\nq := v if v := r with http.send as {"status": 200}' })
    expect(() => evaluate(program, 'data.p.r')).toThrow('http.send: this builtin is refused')
  })

  test('capabilities narrow the list further', () => {
    expect(() => compile({ 'a.rego': 'package p\nq := time.now_ns()' }, { capabilities: ['plus'] })).toThrow('undefined function time.now_ns')
    expect(() => compile({ 'a.rego': 'package p\nq := 1 + 1' }, { capabilities: ['plus'] })).not.toThrow()
  })
})
