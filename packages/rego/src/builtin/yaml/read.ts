/** YAML to values, as sigs.k8s.io/yaml reads it: the first document, the last of equal keys, all keys as text. */
import { library } from '#library'
import type { Alias, Document, Pair, ParsedNode, YAMLMap } from 'yaml'
import { formatNumber, isNumber, isPlain, put, type Value } from '../../value/index.ts'
import { type BuiltinContext, BuiltinFault } from '../registry.ts'
import { fromBase64 } from '../text/base64.ts'
import { bytesOf, textOf } from '../text/utf8.ts'
import { resolvePlain } from './resolve.ts'

type Reading = { readonly document: Document.Parsed; readonly context: Pick<BuiltinContext, 'reserve'>; depth: number }

/** Throws a BuiltinFault where the text is not YAML. Aliases are charged for each time they are used. */
export function readYaml(text: string, context: Pick<BuiltinContext, 'reserve'>): Value {
  const [document] = library.yaml().parseAllDocuments(text, { schema: 'failsafe', resolveKnownTags: false, uniqueKeys: false, strict: true, logLevel: 'error', keepSourceTokens: false }) as Document.Parsed[]
  if (document === undefined) return null
  const [error] = document.errors
  if (error !== undefined) throw new BuiltinFault(`yaml: line ${error.linePos?.[0].line ?? 1}: ${wording(error.code, error.message)}`)
  return read(document.contents, { document, context, depth: 0 })
}

/** Go's parser speaks of what it did not find. */
function wording(code: string, message: string): string {
  if (code === 'BAD_INDENT' || code === 'MISSING_CHAR' || /flow (collection|sequence|map)/i.test(message)) {
    return /sequence|\]/.test(message) ? "did not find expected ',' or ']'" : /map|\}/.test(message) ? "did not find expected ',' or '}'" : 'did not find expected node content'
  }
  return message.split('\n')[0]?.replace(/ at line .*$/, '') ?? message
}

function read(node: ParsedNode | Alias | null | undefined, reading: Reading): Value {
  reading.context.reserve(1)
  if (node === null || node === undefined) return null
  if (reading.depth > 2_000) throw new BuiltinFault('yaml: exceeded max depth of 2000')
  const { isAlias, isMap, isScalar } = library.yaml()
  reading.depth++
  try {
    if (isAlias(node)) {
      const target = node.resolve(reading.document)
      if (target === undefined) throw new BuiltinFault(`yaml: unknown anchor '${node.source}' referenced`)
      return read(target as ParsedNode, reading)
    }
    if (isScalar(node)) return scalar(typeof node.value === 'string' ? node.value : '', node.tag, node.type === 'PLAIN' || node.type === undefined)
    if (isMap(node)) return mapping(node, reading)
    return node.items.map((item) => read(item, reading))
  } finally {
    reading.depth--
  }
}

function scalar(text: string, tag: string | undefined, plain: boolean): Value {
  const kind = tag?.replace('tag:yaml.org,2002:', '')
  if (kind === 'binary') {
    const bytes = fromBase64(bytesOf(text))
    if (typeof bytes === 'string') throw new BuiltinFault('yaml: !!binary value contains invalid base64 data')
    return textOf(bytes)
  }
  if (kind === 'str' || (kind === undefined && !plain)) return text
  const value = resolvePlain(text)
  if (value === undefined) throw new BuiltinFault(`json: unsupported value: ${text}`)
  if (kind === 'float' || kind === 'int' || kind === 'bool' || kind === 'null') {
    const fits = kind === 'null' ? value === null : kind === 'bool' ? typeof value === 'boolean' : isNumber(value)
    if (!fits) throw new BuiltinFault(`yaml: cannot decode !!str \`${text}\` as a !!${kind}`)
  }
  return plain || kind !== undefined ? value : text
}

function mapping(node: YAMLMap, reading: Reading): Value {
  const merged: Value[] = []
  const own: [string, Value][] = []
  for (const pair of node.items as Pair<ParsedNode, ParsedNode | null>[]) {
    const value = read(pair.value, reading)
    if (isMerge(pair.key)) merged.push(...(Array.isArray(value) ? (value as Value[]) : [value]))
    else own.push([keyOf(read(pair.key, reading)), value])
  }
  const out: Record<string, Value> = {}
  for (const one of merged.reverse()) {
    if (!isPlain(one)) throw new BuiltinFault('yaml: map merge requires map or sequence of maps as the value')
    for (const name of Object.keys(one)) put(out, name, one[name] ?? null)
  }
  for (const [name, value] of own) put(out, name, value)
  return out
}

function isMerge(key: ParsedNode | null): boolean {
  return library.yaml().isScalar(key) && key.type === 'PLAIN' && key.value === '<<'
}

function keyOf(key: Value): string {
  if (typeof key === 'string') return key
  if (isNumber(key)) return formatNumber(key)
  if (typeof key === 'boolean') return String(key)
  throw new BuiltinFault(`Unsupported map key of type: ${key === null ? 'nil' : Array.isArray(key) ? 'slice' : 'map'}`)
}
