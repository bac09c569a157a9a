/** What holds for every text: nothing is thrown, the text comes back from its tree, ranges nest and cover. */
import { expect, test } from 'vitest'
import { children, type File, type Node, parse, parseExpression, parseJson, parseTemplate, print, walk } from '../../src/index.ts'
import { random } from '../support/random.ts'
import { assembled, conformanceFiles, everything, excerpt, mutated, noise, rounds, seeded, windows } from '../support/texts.ts'

const files = (): string[] => [everything, windows, ...conformanceFiles('kics', '.tf').map(({ bytes }) => Buffer.from(bytes).toString())]

/**
 * What may stand in the gaps of a node, between its children, once space and comments are gone: the punctuation and words of its own, and nothing
 * else. So every character that is not space or comment belongs to a node that accounts for it.
 */
const gaps: Partial<Record<Node['kind'], RegExp>> = {
  file: /^$/,
  body: /^(\{\}|\ufeff)?$/,
  attribute: /^[^=]+=$/,
  block: /^\S+$/,
  template: /^("")?$/,
  wrap: /^""$/,
  interpolation: /^\$\{~?~?\}$/,
  'template-if': /^%\{~?if~?\}(%\{~?else~?\})?%\{~?endif~?\}$/,
  'template-for': /^%\{~?for,?in~?\}%\{~?endfor~?\}$/,
  traversal: /^[^\s.[\]]+$/u,
  relative: /^$/,
  'get-attribute': /^\.[^\s.]+$/u,
  'get-index': /^(\[\]|\.)$/,
  index: /^\[\]$/,
  splat: /^$/,
  item: /^(\.\*|\[\*\])$/,
  call: /^[^\s(),]+\(,*(\.\.\.)?\)$/u,
  conditional: /^\?:$/,
  binary: /^(\|\||&&|==|!=|<=?|>=?|[-+*/%])$/,
  unary: /^[-!]$/,
  tuple: /^\[,*\]$/,
  object: /^\{,*\}$/,
  'object-item': /^[=:]$/,
  'for-tuple': /^\[for,?in:(if)?\]$/,
  'for-object': /^\{for,?in:=>(\.\.\.)?(if)?\}$/,
  parentheses: /^\(\)$/,
  name: /^\S+$/u,
  number: /^\d[\d.eE+-]*$/,
  bool: /^(true|false)$/,
  null: /^null$/,
}

/** The gaps of a node, without comments and space. */
function gapsOf(node: Node, tree: File): string {
  const { text } = tree.source
  let gap = ''
  let at = node.start
  const add = (to: number): void => {
    for (const comment of tree.comments) {
      if (comment.end <= at || comment.start >= to) continue
      gap += text.slice(at, comment.start)
      at = comment.end
    }
    gap += text.slice(at, to)
  }
  for (const child of children(node)) {
    add(child.start)
    at = child.end
  }
  add(node.end)
  return gap.replace(/[ \t\r\n]/g, '')
}

function checkRanges(tree: File): void {
  walk(tree, (node) => {
    let at = node.start
    for (const child of children(node)) {
      if (child.start < at || child.end > node.end || child.end < child.start) throw new Error(`${child.kind} ${child.start}-${child.end} in ${node.kind} ${node.start}-${node.end}, after ${at}`)
      at = child.end
    }
  })
  let last = -1
  for (const { start, end } of tree.comments) {
    if (start <= last || end <= start) throw new Error('comments overlap')
    last = end - 1
  }
}

/** Every gap is explained; heredocs keep their introduction and marker in their own. */
function checkGaps(tree: File): void {
  walk(tree, (node) => {
    const allowed = gaps[node.kind]
    const heredoc = (node.kind === 'template' || node.kind === 'wrap') && tree.source.text.startsWith('<<', node.start)
    if (allowed === undefined || heredoc) return
    const gap = gapsOf(node, tree)
    if (!allowed.test(gap)) throw new Error(`${node.kind} at ${node.start}: ${JSON.stringify(gap)}`)
  })
}

function check(input: string | Uint8Array): void {
  const { tree, diagnostics } = parse(input)
  const bytes = typeof input === 'string' ? Buffer.from(input) : Buffer.from(input)
  expect(Buffer.from(tree.source.bytes(print(tree))).equals(bytes)).toBe(true)
  checkRanges(tree)
  if (diagnostics.length === 0) checkGaps(tree)
  const length = tree.source.text.length
  for (const { start, end, summary } of diagnostics) {
    expect(start >= 0 && end >= start && end <= length && summary !== '').toBe(true)
  }
  let errors = 0
  walk(tree, (node) => void (errors += node.kind === 'error' ? 1 : 0))
  expect(errors > 0 && diagnostics.length === 0).toBe(false)
}

test('files come back from their trees, and every character of them is accounted for', () => {
  for (const text of files()) check(text)
})

test('whatever a file is changed into, it comes back, ranges nest, and nothing is thrown', () => {
  const by = seeded('mutations')
  const all = files()
  for (let round = rounds(2000, 100_000); round > 0; round--) {
    const file = by.of(all)
    const text = by.below(3) === 0 ? assembled(by) : mutated(by.below(2) === 0 && file.length < 4000 ? file : excerpt(file, by), by)
    try {
      check(text)
    } catch (error) {
      throw new Error(`with ${JSON.stringify(text)}`, { cause: error })
    }
  }
})

test('any bytes come back from their tree, and nothing is thrown by any of the parsers', () => {
  const by = seeded('noise')
  for (let round = rounds(2000, 100_000); round > 0; round--) {
    const bytes = noise(by)
    check(bytes)
    for (const read of [parseExpression, parseTemplate]) {
      const { tree } = read(bytes)
      expect(Buffer.from(tree.source.bytes(print(tree))).equals(Buffer.from(bytes))).toBe(true)
    }
    parseJson(bytes)
  }
})

test('print writes names and numbers from the nodes: a changed tree prints what it says', () => {
  const { tree } = parse('abc = 123\n')
  const changed = JSON.parse(JSON.stringify(tree).replace('"123"', '"456"').replace('"abc"', '"xyz"')) as File
  expect(print({ ...changed, source: tree.source })).toBe('xyz = 456\n')
})

test('the same seed makes the same texts', () => {
  expect(mutated(everything, random(1))).toBe(mutated(everything, random(1)))
})
