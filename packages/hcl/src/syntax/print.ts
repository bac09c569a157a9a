/**
 * Gives a text back from its tree. Names, numbers, keywords and operators are written from the nodes, literal text from its range, and what lies
 * between children (space, comments, punctuation) from the gaps; nothing copies the whole. A file that was parsed comes back byte by
 * byte, and that proves the ranges: were one wrong, text would be lost or doubled.
 */
import type { File, Fragment, JsonFile, JsonValue, Node } from './tree.ts'
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

/** Collects text in order: written, or copied from the source up to an offset. */
class Copy {
  private readonly out: string[] = []
  private at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  upTo(offset: number): void {
    if (offset <= this.at) return
    this.out.push(this.text.slice(this.at, offset))
    this.at = offset
  }

  write(written: string): void {
    this.out.push(written)
    this.at += written.length
  }

  result(end: number): string {
    this.upTo(end)
    return this.out.join('')
  }
}

/** The text of a tree. Equal to what was parsed; `Source.bytes` makes the very bytes of it. */
export function print(tree: File | Fragment | JsonFile): string {
  const copy = new Copy(tree.source.text)
  if (tree.kind === 'json-file') printJson(copy, tree.value)
  else printNative(copy, tree)
  return copy.result(tree.end)
}

function printNative(copy: Copy, tree: File | Fragment): void {
  const waiting: Node[] = [tree]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    copy.upTo(node.start)
    copy.write(spelling(node))
    const below = children(node)
    if (below.length === 0) copy.upTo(node.end)
    for (let i = below.length - 1; i >= 0; i--) {
      const child = below[i]
      if (child !== undefined) waiting.push(child)
    }
  }
}

function printJson(copy: Copy, value: JsonValue): void {
  const waiting: JsonValue[] = [value]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    copy.upTo(node.start)
    if (node.kind === 'json-number') copy.write(node.lexeme)
    else if (node.kind === 'json-keyword') copy.write(String(node.value))
    else if (node.kind === 'json-array') for (const item of node.items.toReversed()) waiting.push(item)
    else if (node.kind === 'json-object') for (const { value: inner } of node.members.toReversed()) waiting.push(inner)
  }
}
