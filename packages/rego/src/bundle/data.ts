/** Documents under `data`, out of files: each hangs below the folder it lies in. */
import { readYaml } from '../builtin/yaml/read.ts'
import { isPlain, parseJson, type PlainObject, put, type Value } from '../value/index.ts'
import { BundleError } from './error.ts'

/** Aliases in YAML may not make more nodes than this. */
const mostNodes = 5_000_000

/** A file's document. The name decides between JSON and YAML. */
export function readDocument(name: string, text: string): Value {
  try {
    if (name.endsWith('.json') || name === '.manifest') return parseJson(text.replace(/^\ufeff/, ''))
    let left = mostNodes
    return readYaml(text, { reserve: (nodes) => { if ((left -= nodes) < 0) throw new BundleError('too_large', `${name} makes too many values out of aliases`) } })
  } catch (error) {
    if (error instanceof BundleError) throw error
    throw new BundleError('bad_data', `${name} cannot be read: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unreadable'}`, error)
  }
}

/** The document below a path. Whatever else stands there already must not contradict it. */
export function mount(root: PlainObject, path: readonly string[], value: Value, file: string): PlainObject {
  const wrapped = path.reduceRight<Value>((inner, name) => {
    const outer: Record<string, Value> = {}
    put(outer, name, inner)
    return outer
  }, value)
  if (!isPlain(wrapped)) throw new BundleError('bad_data', `${file} does not hold an object, which a document at the root must be`)
  return merged(root, wrapped, file, [])
}

/** Objects are joined member by member; two other values under one key are a conflict. */
export function merged(a: PlainObject, b: PlainObject, file: string, path: readonly string[]): PlainObject {
  const out: Record<string, Value> = {}
  for (const name of Object.keys(a)) put(out, name, a[name] as Value)
  for (const name of Object.keys(b)) {
    const mine = Object.hasOwn(out, name) ? out[name] : undefined
    const theirs = b[name] as Value
    if (mine === undefined) put(out, name, theirs)
    else if (isPlain(mine) && isPlain(theirs)) put(out, name, merged(mine, theirs, file, [...path, name]))
    else throw new BundleError('conflict', `${file}: merge error: another document is at data.${[...path, name].join('.')} already`)
  }
  return out
}
