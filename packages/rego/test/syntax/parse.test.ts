/** The parser: trees, places, comments, annotations, and messages that name the place. */
import { describe, expect, test } from 'vitest'
import { parseModule, parseQuery, parseTermText } from '../../src/index.ts'

const module = (text: string, version: 'v0' | 'v1' = 'v1') => {
  const parsed = parseModule(text, { file: 'a.rego', version })
  if (!parsed.ok) throw new Error(parsed.diagnostics.map((one) => `${one.location.row}:${one.location.col} ${one.message}`).join('\n'))
  return parsed.value
}

const complaint = (text: string, version: 'v0' | 'v1' = 'v1'): string => {
  const parsed = parseModule(text, { file: 'a.rego', version })
  const first = parsed.ok ? undefined : parsed.diagnostics[0]
  return first === undefined ? '' : `${first.location.row}:${first.location.col} ${first.message}`
}

describe('modules', () => {
  test('package, imports, rules, comments, each with its place', () => {
    const found = module('# first\npackage a.b["c-d"]\n\nimport data.x as y\nimport rego.v1\n\np := 1 # last\n')
    expect(found.package).toEqual(['a', 'b', 'c-d'])
    expect(found.imports.map(({ path, alias }) => ({ path, alias }))).toEqual([{ path: ['data', 'x'], alias: 'y' }, { path: ['rego', 'v1'], alias: undefined }])
    expect(found.rules.map((rule) => found.source.locate(rule.at))).toEqual([{ file: 'a.rego', row: 7, col: 1 }])
    expect(found.comments.map((one) => one.text)).toEqual([' first', ' last'])
  })

  test('columns count code points', () => {
    expect(complaint('package a\np := "\u{1f600}" }')).toBe('2:10 unexpected } token: expected \\n or ; or end of rule')
  })

  test('annotations go with the rule, the document or the package that they stand before', () => {
    const found = module('# METADATA\n# title: whole\npackage a\n\n# METADATA\n# title: one\n# custom:\n#   severity: HIGH\n# authors: ["Jo <jo@x.org>"]\np if true\n\n# METADATA\n# scope: document\n# title: doc\nq if true\n\n# METADATA\n# entrypoint: true\nr if true')
    expect(found.annotations.map((one) => one.value)).toEqual([{ scope: 'package', title: 'whole' }, { scope: 'document', title: 'doc' }, { scope: 'document', entrypoint: true }])
    expect(found.rules[0]?.annotations.map((one) => one.value)).toEqual([{ scope: 'rule', title: 'one', custom: { severity: 'HIGH' }, authors: [{ name: 'Jo', email: 'jo@x.org' }] }])
  })

  test('an annotation that is no YAML is a diagnostic', () => {
    expect(complaint('package a\n# METADATA\n# title: [\np := 1')).toMatch(/^2:1 yaml: /)
    expect(complaint('package a\n# METADATA\n# scope: galaxy\np := 1')).toContain('invalid scope "galaxy"')
  })
})

describe('messages point at the place', () => {
  test.each([
    ['', '1:1 empty module'],
    ['package ', '1:9 unexpected eof token: expected ident'],
    ['package foo.', '1:13 unexpected eof token: expected ident'],
    ['p := 1', '1:1 package expected'],
    ['package a\np := ', '2:6 unexpected eof token'],
    ['package a\np if {', '2:7 unexpected eof token'],
    ['package a\np if { true; := }', '2:14 unexpected := token'],
    ['package a\np := [x | ]', '2:11 unexpected ] token: found empty body'],
    ['package a\np := "x', '2:6 non-terminated string'],
    ['package a\np := [1, 2', '2:11 unexpected eof token: expected "," or "]"'],
    ['package a\nimport foo', '2:8 unexpected import path, must begin with one of: {data, future, input, rego}, got: foo'],
    ['package a\np if not some x in [1]', '2:10 unexpected some keyword: illegal negation of \'some\''],
    ['package a\np contains x if true else := 3', '2:22 unexpected else keyword: else keyword cannot be used on multi-value rules'],
    ['package a\np := 01', '2:6 unexpected number token: expected number without leading zero'],
    ['package a\ndefault p := input.x', '2:14 illegal default rule (value cannot contain ref)'],
    ['package a\np := "a".b', '2:6 illegal ref (head cannot be string)'],
  ])('%j', (text, message) => {
    expect(complaint(text)).toBe(message)
  })
})

describe('total', () => {
  test('nesting has a limit, and is read in linear time below it', () => {
    for (const open of ['[', '{', '(', '{1: ', '[1 | x = ', 'f(', '$"{', 'a[']) expect(complaint(`package a\np := ${open.repeat(20_000)}`)).not.toBe('')
    expect(parseTermText(`${'['.repeat(300)}${']'.repeat(300)}`).ok).toBe(true)
    expect(parseTermText(`${'{'.repeat(300)}1${'}'.repeat(300)}`).ok).toBe(true)
  })

  test('a query is literals on lines or between semicolons', () => {
    expect(parseQuery('x := 1; y = 2\nz == 3').ok).toBe(true)
    expect(parseQuery('x := 1 y = 2').ok).toBe(false)
    expect(parseQuery('').ok).toBe(false)
  })
})
