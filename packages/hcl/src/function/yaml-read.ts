/** Values of YAML, a mixture of versions 1.1 and 1.2 in what plain text means. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type Scalar } from 'yaml'
import { convert } from '../value/convert.ts'
import { parseNumber } from '../value/number.ts'
import { quoteGo } from '../value/quote.ts'
import { string } from '../value/type.ts'
import { elementsOf, membersOf, no, nothing, num, object, text, textOf, tuple, type Value, yes } from '../value/value.ts'
import { fail } from './spec.ts'

const words = new Map<string, Value>()
for (const word of ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']) words.set(word, yes)
for (const word of ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']) words.set(word, no)
for (const word of ['', '~', 'null', 'Null', 'NULL']) words.set(word, nothing)
for (const word of ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']) words.set(word, num(Infinity))
for (const word of ['-.inf', '-.Inf', '-.INF']) words.set(word, num(-Infinity))

const prefix = 'tag:yaml.org,2002:'
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/

function timestamp(s: string): string | undefined {
  const match = /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))|(?: ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:\.[0-9]+)?))?$/.exec(s)
  if (match === null) return undefined
  const [, year = '', month = '', day = '', h1, m1, s1, zone = 'Z', h2, m2, s2] = match
  const two = (n: string): string => n.padStart(2, '0')
  const [hour, minute, second] = [h1 ?? h2 ?? '0', m1 ?? m2 ?? '0', s1 ?? s2 ?? '0']
  const inRange = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= new Date(Number(year), Number(month), 0).getDate() && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
  return inRange ? `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${zone === '+00:00' || zone === '-00:00' ? 'Z' : zone}` : undefined
}

/** What plain text stands for. */
function plain(s: string, tag: string): Value {
  if (tag === '!!str' || tag === '!!binary') return text(s)
  const word = words.get(s)
  if (word !== undefined) return word
  if (/^\.(?:nan|NaN|NAN)$/.test(s)) return fail('floating point NaN is not supported')
  if (tag === '' || tag === '!!timestamp') {
    const time = timestamp(s)
    if (time !== undefined) return text(time)
  }
  if (decimal.test(s)) return num(parseNumber(s) ?? fail(`cannot parse ${quoteGo(s)} as ${tag || 'a number'}`))
  if (/^0x[0-9a-fA-F]+$/.test(s) || /^0o[0-7]+$/.test(s)) {
    const n = BigInt(s)
    return n < 2n ** 64n ? num(parseNumber(n.toString()) ?? 0) : fail(`cannot parse ${quoteGo(s)} as ${prefix}int`)
  }
  if (tag === '' ) return text(s)
  return tag === '!!null' ? nothing : fail(`cannot parse ${quoteGo(s)} as ${tag.replace('!!', prefix)}`)
}

const scalarTags = new Set(['', '!!str', '!!bool', '!!int', '!!float', '!!null', '!!timestamp', '!!binary'])

class Reader {
  readonly anchors = new Map<string, Value>()
  readonly pending = new Set<string>()
  budget = 2_000_000

  read(node: Node | null): Value {
    if (--this.budget < 0) return fail('the document has too many values')
    if (node === null) return nothing
    if (isAlias(node)) return this.alias(node.source)
    const anchor = 'anchor' in node ? node.anchor : undefined
    if (anchor !== undefined) this.pending.add(anchor)
    const value = isScalar(node) ? this.scalar(node) : isMap(node) ? this.mapping(node) : isSeq(node) ? this.sequence(node) : nothing
    if (anchor !== undefined) {
      this.pending.delete(anchor)
      this.anchors.set(anchor, value)
    }
    return value
  }

  alias(name: string): Value {
    if (this.pending.has(name)) return fail(`cannot refer to anchor ${quoteGo(name)} from inside its own definition`)
    return this.anchors.get(name) ?? fail(`reference to undefined anchor ${quoteGo(name)}`)
  }

  scalar(node: Scalar): Value {
    const tag = (node.tag ?? '').replace(prefix, '!!')
    if (!scalarTags.has(tag)) return fail(`unsupported tag ${quoteGo(node.tag ?? '')}`)
    const source = typeof node.value === 'string' ? node.value : ''
    if (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') return text(source)
    const value = plain(source, tag)
    return node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED' ? convert(value, string) : value
  }

  sequence(node: { items: readonly unknown[]; tag?: string | undefined }): Value {
    if (node.tag !== undefined && node.tag !== `${prefix}seq`) fail(`can't interpret sequence as ${node.tag}`)
    return tuple(node.items.map((one) => this.read(one as Node | null)))
  }

  mapping(node: { items: readonly { key: unknown; value: unknown }[]; tag?: string | undefined }): Value {
    if (node.tag !== undefined && node.tag !== `${prefix}map`) fail(`can't interpret mapping as ${node.tag}`)
    const members = new Map<string, Value>()
    for (const { key, value } of node.items) {
      const keyNode = key as Node | null
      if (keyNode !== null && isScalar(keyNode) && keyNode.type === 'PLAIN' && keyNode.value === '<<') {
        for (const [name, one] of this.merged(value as Node | null)) members.set(name, one)
        continue
      }
      if (keyNode !== null && !isScalar(keyNode)) fail('only strings are allowed as mapping keys')
      const name = convert(this.read(keyNode), string)
      if (name.data === null) fail('mapping key cannot be null')
      members.set(textOf(name), this.read(value as Node | null))
    }
    return object(members)
  }

  merged(node: Node | null): ReadonlyMap<string, Value> {
    const value = this.read(node)
    if (value.type.kind === 'object') return membersOf(value)
    if (value.type.kind !== 'tuple') return fail('cannot merge a value that is not a mapping')
    const all = new Map<string, Value>()
    for (const one of elementsOf(value).toReversed()) {
      if (one.type.kind !== 'object') return fail('cannot merge a value that is not a mapping')
      for (const [name, inner] of membersOf(one)) all.set(name, inner)
    }
    return all
  }
}

/** Throws a ValueError for what is no YAML, or more than one document. */
export function readYaml(source: string): Value {
  const lines = new LineCounter()
  const documents = parseAllDocuments(source, { schema: 'failsafe', version: '1.1', uniqueKeys: false, keepSourceTokens: false, lineCounter: lines, logLevel: 'silent', merge: false, resolveKnownTags: false })
  if (!Array.isArray(documents) || documents.length === 0) return fail('on line 1, column 1: missing start of document')
  const [first, ...more] = documents
  const error = first?.errors[0]
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    return fail(`on line ${line}, column ${col}: ${(error.message.split('\n')[0] ?? '').replace(/ at line.*$/, '')}`)
  }
  if (more.length > 0) return fail('on line 1, column 1: unexpected extra content after value')
  return new Reader().read(first?.contents ?? null)
}

