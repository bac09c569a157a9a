/** JSON text of values, and values of JSON text, byte for byte as Go's encoder and cty's decoder have them. */
import { ValueError } from '../value/error.ts'
import { isInfinite, numberText, parseNumber, type Num } from '../value/number.ts'
import { compareStrings } from '../value/order.ts'
import { quoteGo } from '../value/quote.ts'
import { elementsOf, membersOf, no, nothing, num, object, text, tuple, Unknown, type Value, yes } from '../value/value.ts'

const escapes: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f' }

/** In double quotes. What is special in HTML is escaped as well, and so are the two line ends of Unicode. */
export const quoteJson = (s: string): string =>
  `"${s.replace(/["\\<>&\u2028\u2029\u0000-\u001f]/g, (c) => escapes[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`

/** Throws {@link ValueError} for what JSON cannot say. The value must be known throughout, and without marks. */
export function toJson(value: Value): string {
  if (value.data instanceof Unknown) throw new ValueError('value is not known')
  if (value.data === null) return 'null'
  switch (value.type.kind) {
    case 'string':
      return quoteJson(value.data as string)
    case 'number':
      if (isInfinite(value.data as Num)) throw new ValueError('cannot serialize infinity as JSON')
      return numberText(value.data as Num)
    case 'bool':
      return value.data === true ? 'true' : 'false'
    case 'map':
    case 'object':
      return `{${[...membersOf(value)].map(([name, one]) => `${quoteJson(name)}:${toJson(one)}`).join(',')}}`
    default:
      return `[${elementsOf(value).map(toJson).join(',')}]`
  }
}

const quoteCharacter = (c: string): string => (c === "'" ? "'\\''" : `'${quoteGo(c).slice(1, -1).replace('\\"', '"')}'`)

class Reader {
  at = 0
  depth = 0
  readonly source: string
  constructor(source: string) {
    this.source = source
  }

  fail(where = ' looking for beginning of value'): never {
    const c = this.source[this.at]
    throw new ValueError(c === undefined ? 'EOF' : `invalid character ${quoteCharacter(c)}${where}`)
  }

  space(): void {
    while (/[ \t\r\n]/.test(this.source[this.at] ?? '')) this.at++
  }

  value(): Value {
    this.space()
    const c = this.source[this.at]
    if (c === '{') return this.object()
    if (c === '[') return this.array()
    if (c === '"') return text(this.string())
    for (const word of ['true', 'false', 'null']) if (c !== undefined && word !== this.source.slice(this.at) && word.startsWith(this.source.slice(this.at))) throw new ValueError('unexpected EOF')
    for (const [word, value] of [['true', yes], ['false', no], ['null', nothing]] as const) {
      if (!this.source.startsWith(word, this.at)) continue
      this.at += word.length
      return value
    }
    const match = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
    match.lastIndex = this.at
    const found = match.exec(this.source)?.[0]
    const parsed = found === undefined ? undefined : parseNumber(found)
    if (found === undefined || parsed === undefined) this.fail()
    this.at += found.length
    return num(parsed)
  }

  string(): string {
    const end = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y
    end.lastIndex = this.at
    const found = end.exec(this.source)?.[0]
    if (found === undefined) this.failString()
    this.at += found.length
    return JSON.parse(found) as string
  }

  failString(): never {
    const start = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*/y
    start.lastIndex = this.at
    this.at += start.exec(this.source)?.[0].length ?? 0
    if (this.at >= this.source.length) throw new ValueError('unexpected EOF')
    if (this.source[this.at] === '\\') {
      this.at++
      return this.fail(' in string escape code')
    }
    return this.fail(' in string literal')
  }

  enter(): void {
    if (++this.depth > 10000) throw new ValueError('exceeded max depth')
    this.at++
    this.space()
  }

  /** After a member: true when another follows, false behind the end. */
  more(close: string): boolean {
    this.space()
    const c = this.source[this.at]
    if (c !== ',' && c !== close) this.fail()
    this.at++
    this.space()
    if (c === close) this.depth--
    return c === ','
  }

  object(): Value {
    const members = new Map<string, Value>()
    this.enter()
    if (this.source[this.at] === '}') {
      this.at++
      this.depth--
      return object([])
    }
    do {
      if (this.source[this.at] !== '"') this.fail(this.source[this.at] === '}' ? ' looking for beginning of object key string' : '')
      const name = this.string().normalize('NFC')
      this.space()
      if (this.source[this.at] !== ':') this.fail()
      this.at++
      const value = this.value()
      members.set(name, value)
    } while (this.more('}'))
    return object([...members].sort((a, b) => compareStrings(a[0], b[0])))
  }

  array(): Value {
    const elements: Value[] = []
    this.enter()
    if (this.source[this.at] === ']') {
      this.at++
      this.depth--
      return tuple([])
    }
    do elements.push(this.value())
    while (this.more(']'))
    return tuple(elements)
  }
}

/** Objects and tuples of what stands there; throws {@link ValueError}. */
export function fromJson(source: string): Value {
  const reader = new Reader(source)
  const value = reader.value()
  reader.space()
  if (reader.at < source.length) throw new ValueError('extraneous data after JSON object')
  return value
}
