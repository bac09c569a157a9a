/**
 * Gives a text back from its tree. Names, numbers, keywords and operators are written from the nodes, literal text from its range, and what lies
 * between children (space, comments, punctuation) from the gaps; nothing copies the whole. A file that was parsed comes back byte by
 * byte, and that proves the ranges: were one wrong, text would be lost or doubled.
 */
import type { File, Fragment, Node } from './tree.ts'
import { children } from './walk.ts'

/** What a node says in words of its own, at its beginning; '' when its range is to be copied. */
function spelling(node: Node): string {
  if (node.kind === 'number') return node.lexeme
  if (node.kind === 'bool') return String(node.value)
  if (node.kind === 'null') return 'null'
  if (node.kind === 'block') return node.type
  if (node.kind === 'unary') return node.operator
  return node.kind === 'name' || node.kind === 'attribute' || node.kind === 'traversal' ? node.name : ''
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
    write(spelling(node))
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
