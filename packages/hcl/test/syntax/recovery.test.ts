/** One mistake costs one finding, and what stands around it is read as if it were not there. */
import { describe, expect, test } from 'vitest'
import { type File, parse, walk } from '../../src/index.ts'

/** A file of ordinary form with one place for a mistake. */
const around = (mistake: string): string => `resource "a" "one" {
  first = 1
  tags = {
    x = 1
  }
}

resource "b" "two" {
  before = [1, 2]
${mistake.replace(/^(?!$)/gm, '  ')}
  after = "x"
  nested {
    y = 2
  }
}

resource "c" "three" {
  last = true
}
`

const mistakes: Record<string, string> = {
  'no value': 'bad =',
  'no operand': 'bad = 1 +',
  'two values': 'bad = 1 2',
  'a comma for a newline': 'bad = 1, worse = 2',
  'a string that is not closed': 'bad = "abc',
  'a string over two lines': 'bad = "abc\ndef"',
  'a list that is not closed': 'bad = [1, 2',
  'a list of several lines that is not closed': 'bad = [\n  1,\n  2,',
  'a list without a comma': 'bad = [\n  1\n  2\n]',
  'an object that is not closed': 'bad = {\n  x = 1',
  'a call that is not closed': 'bad = f(1, 2',
  'a parenthesis that is not closed': 'bad = (1 + 2',
  'a bracket too many': 'bad = [1, 2]]',
  'a parenthesis too many': 'bad = f(1))',
  'a wrong value in an object': 'bad = {\n  x = = 1\n  y = 2\n}',
  'an interpolation that is not closed': 'bad = "x ${y "',
  'an interpolation of another language': 'bad = "x ${y:-z}"',
  'a directive that is not closed': 'bad = "%{ if x }y"',
  'single quotes': "bad = 'abc'",
  'a semicolon': 'bad = 1;',
  'a wrong character': 'bad = 1 @ 2',
  'a name alone': 'bad',
  'a colon': 'bad: 1',
  'an argument with quotes': '"bad" = 1',
  'a block with an equals sign behind its label': 'bad "x" = {\n  y = 1\n}',
  'a block header without a brace': 'bad "x"',
  'a label that is not closed': 'bad "x {\n}',
  'a conditional without its second result': 'bad = x ? y',
  'a for without a colon': 'bad = [for x in y x]',
  'a splat that is not closed': 'bad = x[*',
  'an escape that is none': 'bad = "\\q"',
  'a number that is none': 'bad = 1.2.3',
  'a one-line block with two arguments': 'bad { x = 1, y = 2 }',
  'a one-line block that is not': 'bad { x = 1\n  y = 2\n}',
  'a nested block in a one-line block': 'bad { x {} }',
  'a double dot': 'bad = a..b',
}

const nameOf = (tree: File): string[] => {
  const names: string[] = []
  walk(tree, (node) => {
    if (node.kind === 'attribute') names.push(node.name)
    if (node.kind === 'block') names.push([node.type, ...node.labels.map(({ value }) => value)].join(' '))
  })
  return names
}

describe('a mistake within a block', () => {
  test.each(Object.entries(mistakes))('%s', (_, mistake) => {
    const { tree, diagnostics } = parse(around(mistake))
    expect(diagnostics.map(({ code, detail }) => `${code}: ${detail}`)).toHaveLength(1)
    const names = nameOf(tree)
    expect(names.filter((name) => name !== 'bad' && name !== 'worse' && !name.startsWith('bad ') && name !== 'x' && name !== 'y')).toEqual(
      ['resource a one', 'first', 'tags', 'resource b two', 'before', 'after', 'nested', 'resource c three', 'last'],
    )
    expect(tree.body.items.filter(({ kind }) => kind === 'block')).toHaveLength(3)
  })

  test('and without a mistake there is no finding', () => {
    expect(parse(around('good = 1')).diagnostics).toEqual([])
  })

  test('what stands before a mistake on its line is kept', () => {
    const { tree } = parse('a = 1 oops\nb = 2\n')
    expect(tree.body.items.map((item) => (item.kind === 'attribute' ? item.name : item.kind))).toEqual(['a', 'error', 'b'])
  })

  test('a brace too many at the top is one finding', () => {
    expect(parse('a {\n}\n}\nb {\n}\n').diagnostics.map(({ code }) => code)).toEqual(['invalid-item'])
  })

  test('a mistake in a file without indentation is one finding as well', () => {
    const { tree, diagnostics } = parse('a {\nb = {\nc = = 1\nd = 2\n}\ne = 3\n}\nf = 4\n')
    expect(diagnostics).toHaveLength(1)
    expect(nameOf(tree)).toEqual(['a', 'b', 'e', 'f'])
  })
})

describe('a block that is not closed is one finding, at its brace, and the blocks behind it are still beside it', () => {
  test.each([
    ['at the end of the file', 'a "b" {\n  c = 1\n', 6, ['a b', 'c']],
    ['before another block', 'a "b" {\n  c = 1\n\nd "e" {\n  f = 2\n}\n', 6, ['a b', 'c', 'd e', 'f']],
    ['within another block', 'a {\n  b {\n    c = 1\n}\nd {\n  e = 1\n}\n', 8, ['a', 'b', 'c', 'd', 'e']],
    ['because an object is not', 'a {\n  b = {\n    c = 1\n}\nd {\n  e = 1\n}\n', 2, ['a', 'b', 'd', 'e']],
  ])('%s', (_, text, at, names) => {
    const { tree, diagnostics } = parse(text)
    expect(diagnostics.map(({ code, start }) => [code, start])).toEqual([['unclosed-block', at]])
    expect(nameOf(tree)).toEqual(names)
    const outer = tree.body.items.map((item) => (item.kind === 'block' ? item.type : item.kind))
    expect(outer).toEqual(names.filter((name) => ['a', 'a b', 'd', 'd e'].includes(name)).map((name) => name.slice(0, 1)))
  })

  test('without indentation the last brace that is missing is taken for the first block', () => {
    const { tree, diagnostics } = parse('a {\nb {\nc = 1\n}\nd = 1\n')
    expect(diagnostics.map(({ code, start }) => [code, start])).toEqual([['unclosed-block', 2]])
    expect(nameOf(tree)).toEqual(['a', 'b', 'c', 'd'])
  })
})

test('findings come in the order of the text, each with a place in it', () => {
  const { diagnostics, tree } = parse('a = \nb = 1\nc = "\nd = ]\n')
  expect(diagnostics.map(({ start }) => tree.source.position(start).line)).toEqual([1, 3, 4])
})

test('an argument that is set twice is a finding, also among very many', () => {
  const many = Array.from({ length: 100 }, (_, i) => `a${i} = 1\n`).join('')
  expect(parse(`${many}a50 = 2\n`).diagnostics.map(({ code }) => code)).toEqual(['duplicate-argument'])
  expect(parse('a = 1\na = 2\n').diagnostics.map(({ code, start }) => [code, start])).toEqual([['duplicate-argument', 6]])
})
