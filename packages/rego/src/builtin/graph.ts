/** Graphs: objects whose values are the neighbours of their keys, as arrays or sets. */
import { canonicalText, get, isArray, isObject, keys, members, type PlainObject, RegoSet, type RegoObject, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { elementsAt, objectAt } from './operand.ts'
import type { Builtin, BuiltinContext } from './registry.ts'

type Graph = PlainObject | RegoObject

export const graph: readonly Builtin[] = [
  define('graph.reachable', 'object, array|set -> set', 'the vertices that can be reached from the given ones', (args, context) => {
    const edges = objectAt(args, 1)
    const reached = new RegoSet()
    const open = [...elementsAt(args, 2, 'set', 'array')]
    for (let vertex = open.pop(); vertex !== undefined; vertex = open.pop()) {
      context.spend(1)
      if (reached.has(vertex)) continue
      const next = get(edges, vertex)
      if (next === undefined) continue
      reached.add(vertex)
      for (const one of neighbours(next)) if (!reached.has(one)) open.push(one)
    }
    return reached
  }),
  define('graph.reachable_paths', 'object, array|set -> set', 'the paths that begin at the given vertices and cannot be made longer', (args, context) => {
    const edges = objectAt(args, 1)
    const paths = new RegoSet()
    for (const start of elementsAt(args, 2, 'set', 'array')) {
      const next = get(edges, start)
      if (next === undefined) continue
      if (neighbours(next).length === 0) paths.add([start])
      for (const one of neighbours(next)) follow(edges, one, [start], new Set([canonicalText(start)]), paths, context)
    }
    return paths
  }),
  { ...define('walk', 'any -> array', 'every value in the value, with its path', () => undefined), each: ([value = null], context) => walked([], value, context) },
]

function neighbours(value: Value): readonly Value[] {
  return isArray(value) ? value : value instanceof RegoSet ? members(value) : []
}

/**
 * A path ends at a vertex without neighbours, in front of what is no vertex, and in front of a vertex that was passed before, on
 * whichever path from the same start: so the paths are as many as the edges, and not as the ways through the graph.
 */
function follow(edges: Graph, vertex: Value, before: readonly Value[], passed: Set<string>, paths: RegoSet, context: BuiltinContext): void {
  context.reserve(1 + before.length)
  const value = get(edges, vertex)
  if (value === undefined) {
    paths.add(before)
    return
  }
  const path = [...before, vertex]
  const next = neighbours(value)
  if (next.length === 0) paths.add(path)
  for (const one of next) {
    if (passed.has(canonicalText(one))) paths.add(path)
    else {
      passed.add(canonicalText(vertex))
      follow(edges, one, path, passed, paths, context)
    }
  }
}

/** The value itself first, then its parts; the members of a set are their own keys. */
export function* walked(path: readonly Value[], value: Value, context: BuiltinContext): IterableIterator<Value> {
  context.spend(1)
  yield [path, value]
  if (isArray(value)) for (const [index, item] of value.entries()) yield* walked([...path, index], item, context)
  else if (value instanceof RegoSet) for (const item of members(value)) yield* walked([...path, item], item, context)
  else if (isObject(value)) for (const key of keys(value)) yield* walked([...path, key], get(value, key) as Value, context)
}
