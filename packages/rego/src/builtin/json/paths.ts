/** `json.filter` and `json.remove`: which parts of a document a list of paths names. */
import { canonicalText, entries, isArray, isObject, members, ObjectBuilder, RegoSet, type Value } from '../../value/index.ts'
import { define } from '../define.ts'
import { type Args, objectAt } from '../operand.ts'
import { type Builtin, type BuiltinContext, OperandError, operandError } from '../registry.ts'
import { pathOf } from './pointer.ts'

/** Named parts, by the canonical text of their keys; null is the end of a path. */
type Tree = Map<string, Tree | null>

/** What becomes of a part: not named, named as a whole, or named in part. */
type Choice = { readonly other: boolean; readonly named: boolean }

const filter: Choice = { other: false, named: true }
const remove: Choice = { other: true, named: false }

export const jsonPaths: readonly Builtin[] = [
  define('json.filter', 'object, array|set -> any', 'the document with only the parts that the paths name', (args, context) => walked(objectAt(args, 1), treeAt(args, 2), filter, context)),
  define('json.remove', 'object, array|set -> any', 'the document without the parts that the paths name', (args, context) => walked(objectAt(args, 1), treeAt(args, 2), remove, context)),
]

function treeAt(args: Args, position: number): Tree {
  const value = args[position - 1] ?? null
  if (!isArray(value) && !(value instanceof RegoSet)) throw operandError(position, value, 'set', 'array')
  const root: Tree = new Map()
  for (const one of isArray(value) ? value : members(value)) {
    const path = pathOf(one)
    if (typeof path === 'string') throw new OperandError(`operand ${position} ${path}`)
    enter(root, path)
  }
  return root
}

function enter(root: Tree, path: readonly Value[]): void {
  let node = root
  for (const [index, step] of path.entries()) {
    const name = canonicalText(step)
    if (index === path.length - 1) {
      node.set(name, null)
      return
    }
    const child = node.get(name)
    if (child === null) return
    const next: Tree = child ?? new Map()
    node.set(name, next)
    node = next
  }
}

function walked(value: Value, tree: Tree, choice: Choice, context: BuiltinContext): Value {
  context.spend(1)
  const keep = (part: Value, name: string): Value | undefined => {
    const below = tree.get(name)
    if (below === undefined) return choice.other ? part : undefined
    if (below === null) return choice.named ? part : undefined
    return walked(part, below, choice, context)
  }
  const isKept = (part: Value | undefined): part is Value => part !== undefined
  // paths name an element of an array by the text of its index
  if (isArray(value)) return value.map((part, index) => keep(part, JSON.stringify(String(index)))).filter(isKept)
  if (value instanceof RegoSet) return new RegoSet(members(value).map((part) => keep(part, canonicalText(part))).filter(isKept))
  if (!isObject(value)) return value
  const out = new ObjectBuilder()
  for (const [key, part] of entries(value)) {
    const kept = keep(part, canonicalText(key))
    if (kept !== undefined) out.set(key, kept)
  }
  return out.build()
}
