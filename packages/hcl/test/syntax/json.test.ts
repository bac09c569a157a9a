/** The JSON syntax: values with ranges, templates in strings, bodies read against a schema. */
import { describe, expect, test } from 'vitest'
import { attributes, content, type Diagnostic, type Expression, expressionOf, type JsonValue, parse, parseJson, print, walk } from '../../src/index.ts'
import { mutated, rounds, seeded } from '../support/texts.ts'

const expressionIn = (json: string): { value: Expression; diagnostics: Diagnostic[]; text: string } => {
  const text = `{"a": ${json}}`
  const { tree, diagnostics } = parseJson(text)
  const found: Diagnostic[] = [...diagnostics]
  const member = tree.value.kind === 'json-object' ? tree.value.members[0] : undefined
  if (member === undefined) throw new Error(JSON.stringify(diagnostics[0]?.detail))
  return { value: expressionOf(member.value, tree.source, found), diagnostics: found, text }
}

test('strings are templates, and ranges point into the JSON, escapes or not', () => {
  for (const [json, expected] of [
    ['"x ${a.b} y"', ['"x ${a.b} y"', 'x ', '${a.b}', 'a.b', '.b', ' y']],
    ['"\\u00e9\\n ${a[\\"k\\"]}"', ['"\\u00e9\\n ${a[\\"k\\"]}"', '\\u00e9\\n ', '${a[\\"k\\"]}', 'a[\\"k\\"]', '[\\"k\\"]', '\\"k\\"']],
    ['"${f(1)}"', ['"${f(1)}"', '${f(1)}', 'f(1)', '1']],
  ] as const) {
    const { value, diagnostics, text } = expressionIn(json)
    expect(diagnostics).toEqual([])
    const ranges: string[] = []
    walk(value, (node) => void ranges.push(text.slice(node.start, node.end)))
    expect(ranges).toEqual(expected)
  }
})

test('literals, lists and objects', () => {
  const { value } = expressionIn('[1, -2.5e3, true, null, {"k${1}": "v", "//": []}, "$${x}"]')
  expect(value.kind === 'tuple' && value.items.map(({ kind }) => kind)).toEqual(['number', 'unary', 'bool', 'null', 'object', 'string'])
  const [, , , , object, escaped] = value.kind === 'tuple' ? value.items : []
  expect(object?.kind === 'object' && object.items.map(({ key }) => key.kind)).toEqual(['template', 'string'])
  expect(escaped?.kind === 'string' && escaped.value).toBe('${x}')
})

test('a JSON file comes back from its tree, whatever it is', () => {
  const by = seeded('json print')
  const whole = '{"a": [1, -2.5e10, "x\\n\u00e9", true, null, {"b": {}}], "c d": [[], ""]}\n'
  for (let round = rounds(500, 20_000); round > 0; round--) {
    const text = round === 1 ? whole : mutated(whole, by, 3)
    const { tree } = parseJson(text)
    expect(print(tree)).toBe(text)
  }
})

test('a mistake in a template is found at its place', () => {
  const { diagnostics, text } = expressionIn('"\\t${a +}"')
  expect(diagnostics.map(({ code, start }) => [code, text.slice(start)])).toEqual([['invalid-expression', '}"}']])
})

describe('what is no JSON is one finding', () => {
  test.each(['', '{', '}', '{]', '{"a"}', '{"a":}', '{"a":1,}', '[1,]', '{a: 1}', "{'a': 1}", '{"a": 01}', '{"a": 1.}', '{"a": .5}', '{"a": +1}', '{"a": NaN}', '{"a": "\n"}', '{"a": "\\x"}', '{"a": "', '{"a": tru}', '{"a": 1} x', '{"a": 1 "b": 2}', '\ufeff{}', '1', '"a"', 'null', '// c\n{}', '{"a": "\u0001"}'])('%j', (text) => {
    expect(parseJson(text).diagnostics).toHaveLength(1)
  })

  test.each(['{}', '[]', ' { } ', '{"a": 1, "a": 2}', '[{"a": 1}, {"b": 2}]', '{"a": "\\ud800 \\u00e9 \\/"}', '{"a": -0.5e-3}', '\r\n{\t}\n'])('and JSON is none: %j', (text) => {
    expect(parseJson(text).diagnostics).toEqual([])
  })

  test('what stood before the mistake is kept', () => {
    const { tree } = parseJson('{"a": {"b": [1, 2, {"c": 3}], "d": }}')
    const kinds: string[] = []
    const visit = (value: JsonValue): void => {
      kinds.push(value.kind)
      if (value.kind === 'json-object') value.members.forEach((member) => visit(member.value))
      if (value.kind === 'json-array') value.items.forEach(visit)
    }
    visit(tree.value)
    expect(kinds).toEqual(['json-object', 'json-object', 'json-array', 'json-number', 'json-number', 'json-object', 'json-number', 'error'])
  })

  test('our answer is that of JSON.parse, whatever the text', () => {
    const by = seeded('json')
    const whole = JSON.stringify({ a: [1, -2.5e10, 'x\n\u00e9"', true, null, { b: {} }], 'c d': [[], ''] }, null, 1)
    for (let round = rounds(1500, 50_000); round > 0; round--) {
      const text = mutated(whole, by, 3)
      let valid = true
      try {
        const value: unknown = JSON.parse(text)
        valid = typeof value === 'object' && value !== null
      } catch {
        valid = false
      }
      if ((parseJson(text).diagnostics.length === 0) !== valid) throw new Error(JSON.stringify(text))
    }
  })
})

describe('bodies against a schema', () => {
  const schema = { attributes: ['x', 'y'], blocks: [{ type: 'b', labels: 0 }, { type: 'c', labels: 2 }] }

  test('say the same in both syntaxes', () => {
    const native = parse('x = 1\nz = 2\nb {\n}\nb {\n}\nc "l" m {\n}\nc "l" n {\n}\nd {\n}\n').tree.body
    const json = parseJson('{"x": 1, "z": 2, "b": [{}, {}], "c": {"l": {"m": {}, "n": [{}, null]}}, "d": {}, "//": "a comment"}').tree.body
    for (const body of [native, json]) {
      const read = content(body, schema)
      expect([...read.attributes.keys()]).toEqual(['x'])
      expect(read.blocks.map(({ type, labels }) => [type, ...labels.map(({ value }) => value)])).toEqual([['b'], ['b'], ['c', 'l', 'm'], ['c', 'l', 'n']])
      expect(read.rest.map((other) => (other.kind === 'block' ? other.type : other.name))).toEqual(['z', 'd'])
      expect(read.diagnostics).toEqual([])
    }
  })

  test('an array of objects counts as one object', () => {
    const { tree } = parseJson('[{"x": 1}, {"y": 2}]')
    expect([...attributes(tree.body).attributes.keys()]).toEqual(['x', 'y'])
  })

  test.each([
    ['{"x": 1, "x": 2}', 'duplicate-argument'],
    ['{"b": 1}', 'invalid-structure'],
    ['{"c": {"l": 1}}', 'invalid-structure'],
    ['{"b": [1]}', 'invalid-structure'],
  ])('what does not fit is a finding: %s', (text, code) => {
    expect(content(parseJson(text).tree.body, schema).diagnostics.map((one) => one.code)).toEqual([code])
  })
})
