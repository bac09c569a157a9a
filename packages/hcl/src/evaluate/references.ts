/** The references of an expression: every traversal whose root is not bound by a `for` around it. */
import { walk } from '../syntax/walk.ts'
import type { Node, Span, Traversal } from '../syntax/tree.ts'

type Loop = Extract<Node, { kind: 'for-tuple' | 'for-object' | 'template-for' }>

/** In the order of the source, each occurrence once. */
export function freeNames(root: Node): Traversal[] {
  const found: Traversal[] = []
  const loops: Loop[] = []
  walk(root, (node) => {
    while (loops.length > 0 && !within(node, loops.at(-1))) loops.pop()
    if (node.kind === 'traversal' && !loops.some((loop) => binds(loop, node))) found.push(node)
    if (node.kind === 'for-tuple' || node.kind === 'for-object' || node.kind === 'template-for') loops.push(node)
  })
  return found
}

const within = (inner: Span, outer: Span | undefined): boolean => outer !== undefined && inner.start >= outer.start && inner.end <= outer.end

/** The collection is evaluated outside the names that the loop binds. */
function binds(loop: Loop, { name, start, end }: Traversal): boolean {
  return (loop.keyName?.name === name || loop.valueName.name === name) && !within({ start, end }, loop.collection)
}
