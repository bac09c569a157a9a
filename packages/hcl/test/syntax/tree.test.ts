/** How texts are understood: precedence, steps, splats, templates, heredocs. The trees are written shortly here; ranges are tested apart. */
import { describe, expect, test } from 'vitest'
import { type Attribute, type Block, type Expression, type Node, parse, parseExpression, parseTemplate, parseTraversal, walk } from '../../src/index.ts'

/** An expression in parentheses, prefix form. */
function short(node: Node): string {
  switch (node.kind) {
    case 'number':
      return node.lexeme
    case 'bool':
      return String(node.value)
    case 'string':
    case 'text':
      return JSON.stringify(node.value)
    case 'name':
      return `'${node.name}`
    case 'traversal':
      return node.name + node.steps.map(short).join('')
    case 'relative':
      return `(${short(node.from)})${node.steps.map(short).join('')}`
    case 'get-attribute':
      return `.${node.name}`
    case 'get-index':
      return `[${short(node.key)}${node.legacy ? ' old' : ''}]`
    case 'index':
      return `(index ${short(node.from)} ${short(node.key)})`
    case 'splat':
      return `(${node.full ? 'splat' : 'attr-splat'} ${short(node.from)} ${short(node.each)})`
    case 'call':
      return `(${node.name}${node.args.map((arg) => ` ${short(arg)}`).join('')}${node.expand ? ' ...' : ''})`
    case 'conditional':
      return `(? ${short(node.condition)} ${short(node.whenTrue)} ${short(node.whenFalse)})`
    case 'binary':
      return `(${node.operator} ${short(node.left)} ${short(node.right)})`
    case 'unary':
      return `(${node.operator} ${short(node.operand)})`
    case 'tuple':
      return `[${node.items.map(short).join(' ')}]`
    case 'object':
      return `{${node.items.map((item) => `${short(item.key)}: ${short(item.value)}`).join(', ')}}`
    case 'for-tuple':
      return `[for ${node.keyName?.name ?? '-'} ${node.valueName.name} ${short(node.collection)} ${short(node.value)} ${node.condition ? short(node.condition) : '-'}]`
    case 'for-object':
      return `{for ${node.keyName?.name ?? '-'} ${node.valueName.name} ${short(node.collection)} ${short(node.key)} ${short(node.value)}${node.group ? ' ...' : ''} ${node.condition ? short(node.condition) : '-'}}`
    case 'parentheses':
      return `(paren ${short(node.value)})`
    case 'wrap':
      return `(wrap ${short(node.part)})`
    case 'template':
      return `(template ${node.parts.map(short).join(' ')})`
    case 'interpolation':
      return `\${${short(node.value)}}`
    case 'template-if':
      return `(if ${short(node.condition)} [${node.whenTrue.map(short).join(' ')}] ${node.whenFalse === null ? '-' : `[${node.whenFalse.map(short).join(' ')}]`})`
    case 'template-for':
      return `(for ${node.keyName?.name ?? '-'} ${node.valueName.name} ${short(node.collection)} [${node.parts.map(short).join(' ')}])`
    case 'null':
    case 'item':
    case 'error':
    case 'attribute':
    case 'block':
    case 'body':
    case 'comment':
    case 'directive':
    case 'file':
    case 'fragment':
    case 'label':
    case 'object-item':
      return node.kind
  }
}

