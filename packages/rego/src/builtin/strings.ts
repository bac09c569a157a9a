/** Strings: characters are code points, as everywhere in OPA. */
import { isNumber, toBigInt, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { type Args, intAt, numberAt, stringAt, stringsAt } from './operand.ts'
import { type Builtin, type BuiltinContext, BuiltinFault, OperandError } from './registry.ts'
import { lower, spaceTrimmed, trimmed, upper } from './text/letters.ts'
import { runes } from './text/utf8.ts'

const text = (name: string, about: string, change: (text: string) => string): Builtin =>
  define(name, 'string -> string', about, (args, context) => {
    const given = stringAt(args, 1)
    context.spend(given.length >> 6)
    return change(given)
  })

const two = (name: string, result: string, about: string, call: (a: string, b: string, context: BuiltinContext) => Value): Builtin =>
  define(name, `string, string -> ${result}`, about, (args, context) => call(stringAt(args, 1), stringAt(args, 2), context))

export const strings: readonly Builtin[] = [
  text('lower', 'in lower case', lower),
  text('upper', 'in upper case', upper),
  text('trim_space', 'without white space at both ends', spaceTrimmed),
  text('strings.reverse', 'the characters from the last to the first', (given) => runes(given).reverse().join('')),
  two('contains', 'boolean', 'the second string is part of the first', (a, b) => a.includes(b)),
  two('startswith', 'boolean', 'the first string begins with the second', (a, b) => a.startsWith(b)),
  two('endswith', 'boolean', 'the first string ends with the second', (a, b) => a.endsWith(b)),
  two('trim', 'string', 'without any of the second string\'s characters at both ends', (a, b) => trimmed(a, b, true, true)),
  two('trim_left', 'string', 'without any of the second string\'s characters at the start', (a, b) => trimmed(a, b, true, false)),
  two('trim_right', 'string', 'without any of the second string\'s characters at the end', (a, b) => trimmed(a, b, false, true)),
  two('trim_prefix', 'string', 'without the second string at the start', (a, b) => (a.startsWith(b) ? a.slice(b.length) : a)),
  two('trim_suffix', 'string', 'without the second string at the end', (a, b) => (b !== '' && a.endsWith(b) ? a.slice(0, -b.length) : a)),
  two('split', 'array', 'the parts between the second string', (a, b, context) => {
    const parts = b === '' ? runes(a) : a.split(b)
    context.reserve(parts.length)
    return parts
  }),
  two('indexof', 'number', 'where the second string begins in the first, or -1', (a, b) => {
    if (b === '') throw new BuiltinFault('empty search character')
    const unit = a.indexOf(b)
    return unit <= 0 ? unit : runes(a.slice(0, unit)).length
  }),
  two('indexof_n', 'array', 'where the second string begins, every time', everyIndex),
  two('strings.count', 'number', 'how often the second string is part of the first, without overlap', (a, b) => (b === '' ? runes(a).length + 1 : a.split(b).length - 1)),
  define('substring', 'string, number, number -> string', 'the characters from an index on, as many as the length says, or all with -1', substring),
  define('concat', 'string, array|set -> string', 'the strings, joined by the first argument', (args, context) => {
    const separator = stringAt(args, 1)
    const parts = stringsAt(args, 2)
    context.reserve(parts.reduce((sum, part) => sum + part.length, separator.length * parts.length) >> 3)
    return parts.join(separator)
  }),
  define('replace', 'string, string, string -> string', 'the string, with every second argument replaced by the third', (args, context) => {
    const [given, old, by] = [stringAt(args, 1), stringAt(args, 2), stringAt(args, 3)]
    const parts = old === '' ? ['', ...runes(given), ''] : given.split(old)
    context.reserve((given.length + parts.length * by.length) >> 3)
    return parts.join(by)
  }),
  define('format_int', 'number, number -> string', 'the number, cut to an integer, in base 2, 8, 10 or 16', formatInt),
  any('strings.any_prefix_match', 'some string begins with some prefix', (one, prefix) => one.startsWith(prefix)),
  any('strings.any_suffix_match', 'some string ends with some suffix', (one, suffix) => one.endsWith(suffix)),
]

function everyIndex(given: string, searched: string, context: BuiltinContext): Value {
  if (searched === '') throw new BuiltinFault('empty search character')
  const found: number[] = []
  let characters = 0
  let from = 0
  for (let unit = given.indexOf(searched); unit >= 0; unit = given.indexOf(searched, unit + step(given, unit))) {
    characters += runes(given.slice(from, unit)).length
    from = unit
    found.push(characters)
    if (found.length % 64 === 0) context.reserve(64)
  }
  return found
}

const step = (given: string, unit: number): number => ((given.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1)

function substring(args: Args): Value {
  const given = stringAt(args, 1)
  const start = intAt(args, 2)
  const length = intAt(args, 3)
  if (start < 0) throw new BuiltinFault('negative offset')
  const characters = runes(given)
  return characters.slice(start, length < 0 ? undefined : start + length).join('')
}

function formatInt(args: Args): Value {
  const number = numberAt(args, 1)
  const base = args[1] ?? null
  if (!isNumber(base)) numberAt(args, 2)
  if (base !== 2 && base !== 8 && base !== 10 && base !== 16) throw new OperandError('operand 2 must be one of {2, 8, 10, 16}')
  return toBigInt(typeof number === 'bigint' ? number : Math.trunc(number)).toString(base)
}

/** Either side may be one string or a collection of them. */
function any(name: string, about: string, matches: (one: string, part: string) => boolean): Builtin {
  const read = (args: Args, position: number): readonly string[] => {
    const value = args[position - 1]
    return typeof value === 'string' ? [value] : stringsAt(args, position, 'string', 'set', 'array')
  }
  return define(name, 'string|array|set, string|array|set -> boolean', about, (args, context) => {
    const all = read(args, 1)
    const parts = read(args, 2)
    context.spend(all.length * parts.length)
    return all.some((one) => parts.some((part) => matches(one, part)))
  })
}
