/** References between schemas: inside of the document only. Nothing is ever fetched. */
import { isArray, isPlain, type Value } from '../../value/index.ts'
import { BuiltinFault } from '../registry.ts'

/** The schema that `$ref` names. Throws a BuiltinFault where there is none, or where it lies outside. */
export function resolve(root: Value, reference: string): Value {
  const [base = '', fragment = ''] = reference.split('#')
  const start = base === '' ? root : byId(root, base, 0)
  if (start === undefined) throw new BuiltinFault(`the schema reference ${JSON.stringify(reference)} lies outside of the schema: nothing is fetched`)
  if (fragment === '' || fragment.startsWith('/')) return follow(start, fragment, reference)
  const named = byId(root, `#${fragment}`, 0)
  if (named === undefined) throw new BuiltinFault(`Object has no key '${fragment}'`)
  return named
}

function follow(start: Value, pointer: string, reference: string): Value {
  return pointer.split('/').slice(1).reduce<Value>((value, part) => {
    let name: string
    try {
      name = decodeURIComponent(part)
    } catch {
      name = part
    }
    name = name.replaceAll('~1', '/').replaceAll('~0', '~')
    const next = isArray(value) ? value[Number(name)] : isPlain(value) && Object.hasOwn(value, name) ? value[name] : undefined
    if (next === undefined) throw new BuiltinFault(`Object has no key '${name}' (${reference})`)
    return next
  }, start)
}

function byId(value: Value, id: string, depth: number): Value | undefined {
  if (depth > 200) return undefined
  if (isArray(value)) return value.map((one) => byId(one, id, depth + 1)).find((one) => one !== undefined)
  if (!isPlain(value)) return undefined
  if (value['$id'] === id || value['id'] === id) return value
  return Object.keys(value).map((name) => byId(value[name] ?? null, id, depth + 1)).find((one) => one !== undefined)
}
