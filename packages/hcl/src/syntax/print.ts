/**
 * Gives a text back from its tree. Names, numbers, keywords and operators are written from the nodes, literal text from its range, and what lies
 * between children (space, comments, punctuation) from the gaps; nothing copies the whole. A file that was parsed comes back byte by
 * byte, and that proves the ranges: were one wrong, text would be lost or doubled.
 */
import type { File, Fragment, Node } from './tree.ts'
import { children } from './walk.ts'

/** What a leaf writes of itself; null when its range is to be copied. */
function spelling(node: Node): string | null {
  switch (node.kind) {
    case 'number':
      return node.lexeme
    case 'bool':
      return String(node.value)
    case 'null':
      return 'null'
    case 'name':
      return node.name
    default:
      return null
  }
}

/** What a node with children, or a step, begins with before the first gap. */
function head(node: Node): string {
  switch (node.kind) {
    case 'attribute':
      return node.kind === 'attribute' ? node.name : ''
    case 'block':
      return node.type
    case 'traversal':
      return node.name
    case 'unary':
      return node.operator
    default:
      return ''
  }
}

/** The text of a tree. Equal to what was parsed; `Source.bytes` makes the very bytes of it. */
export function print(tree: File | Fragment): string {
  const { text } = tree.source
  const out: string[] = []
  let at = 0
  const upTo = (offset: number): void => {
    if (offset > at) out.push(text.slice(at, offset))
    at = Math.max(at, offset)
  }
  const write = (written: string): void => {
    out.push(written)
    at += written.length
  }
  const waiting: Node[] = [tree]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    upTo(node.start)
    const spelled = spelling(node)
    if (spelled !== null) write(spelled)
    else write(head(node))
    const below = children(node)
    if (below.length === 0) upTo(node.end)
    for (let i = below.length - 1; i >= 0; i--) {
      const child = below[i]
      if (child !== undefined) waiting.push(child)
    }
  }
  upTo(tree.end)
  return out.join('')
}
