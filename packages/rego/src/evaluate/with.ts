/** `with`: the context in which a clause sees other documents and other functions. */
import type { Replacement, RuleNode } from '../compile/program.ts'
import { get, isObject, isPlain, keys, ObjectBuilder, put, type PlainObject, type Value } from '../value/index.ts'
import { mockName } from './call.ts'
import { Context, type Get, type Mock, type Registers } from './context.ts'
import type { Bound, Generator } from './generator.ts'

/** A copy of a document with another value at a path. What is no object on the way is replaced by one. */
function patched(document: Value | undefined, path: readonly string[], value: Value, depth = 0): Value {
  const name = path[depth]
  if (name === undefined) return value
  if (document !== undefined && isObject(document) && !isPlain(document)) {
    const builder = new ObjectBuilder()
    for (const key of keys(document)) builder.set(key, get(document, key) as Value)
    return builder.set(name, patched(get(document, name), path, value, depth + 1)).build()
  }
  const copy: Record<string, Value> = {}
  const before: PlainObject = document !== undefined && isPlain(document) ? document : {}
  for (const key of Object.keys(before)) put(copy, key, before[key] as Value)
  put(copy, name, patched(Object.hasOwn(before, name) ? before[name] : undefined, path, value, depth + 1))
  return copy
}

function under(node: RuleNode | undefined, all: Set<RuleNode>): void {
  if (node === undefined) return
  all.add(node)
  for (const child of node.children.values()) under(child, all)
}

export function compileReplacements(g: Generator & { readonly root: RuleNode }, list: readonly Replacement[], bound: Bound): (r: Registers, c: Context) => Context | undefined {
  const parts = list.map((one) => {
    const masks = new Set<RuleNode>()
    if (one.kind === 'data') {
      let node: RuleNode | undefined = g.root
      for (const name of one.path) node = node?.children.get(name)
      under(node, masks)
    }
    const value: Get = g.expression(one.value, bound)
    return { one, value, masks }
  })
  return (r, c) => {
    let { input, data } = c
    let masked = c.masked
    let mocks = c.mocks
    for (const { one, value, masks } of parts) {
      let mock: Mock
      if (one.function !== undefined) mock = { kind: 'callee', callee: one.function }
      else {
        const found = value(r, c)
        if (found === undefined) return undefined
        mock = { kind: 'value', value: found }
      }
      if (one.kind === 'function') mocks = new Map([...(mocks ?? []), [mockName({ kind: 'function', name: '', node: one.node }), mock]])
      else if (one.kind === 'builtin') mocks = new Map([...(mocks ?? []), [one.name, mock]])
      else {
        if (mock.kind !== 'value') return undefined
        if (one.kind === 'input') input = patched(input, one.path, mock.value)
        else {
          data = patched(data, one.path, mock.value)
          if (masks.size > 0) masked = new Set([...(masked ?? []), ...masks])
        }
      }
    }
    return new Context(c.query, input, data, masked, mocks, c)
  }
}
