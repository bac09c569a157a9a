/** Going through a tree: the children of a node in source order, without overlap; a directive's range is not among them, what it holds is. */
import type { Node, TemplatePart } from './tree.ts'

const none: readonly Node[] = []
const some = (...nodes: (Node | null)[]): readonly Node[] => nodes.filter((node) => node !== null)

/** The children of a node, in the order in which they stand in the source. A block of the JSON syntax has none here. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'file':
      return [node.body]
    case 'fragment':
    case 'parentheses':
    case 'interpolation':
      return [node.value]
    case 'body':
    case 'tuple':
    case 'object':
      return node.items
    case 'attribute':
      return [node.value]
    case 'block':
      return node.body.kind === 'body' ? [...node.labels, node.body] : node.labels
    case 'template':
      return node.parts
    case 'wrap':
      return [node.part]
    case 'template-if':
      return [node.condition, ...node.whenTrue, ...(node.whenFalse ?? ([] as TemplatePart[]))]
    case 'template-for':
      return some(node.keyName, node.valueName, node.collection, ...node.parts)
    case 'traversal':
      return node.steps
    case 'relative':
      return [node.from, ...node.steps]
    case 'get-index':
      return [node.key]
    case 'index':
      return [node.from, node.key]
    case 'splat':
      return [node.from, node.each]
    case 'call':
      return node.args
    case 'conditional':
      return [node.condition, node.whenTrue, node.whenFalse]
    case 'binary':
      return [node.left, node.right]
    case 'unary':
      return [node.operand]
    case 'object-item':
      return [node.key, node.value]
    case 'for-tuple':
      return some(node.keyName, node.valueName, node.collection, node.value, node.condition)
    case 'for-object':
      return some(node.keyName, node.valueName, node.collection, node.key, node.value, node.condition)
    case 'number':
    case 'bool':
    case 'null':
    case 'string':
    case 'text':
    case 'name':
    case 'label':
    case 'item':
    case 'get-attribute':
    case 'directive':
    case 'comment':
    case 'error':
      return none
  }
}

/** Visits a node and all below it, parents first, in source order, without recursion. `visit` may answer false to pass over what is below. */
export function walk(root: Node, visit: (node: Node, parent: Node | null) => boolean | void): void {
  const waiting: (readonly [Node, Node | null])[] = [[root, null]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, parent] = next
    if (visit(node, parent) === false) continue
    const below = children(node)
    for (let i = below.length - 1; i >= 0; i--) {
      const child = below[i]
      if (child !== undefined) waiting.push([child, node])
    }
  }
}
