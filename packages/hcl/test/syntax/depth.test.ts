/** Texts made to hurt: a hundred thousand levels, or items, or mistakes. Each has an answer, in time linear in the text. */
import { expect, test } from 'vitest'
import { parse, parseExpression, parseJson, parseTemplate, print } from '../../src/index.ts'

const many = 100_000
const times = (text: string, n = many): string => text.repeat(n)

const deep: Record<string, string> = {
  parentheses: `a = ${times('(')}1${times(')')}\nb = 1\n`,
  'open parentheses': `a = ${times('(')}`,
  lists: `a = ${times('[')}${times(']')}\n`,
  objects: `a = ${times('{a=')}1${times('}')}\n`,
  negations: `a = ${times('!')}x\n`,
  'binary operators': `a = 1${times(' + 1')}\n`,
  conditionals: `a = ${times('x ? 1 : ')}2\n`,
  'conditionals in the middle': `a = ${times('x ? ')}1${times(' : 2')}\n`,
  blocks: `${times('a {\n')}${times('}\n')}b = 1\n`,
  indices: `a = b${times('[c]')}\n`,
  splats: `a = b${times('[*]')}\n`,
  templates: `a = ${times('"${')}1${times('}"')}\n`,
  directives: `a = "${times('%{ if x }')}${times('%{ endif }')}"\n`,
  calls: `a = ${times('f(')}${times(')')}\n`,
  'for expressions': `a = ${times('[for x in y : ')}1${times(']')}\n`,
  heredocs: times('a = <<E\n${<<E\n'),
}

test.each(Object.entries(deep))('too many levels of %s are one finding', (_, text) => {
  const { tree, diagnostics } = parse(text)
  expect(diagnostics.map(({ code }) => code)).toEqual(['too-deep'])
  expect(print(tree)).toBe(text)
})

test('four hundred levels are read', () => {
  const levels = 400
  for (const text of [`${times('(', levels)}1${times(')', levels)}`, `1${times(' + 1', levels)}`, `${times('a ? 1 : ', levels)}2`, `${times('[', levels)}${times(']', levels)}`, `a${times('[b]', levels)}`]) {
    expect(parseExpression(text).diagnostics).toEqual([])
  }
})

const long: Record<string, [text: string, findings: number]> = {
  attributes: [Array.from({ length: many }, (_, i) => `a${i} = ${i}\n`).join(''), 0],
  'steps of a traversal': [`a = b${times('.c')}\n`, 0],
  'parts of a template': [`a = "${times('x${1}')}"\n`, 0],
  comments: [times('# x\n'), 0],
  'namespaces of a function': [`a = a${times('::b')}()\n`, 0],
  'items of a list': [`a = [${times('1, ')}]\n`, 0],
  'wrong lines': [times('x y z = = \n', 20_000), 20_000],
  'strings that are not closed': [Array.from({ length: 20_000 }, (_, i) => `a${i} = "x\n`).join(''), 20_000],
  quotes: [times('"'), 1],
  'heredocs that are none': [times('<<A'), 1],
  'comments that are not closed': [`a = 1 ${times('/*')}`, 1],
}

test.each(Object.entries(long))('very many %s are read', (_, [text, findings]) => {
  const { tree, diagnostics } = parse(text)
  expect(diagnostics).toHaveLength(findings)
  expect(print(tree)).toBe(text)
})

test('very many bytes that are not UTF-8 are read, in comments and elsewhere, and their places found', () => {
  const comments = parse(Uint8Array.from('# \xff\n'.repeat(many), (c) => c.charCodeAt(0)))
  expect(comments.diagnostics).toEqual([])
  expect(comments.tree.source.position(comments.tree.end).byte).toBe(4 * many)
  const text = Array.from({ length: many }, (_, i) => `a${100_000 + i} = \xff\n`).join('')
  const lines = parse(Uint8Array.from(text, (c) => c.charCodeAt(0)))
  expect(lines.diagnostics).toHaveLength(many)
  expect(lines.diagnostics.map(({ start }) => lines.tree.source.position(start).byte).at(-1)).toBe(text.length - 2)
})

test('very many items of JSON are read', () => {
  const text = `[${times('1,', 300_000)}1]`
  const { tree, diagnostics } = parseJson(text)
  expect(diagnostics).toEqual([])
  expect(print(tree)).toBe(text)
})

test('templates and JSON are bounded as well', () => {
  expect(parseTemplate(times('${"')).diagnostics.map(({ code }) => code)).toEqual(['too-deep'])
  expect(parseTemplate(times('%{ if x }')).diagnostics.map(({ code }) => code)).toEqual(['too-deep'])
  expect(parseJson(times('[')).diagnostics.map(({ code }) => code)).toEqual(['too-deep'])
  expect(parseJson(times('{"a":')).diagnostics.map(({ code }) => code)).toEqual(['too-deep'])
})
