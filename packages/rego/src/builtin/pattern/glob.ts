/** Globs: `*` and `?` stop at delimiters, `**` does not; `[a-c]`, `[!a-c]`, `{a,b}`. They are translated for RE2, which is linear. */
import { isArray, type Value } from '../../value/index.ts'
import { define } from '../define.ts'
import { type Args, elementError, stringAt } from '../operand.ts'
import { type Builtin, BuiltinFault, operandError } from '../registry.ts'
import { compiled } from './compiled.ts'
import { runes } from '../text/utf8.ts'

const dotAll = 2

export const glob: readonly Builtin[] = [
  define('glob.match', 'string, null|array, string -> boolean', 'the glob matches the whole string; delimiters are `.` unless named, none with null', (args, context) => {
    const pattern = stringAt(args, 1)
    const delimiters = delimitersAt(args)
    const text = stringAt(args, 3)
    context.spend((pattern.length + text.length) >> 3)
    return compiled(translate(pattern, delimiters), dotAll).test(text)
  }),
  define('glob.quote_meta', 'string -> string', 'the string as a glob that matches nothing else', (args) => stringAt(args, 1).replace(/[*?\\[\]{}]/g, '\\$&')),
]

function delimitersAt(args: Args): readonly string[] {
  const value: Value = args[1] ?? null
  if (value === null) return []
  if (!isArray(value)) throw operandError(2, value, 'array', 'null')
  for (const one of value) {
    if (typeof one !== 'string') throw elementError(2, value, one, 'string')
    if (runes(one).length !== 1) throw elementError(2, value, one, 'rune')
  }
  return value.length === 0 ? ['.'] : (value as readonly string[])
}

const quoted = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
const inClass = (text: string): string => text.replace(/[\\\]^[-]/g, '\\$&')

function translate(pattern: string, delimiters: readonly string[]): string {
  const text = runes(pattern)
  const single = delimiters.length === 0 ? '.' : `[^${delimiters.map(inClass).join('')}]`
  let at = 0
  const sequence = (inside: boolean): string => {
    let out = ''
    while (at < text.length) {
      const rune = text[at++] ?? ''
      if (rune === '\\') out += quoted(text[at++] ?? '\\')
      else if (rune === '*') {
        const many = text[at] === '*'
        while (text[at] === '*') at++
        out += many ? '.*' : `${single}*`
      } else if (rune === '?') out += single
      else if (rune === '[') out += characterClass()
      else if (rune === '{') out += alternatives()
      else if (inside && (rune === ',' || rune === '}')) {
        at--
        return out
      } else out += quoted(rune)
    }
    if (inside) throw new BuiltinFault('unexpected end of input')
    return out
  }
  const alternatives = (): string => {
    const parts: string[] = []
    for (;;) {
      parts.push(sequence(true))
      if (text[at++] === '}') return `(?:${parts.join('|')})`
    }
  }
  const characterClass = (): string => {
    const negated = text[at] === '!'
    if (negated) at++
    const found: string[] = []
    for (; at < text.length && text[at] !== ']'; at++) {
      if (text[at] === '\\') at++
      const low = text[at] ?? ''
      if (text[at + 1] !== '-' || text[at + 2] === undefined || text[at + 2] === ']') {
        found.push(inClass(low))
        continue
      }
      const high = text[at + 2] === '\\' ? (text[at + 3] ?? '') : (text[at + 2] ?? '')
      at += text[at + 2] === '\\' ? 3 : 2
      if ((low.codePointAt(0) ?? 0) > (high.codePointAt(0) ?? 0)) throw new BuiltinFault(`hi character '${high}' should be greater than lo '${low}'`)
      found.push(`${inClass(low)}-${inClass(high)}`)
    }
    if (at++ >= text.length) throw new BuiltinFault('unexpected end of input')
    if (found.length === 0) throw new BuiltinFault('empty character list')
    return `[${negated ? '^' : ''}${found.join('')}]`
  }
  return `\\A${sequence(false)}\\z`
}