const expressions: [string, string][] = [
  ['a ? b : c ? d : e', '(? a b (? c d e))'],
  ['a ? b ? c : d : e', '(? a (? b c d) e)'],
  ['a || b && c == d < e + f * g', '(|| a (&& b (== c (< d (+ e (* f g))))))'],
  ['a * b + c < d == e && f || g', '(|| (&& (== (< (+ (* a b) c) d) e) f) g)'],
  ['a - b - c', '(- (- a b) c)'],
  ['a / b * c % d', '(% (* (/ a b) c) d)'],
  ['a == b != c', '(!= (== a b) c)'],
  ['a || b ? c && d : e', '(? (|| a b) (&& c d) e)'],
  ['-a.b + !c[0]', '(+ (- a.b) (! c[0]))'],
  ['--a', '(- (- a))'],
  ['-46 + 5', '(+ (- 46) 5)'],
  ['(a + b) * c', '(* (paren (+ a b)) c)'],
  ['(a).b', '((paren a)).b'],
  ['a.b["c"][0].d', 'a.b["c"][0].d'],
  ['a.0.b', 'a[0 old].b'],
  ['a[b].c', '((index a b)).c'],
  ['a.b[c.d][0]', '((index a.b c.d))[0]'],
  ['a["x${1}"]', '(index a (template "x" ${1}))'],
  ['a[true]', '(index a true)'],
  ['f(x).y', '((f x)).y'],
  ['a[*].b[0].c', '(splat a (item).b[0].c)'],
  ['a[*].b[c].d', '(splat a ((index (item).b c)).d)'],
  ['a.*.b.0.c[0]', '((attr-splat a (item).b[0 old].c))[0]'],
  ['a[*].b[*].c', '(splat a (splat (item).b (item).c))'],
  ['a.*', '(attr-splat a item)'],
  ['f(a)[*]', '(splat (f a) item)'],
  ['[1, "a", null, true,]', '[1 "a" null true]'],
  ['{ a = 1, "b" : 2, (c) = 3, "d${e}" = 4, true = 5, f.g = 6 }', '{\'a: 1, "b": 2, (paren c): 3, (template "d" ${e}): 4, \'true: 5, f.g: 6}'],
  ['f(a, b...)', '(f a b ...)'],
  ['provider :: x::f(1)', '(provider::x::f 1)'],
  ['[for v in a : v]', '[for - v a v -]'],
  ['[for k, v in a : k if v]', '[for k v a k v]'],
  ['{for k, v in a : k => v... if v}', '{for k v a k v ... v}'],
  ['"${a}"', '(wrap ${a})'],
  ['"${a}b"', '(template ${a} "b")'],
  ['" ${~ a ~} "', '(template "" ${a} "")'],
  ['"a\\n\\t\\"\\\\\\u00e9\\U0001F600$${x}%%{y}$%"', '"a\\n\\t\\"\\\\é😀${x}%{y}$%"'],
  ['"$$${a}"', '"$${a}"'],
  ['"$$$${a}"', '"$$${a}"'],
  ['"a  ${~ b ~}  c  %{~ if d ~}  e  %{~ else ~}  f  %{~ endif ~}  g"', '(template "a" ${b} "c" (if d ["e"] ["f"]) "g")'],
  ['"%{ for k, v in m }${k}%{ endfor }"', '(template (for k v m [${k}]))'],
  ['"%{ if a }%{ endif }"', '(template (if a [] -))'],
  ['"%{ if a }%{ if b }x%{ endif }%{ else }%{ for c in d }y%{ endfor }%{ endif }"', '(template (if a [(if b ["x"] -)] [(for - c d ["y"])]))'],
  ['"${"a"}"', '(wrap ${"a"})'],
  ['""', '""'],
]

test.each(expressions)('%s', (text, expected) => {
  const { tree, diagnostics } = parseExpression(text)
  expect(diagnostics).toEqual([])
  expect(short(tree.value)).toBe(expected)
})

const heredocs: [string, string][] = [
  ['<<E\na\n  b\nE\n', '"a\\n  b\\n"'],
  ['<<E\nE\n', '""'],
  ['<<E\n\n  E  \n', '"\\n"'],
  ['<<-E\n    a\n\n   \n     b\n     ${x}\n  E\n', '(template "a\\n\\n   \\n b\\n " ${x} "\\n")'],
  ['<<-E\n  a\n b\n  E\n', '" a\\nb\\n"'],
  ['<<-E\n\ta\n  b\nE\n', '"a\\n b\\n"'],
  ['<<-E\n   ${1 ~}\n  x\n    y\n   E\n', '(template "" ${1} "  x\\n y\\n")'],
  ['<<E\nfoo  \n  ${~ 1 ~}\n  bar\nE\n', '(template "foo  \\n" ${1} "  bar\\n")'],
  ['<<E\n%{ for x in y ~}\n  s ${x}\n%{ endfor ~}\nE\n', '(template (for - x y ["  s " ${x} "\\n"]) "")'],
  ['<<E\na\\nb "c" $${d} $e\nE\n', '"a\\\\nb \\"c\\" ${d} $e\\n"'],
  ['<<E\r\na\r\nE\r\n', '"a\\r\\n"'],
  ['<<E\nEE\n E E\nE\n', '"EE\\n E E\\n"'],
  ['<<E\n${<<F\nin\nF\n}\nE\n', '(template ${"in\\n"} "\\n")'],
  ['<<E\n${a}E\nE\n', '(template ${a} "E\\n")'],
]

