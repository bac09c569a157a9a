/** Functions over text. */
import { graphemes } from './grapheme.ts'
import { bool, listOf, number, string } from '../value/type.ts'
import { elementsOf, isWhollyKnown, list, no, refinementOf, text, textOf, truth, unknown, Unknown, type Value } from '../value/value.ts'
import { wholeNumber } from './count.ts'
import { fail, failAt, type FunctionSpec, type Parameter } from './spec.ts'

const str = (name: string): Parameter => ({ name, type: string })

function pure(name: string, params: readonly string[], run: (...args: string[]) => string): FunctionSpec {
  return { name, params: params.map(str), returns: string, notNull: true, run: (args) => text(run(...args.map(textOf))) }
}

/** One character for one, where Unicode has more it stays: "ß" has no single capital letter. */
function eachCharacter(s: string, change: (c: string) => string, special: (code: number) => number | undefined): string {
  let out = ''
  for (const c of s) {
    const other = change(c)
    const code = special(c.codePointAt(0) ?? 0)
    out += code !== undefined ? String.fromCodePoint(code) : Array.from(other).length === 1 ? other : c
  }
  return out
}

const upperSpecial = (code: number): number | undefined => {
  if ((code >= 0x1f80 && code <= 0x1faf && (code & 8) === 0) || code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return code < 0x1fb0 ? code + 8 : code + 9
  return undefined
}
const upper = (s: string): string => (/^[\x00-\x7f]*$/.test(s) ? s.toUpperCase() : eachCharacter(s, (c) => c.toUpperCase(), upperSpecial))
const lower = (s: string): string => (/^[\x00-\x7f]*$/.test(s) ? s.toLowerCase() : eachCharacter(s, (c) => c.toLowerCase(), (code) => (code === 0x130 ? 0x69 : undefined)))

function chomp(s: string): string {
  let end = s.length
  while (end > 0 && (s[end - 1] === '\n' || s[end - 1] === '\r')) end--
  return s.slice(0, end)
}

function title(s: string): string {
  let out = ''
  let start = true
  for (const c of s) {
    out += start ? titleOf(c) : c
    start = c < '\x80' ? !/[A-Za-z0-9_]/.test(c) : !/[\p{L}\p{Nd}]/u.test(c) && isSpace(c)
  }
  return out
}
const titleCase: Record<string, string> = { 'ǆ': 'ǅ', 'ǉ': 'ǈ', 'ǌ': 'ǋ', 'ǳ': 'ǲ', 'Ǆ': 'ǅ', 'Ǉ': 'ǈ', 'Ǌ': 'ǋ', 'Ǳ': 'ǲ' }
const titleOf = (c: string): string => titleCase[c] ?? upper(c)

const spaces = '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'
const isSpace = (c: string): boolean => spaces.includes(c)

function trimSet(s: string, cut: ReadonlySet<string>): string {
  const characters = Array.from(s)
  let from = 0
  let to = characters.length
  while (from < to && cut.has(characters[from] ?? '')) from++
  while (to > from && cut.has(characters[to - 1] ?? '')) to--
  return characters.slice(from, to).join('')
}

const indent: FunctionSpec = {
  name: 'indent',
  params: [{ name: 'spaces', type: number }, str('str')],
  returns: string,
  notNull: true,
  run: ([width = no, s = no]) => {
    const n = wholeNumber(width)
    if (n < 0 || n > 1_000_000) return fail('the number of spaces must not be negative')
    return text(textOf(s).replaceAll('\n', `\n${' '.repeat(n)}`))
  },
}

const join: FunctionSpec = {
  name: 'join',
  params: [str('separator')],
  rest: { name: 'lists', type: listOf(string), unknown: true },
  returns: string,
  notNull: true,
  run: ([separator = no, ...lists]) => {
    if (lists.length < 1) return fail('at least one list is required')
    if (lists.some((one) => !isWhollyKnown(one))) return unknown(string)
    const parts: string[] = []
    for (const [i, one] of lists.entries()) {
      for (const [k, element] of elementsOf(one).entries()) {
        if (element.data === null) return failAt(i + 1, lists.length > 1 ? `element ${k} of list ${i + 1} is null; cannot concatenate null values` : `element ${k} is null; cannot concatenate null values`)
        parts.push(textOf(element))
      }
    }
    return text(parts.join(textOf(separator)))
  },
}

const split: FunctionSpec = {
  name: 'split',
  params: [str('separator'), str('str')],
  returns: listOf(string),
  notNull: true,
  run: ([separator = no, s = no]) => {
    const by = textOf(separator)
    const parts = by === '' ? Array.from(textOf(s)) : textOf(s).split(by)
    return list(string, parts.map(text))
  },
}

function substring(s: string, offset: number, length: number): string {
  const characters = graphemes(s)
  let from = offset
  if (offset < 0) from += characters.length
  else if (length === 0) return ''
  const rest = from > 0 ? characters.slice(from) : characters
  if (from > 0 && from >= characters.length) return ''
  // a length of 0 counted from the end is never reached, and everything is taken
  return (length <= 0 ? rest : rest.slice(0, length)).join('')
}

const substr: FunctionSpec = {
  name: 'substr',
  params: [str('str'), { name: 'offset', type: number }, { name: 'length', type: number }],
  returns: string,
  notNull: true,
  run: ([s = no, offset = no, length = no]) => text(substring(textOf(s), wholeNumber(offset), wholeNumber(length))),
}

/** With an unknown text of which the beginning is known, that beginning may decide. */
const startswith: FunctionSpec = {
  name: 'startswith',
  params: [{ ...str('str'), unknown: true }, str('prefix')],
  returns: bool,
  notNull: true,
  run: ([s = no, prefix = no]) => {
    const wanted = textOf(prefix)
    if (!(s.data instanceof Unknown)) return truth(textOf(s).startsWith(wanted))
    const { prefix: known = '' } = refinementOf(s)
    if (known.startsWith(wanted)) return truth(true)
    return wanted.startsWith(known) ? unknown(bool) : no
  },
}

const test = (name: string, second: string, run: (s: string, other: string) => boolean): FunctionSpec => ({
  name,
  params: [str('str'), str(second)],
  returns: bool,
  notNull: true,
  run: ([s = no, other = no]) => truth(run(textOf(s), textOf(other))),
})

const strcontains: FunctionSpec = {
  ...test('strcontains', 'substr', (s, other) => s.includes(other)),
  params: [{ ...str('str'), unknown: true }, { ...str('substr') }],
  run: ([s = no, other = no]): Value => {
    if (!(s.data instanceof Unknown)) return truth(textOf(s).includes(textOf(other)))
    return (refinementOf(s).prefix ?? '').includes(textOf(other)) && textOf(other) !== '' ? truth(true) : unknown(bool)
  },
}

export const texts: readonly FunctionSpec[] = [
  pure('chomp', ['str'], chomp),
  pure('upper', ['str'], upper),
  pure('lower', ['str'], lower),
  pure('title', ['str'], title),
  pure('strrev', ['str'], (s) => graphemes(s).reverse().join('')),
  pure('trim', ['str', 'cutset'], (s, cut) => trimSet(s, new Set(cut))),
  pure('trimspace', ['str'], (s) => trimSet(s, new Set(spaces))),
  pure('trimprefix', ['str', 'prefix'], (s, prefix) => (s.startsWith(prefix) ? s.slice(prefix.length) : s)),
  pure('trimsuffix', ['str', 'suffix'], (s, suffix) => (suffix !== '' && s.endsWith(suffix) ? s.slice(0, -suffix.length) : s)),
  indent, join, split, substr, startswith, test('endswith', 'suffix', (s, suffix) => s.endsWith(suffix)), strcontains,
]

