/** The command, called as the binary calls it: what is printed where, and with which code it ends. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../../src/command/main.ts'
import { verbs } from '../../src/command/verbs.ts'
import { archive } from '../bundle/archive.ts'
import { folderOf } from '../support/folder.ts'

type Outcome = { readonly code: number; readonly out: string; readonly err: string }

function rego(args: readonly string[], stdin = ''): Outcome {
  let out = ''
  let err = ''
  const code = run(args, { out: (text) => { out += text }, err: (text) => { err += text }, stdin: () => stdin })
  return { code, out, err }
}

const policies = {
  'terraform.rego': `package terraform

deny contains message if {
	some resource in input.resource_changes
	resource.type == "aws_s3_bucket"
	not resource.encrypted
	message := sprintf("%s must be encrypted", [resource.name])
}

allow if count(deny) == 0
`,
  'terraform_test.rego': `package terraform_test

import data.terraform

test_denied if terraform.deny == {"b must be encrypted"} with input as {"resource_changes": [{"type": "aws_s3_bucket", "name": "b"}]}

test_allowed if terraform.allow with input as {"resource_changes": []}
`,
  'limits/most/data.json': '{"buckets": 12345678901234567890}',
  'input.yaml': 'resource_changes:\n- {type: aws_s3_bucket, name: logs}\n',
}

describe('rego eval', () => {
  test('prints results as opa does, and documents hang below their folders', () => {
    const folder = folderOf(policies)
    const { code, out } = rego(['eval', '-d', folder, '--ignore', '*.yaml', '-i', join(folder, 'input.yaml'), 'data.terraform.deny'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({ result: [{ expressions: [{ value: ['logs must be encrypted'], text: 'data.terraform.deny', location: { row: 1, col: 1 } }] }] })
    expect(rego(['eval', '--data', join(folder, 'limits'), '--format=raw', 'data.most.buckets']).out).toBe('12345678901234567890\n')
  })

  test.each([
    [['-f', 'pretty', 'x = [1, 2][_]; y = x * 2'], '+---+---+\n| x | y |\n+---+---+\n| 1 | 2 |\n| 2 | 4 |\n+---+---+\n'],
    [['-f', 'pretty', 'data.nope'], 'undefined\n'], [['-f', 'pretty', '{"a": {1}}'], '{\n  "a": [\n    1\n  ]\n}\n'], [['data.nope'], '{}\n'],
    [['-f', 'raw', '"a"; 1'], 'a 1\n'], [['-f', 'values', '1'], '[\n  [\n    1\n  ]\n]\n'], [['-f', 'bindings', 'x = 1'], '[\n  {\n    "x": 1\n  }\n]\n'], [['-f', 'discard', '1'], ''],
    [['-fraw', '--', '-1 + 2'], '1\n'],
  ])('%s', (args, out) => {
    expect(rego(['eval', ...args])).toEqual({ code: 0, out, err: '' })
  })

  test.each([
    [['--fail', 'data.nope'], 1], [['--fail', '1'], 0], [['--fail-defined', '1'], 1], [['--fail-defined', 'data.nope'], 0], [['x +'], 2], [['nope'], 2], [['1', '2'], 2], [[], 2],
    [['--nope', '1'], 2], [['-d'], 2], [['-f', 'xml', '1'], 2], [['-d', '/nowhere/at/all', '1'], 2], [['-E', '1 / 0'], 2], [['1 / 0'], 0], [['--timeout', 'x', '1'], 2], [['http.send({})'], 2],
  ])('%s ends with %i', (args, code) => {
    expect(rego(['eval', ...args]).code).toBe(code)
  })

  test('errors are JSON where JSON was asked for, text otherwise, and never a stack', () => {
    expect(JSON.parse(rego(['eval', 'x']).out)).toMatchObject({ errors: [{ code: 'rego_unsafe_var_error' }, { location: { row: 1 } }] })
    const { out, err } = rego(['eval', '-f', 'pretty', '-E', '1 / 0'])
    expect(out).toBe('')
    expect(err).toMatch(/^1 error occurred: .*eval_builtin_error: div: divide by zero\n$/)
    expect(rego(['eval', '-f', 'pretty', '-d', '/nowhere/at/all', '1']).err).toBe('1 error occurred: /nowhere/at/all cannot be read: there is no such file\n')
  })

  test('an old policy runs with --v0-compatible, and only then', () => {
    const folder = folderOf({ 'old.rego': 'package old\n\ndeny[x] { x := input.names[_]; startswith(x, "a") }' })
    const args = ['-d', folder, '-I', '-f', 'raw', 'data.old.deny']
    expect(rego(['eval', ...args], '{"names": ["ab", "b"]}').code).toBe(2)
    expect(rego(['eval', '--v0-compatible', ...args], '{"names": ["ab", "b"]}')).toEqual({ code: 0, out: '["ab"]\n', err: '' })
  })

  test('the query may come from standard input, and see a package by its own names', () => {
    const folder = folderOf(policies)
    expect(rego(['eval', '-d', join(folder, 'terraform.rego'), '--stdin', '--package', 'terraform', '-f', 'raw'], 'allow with input as {"resource_changes": []}\n').out).toBe('true\n')
  })

  test('a bundle is loaded from its archive', () => {
    const folder = folderOf({ 'b.tar.gz': archive({ 'a/p.rego': 'package a\n\nx := data.a.n + 1', 'a/data.json': '{"n": 1}' }) })
    expect(rego(['eval', '-b', join(folder, 'b.tar.gz'), '-f', 'raw', 'data.a.x']).out).toBe('2\n')
  })

  test('an evaluation ends with its time', () => {
    const { code, out } = rego(['eval', '--timeout', '50ms', 'count([1 | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); some c in numbers.range(1, 3000); a + b + c == 0])'])
    expect(code).toBe(2)
    expect(out).toContain('eval_budget_error')
  })

  test('what a policy prints goes to standard error', () => {
    const folder = folderOf({ 'p.rego': 'package p\n\nx if print("hello", 1)' })
    expect(rego(['eval', '-d', folder, '-f', 'raw', 'data.p.x'])).toEqual({ code: 0, out: 'true\n', err: 'hello 1\n' })
  })

  test('capabilities narrow what policies may call', () => {
    const folder = folderOf({ 'c.json': '{"builtins": [{"name": "count"}]}' })
    expect(rego(['eval', '--capabilities', join(folder, 'c.json'), 'count([1])']).code).toBe(0)
    expect(rego(['eval', '--capabilities', join(folder, 'c.json'), 'upper("a")']).out).toContain('undefined function upper')
  })
})

describe('rego test', () => {
  test('passes, fails and errs with the codes of opa', () => {
    expect(rego(['test', folderOf(policies)])).toMatchObject({ code: 0, out: 'PASS: 2/2\n' })
    const { code, out } = rego(['test', folderOf({ ...policies, 'bad_test.rego': 'package bad\n\ntest_no if { print("why"); 1 == 2 }\n\ntest_clash := x if some x in [1, 2]\n\ntodo_test_later if false\n' })])
    expect(code).toBe(2)
    expect(out).toMatch(/bad_test\.rego:\ndata\.bad\.test_no: FAIL \([^)]*\)\n {2}why\ndata\.bad\.test_clash: ERROR \([^)]*\)\n {2}.*eval_conflict_error.*\n-{80}\nPASS: 2\/5\nFAIL: 1\/5\nERROR: 1\/5\nSKIPPED: 1\/5\n$/)
    expect(rego(['test', folderOf({ 'x.rego': 'package x\n\ny' })]).code).toBe(1)
    expect(rego(['test', folderOf({ 'x.rego': 'package x' })]).out).toBe('no test cases found\n')
  })

  test('runs some, line by line, or as JSON', () => {
    const folder = folderOf(policies)
    expect(rego(['test', '-v', '-r', 'denied', folder]).out).toMatch(/data\.terraform_test\.test_denied: PASS \(.*\)\n-{80}\nPASS: 1\/1\n$/)
    expect(JSON.parse(rego(['test', '-f', 'json', folder]).out)).toMatchObject([{ package: 'data.terraform_test', name: 'test_denied', location: { row: 5 } }, { name: 'test_allowed' }])
  })

  test('a test of cases fails where one case does', () => {
    const tests = (last: number): string => `package t\n\ntest_cases[name] if {\n\tsome name, n in {"one": 1, "two": ${last}}\n\tn > 0\n}\n\ntest_each[name] := n > 0 if some name, n in {"one": 1, "two": ${last}}\n`
    expect(rego(['test', folderOf({ 't.rego': tests(2) })]).code).toBe(0)
    expect(rego(['test', folderOf({ 't.rego': tests(-2) })]).out).toContain('data.t.test_each: FAIL')
  })

  test('reports coverage line by line, and fails below the threshold', () => {
    const folder = folderOf({ ...policies, 'more.rego': 'package more\n\nnever if {\n\tinput.never\n\tinput.again\n}\n' })
    const { code, out } = rego(['test', '--coverage', folder])
    expect(code).toBe(0)
    const report = JSON.parse(out) as { files: { [name: string]: { coverage: number } }; coverage: number }
    expect(report.files[join(folder, 'more.rego')]).toEqual({ not_covered: [{ start: { row: 3 }, end: { row: 5 } }], covered_lines: 0, not_covered_lines: 3, coverage: 0 })
    expect(report.files[join(folder, 'terraform.rego')]?.coverage).toBe(100)
    expect(rego(['test', '--threshold', '99', folder])).toMatchObject({ code: 2, out: '' })
    expect(rego(['test', '--threshold', '50', folder]).code).toBe(0)
  })
})

describe('rego check', () => {
  test('is silent about what can be used, and names place and mistake otherwise', () => {
    const folder = folderOf(policies)
    expect(rego(['check', folder])).toEqual({ code: 0, out: '', err: '' })
    const bad = folderOf({ 'a.rego': 'package a\n\nx := y\n', 'b.rego': 'package b\n\nx if count(1) == 2\n' })
    expect(rego(['check', bad])).toEqual({ code: 1, out: '', err: `2 errors occurred:\n${bad}/a.rego:3: rego_unsafe_var_error: var y is unsafe\n${bad}/b.rego:3: rego_type_error: count: invalid argument(s)\n\thave: (number)\n\twant: (string or array or object or set)\n` })
    expect(JSON.parse(rego(['check', '-f', 'json', bad]).out)).toMatchObject({ errors: [{ code: 'rego_unsafe_var_error', location: { row: 3 } }, { code: 'rego_type_error' }] })
  })

  test.each([
    ['import data.x.y\n\nz := 1', 'import data.x.y unused'], ['z if {\n\ta := 1\n}', 'assigned var a unused'], ['z if {\n\tsome a, b in input\n\tb\n}', 'assigned var a unused'],
    ['z if any([true])', 'deprecated built-in function calls in expression: any'], ['z := [1 | a := 2]', 'assigned var a unused'],
  ])('with --strict: %s', (text, wanted) => {
    const folder = folderOf({ 'a.rego': `package a\n\n${text}\n` })
    expect(rego(['check', folder]).code).toBe(0)
    expect(rego(['check', '--strict', folder])).toMatchObject({ code: 1, err: expect.stringContaining(wanted) as string })
  })

  test.each(['import data.x.y\n\nz := y', 'z if {\n\ta := 1\n\ta == 1\n}', 'f(a) := a', 'z if {\n\tsome a in input\n\tb := a\n\tevery c in b { c == a }\n}', 'z := {a: b | some a, b in input}', 'z if {\n\t[a, _] := input.x\n\ta\n}', 'z := $"{y}" if y := 1'])('--strict has nothing against: %s', (text) => {
    expect(rego(['check', '--strict', folderOf({ 'a.rego': `package a\n\n${text}\n` })])).toEqual({ code: 0, out: '', err: '' })
  })
})

describe('rego conformance', () => {
  test('prints a line for each group and closes with the sums', () => {
    const good = { note: 'g/one', query: 'data.t.p = x', modules: ['package t\n\np := 1'], want_result: [{ x: 1 }] }
    const folder = folderOf({ 'g/a.json': JSON.stringify({ cases: [good] }), 'h/b.json': JSON.stringify({ cases: [good, { ...good, note: 'h/two', want_result: [{ x: 2 }] }] }) })
    expect(rego(['conformance', folder])).toEqual({ code: 2, out: 'g: 1 passed, 0 failed\nh: 1 passed, 1 failed\n2 passed, 1 failed\n', err: '' })
    expect(JSON.parse(rego(['conformance', '--json', folder]).out)).toMatchObject({ passed: 2, failed: 1, groups: [{ name: 'g' }, { cases: [{ passed: true }, { note: 'h/two', passed: false }] }] })
    expect(rego(['conformance', join(folder, 'nope')]).code).toBe(2)
  })
})

describe('help', () => {
  test('names every verb, option, example and exit code', () => {
    const all = rego(['--help']).out
    for (const verb of verbs) {
      expect(all).toContain(`  ${verb.name} `)
      const { code, out } = rego([verb.name, '--help'])
      expect(code).toBe(0)
      for (const option of verb.options) expect(out).toContain(`--${option.name}`)
      for (const [line] of verb.examples) expect(out).toContain(line)
      for (const [exit] of verb.exits) expect(out).toContain(`  ${exit}  `)
    }
    expect(rego(['frob'])).toEqual({ code: 2, out: '', err: 'rego: unknown verb frob\nSee: rego --help\n' })
    expect(rego(['--version']).out).toMatch(/^rego \d+\.\d+\.\d+\n$/)
  })

  test('the binary is there', () => {
    expect(existsSync(join(import.meta.dirname, '../../bin/rego.mjs'))).toBe(true)
  })
})