test.each(heredocs)('%j', (text, expected) => {
  const { tree, diagnostics } = parse(`x = ${text}`)
  expect(diagnostics).toEqual([])
  expect(short((tree.body.items[0] as Attribute).value)).toBe(expected)
})

describe('templates without quotes', () => {
  test.each([
    ['', '""'],
    ['a "b" \\n\n', '"a \\"b\\" \\\\n\\n"'],
    ['${a}', '(wrap ${a})'],
    ['${a}\n', '(template ${a} "\\n")'],
    ['a\rb ${c}', '"a\\rb ${c}"'],
    ['$', '"$"'],
    ['%{ if a ~}\n x\n%{ endif }', '(template (if a [" x\\n"] -))'],
  ])('%j', (text, expected) => {
    const { tree, diagnostics } = parseTemplate(text)
    expect(diagnostics).toEqual([])
    expect(short(tree.value)).toBe(expected)
  })
})

test('ranges are those of the text', () => {
  const text = 'a "b" c {\n  d = f::g(x.y[0], -1)\n}\n'
  const { tree } = parse(text)
  const ranges: string[] = []
  walk(tree, (node) => void ranges.push(`${node.kind} ${tree.source.slice(node)}`))
  expect(ranges.slice(2)).toEqual([
    'block a "b" c {\n  d = f::g(x.y[0], -1)\n}',
    'label "b"',
    'label c',
    'body {\n  d = f::g(x.y[0], -1)\n}',
    'attribute d = f::g(x.y[0], -1)',
    'call f::g(x.y[0], -1)',
    'traversal x.y[0]',
    'get-attribute .y',
    'get-index [0]',
    'number 0',
    'unary -1',
    'number 1',
  ])
  const block = tree.body.items[0] as Block
  const attribute = (block.body.kind === 'body' ? block.body.items[0] : null) as Attribute
  expect([text.slice(block.start, block.typeEnd), text.slice(attribute.start, attribute.nameEnd)]).toEqual(['a', 'd'])
  expect(attribute.value.kind === 'call' && text.slice(attribute.value.start, attribute.value.nameEnd)).toBe('f::g')
})

test('directives keep the places and words of their markers', () => {
  const text = '"%{ if a ~}x%{ else }y%{~ endif }"'
  const { tree } = parseExpression(text)
  const value: Expression = tree.value
  const part = value.kind === 'template' ? value.parts[0] : undefined
  expect(part?.kind === 'template-if' && part.markers.map((marker) => [marker.word, text.slice(marker.start, marker.end), marker.stripLeft, marker.stripRight])).toEqual([
    ['if', '%{ if a ~}', false, true],
    ['else', '%{ else }', false, false],
    ['endif', '%{~ endif }', true, false],
  ])
})

test('comments are kept, without their line ends', () => {
  const text = '# one\r\na = 1 // two\nb = [ /* three\n */ 1 ] # four'
  const { tree } = parse(text)
  expect(tree.comments.map((comment) => text.slice(comment.start, comment.end))).toEqual(['# one', '// two', '/* three\n */', '# four'])
})

test('traversals in strings are read, other expressions are not', () => {
  expect(parseTraversal('module.a["x"].b')?.steps).toHaveLength(3)
  for (const other of ['', 'a b', 'f(x)', 'a[*]', 'a[b]', '1', 'a +']) expect(parseTraversal(other)).toBeNull()
})
