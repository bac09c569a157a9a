/** Regular expressions. */
import type { Value } from '../../value/index.ts'
import { define } from '../define.ts'
import { type Args, intAt, stringAt } from '../operand.ts'
import { type Builtin, type BuiltinContext, BuiltinFault } from '../registry.ts'
import { bytesOf } from '../text/utf8.ts'
import { compiled, matches } from './compiled.ts'
import { expand } from './expand.ts'
import { intersects } from './intersection.ts'
import { templatePattern } from './template.ts'

export const regex: readonly Builtin[] = [
  define('regex.match', 'string, string -> boolean', 'the pattern matches somewhere in the string', match),
  define('re_match', 'string, string -> boolean', 'deprecated: regex.match', match),
  define('regex.is_valid', 'string -> boolean', 'the string is a pattern', ([value]) => typeof value === 'string' && isPattern(value)),
  define('regex.split', 'string, string -> array', 'the parts of the string between matches', (args, context) => {
    const [pattern, text] = subject(args, context)
    // Go returns a string that is empty as it is, if the pattern is not
    if (text === '') return stringAt(args, 1) === '' ? [] : ['']
    const parts: string[] = []
    let from = 0
    for (const found of matches(pattern, text, Infinity)) {
      if (found.end === 0) continue
      if (found.start === text.length && found.start === found.end) break
      parts.push(text.slice(from, found.start))
      from = found.end
    }
    parts.push(text.slice(from))
    return parts
  }),
  define('regex.find_n', 'string, string, number -> array', 'the first matches, or all with -1', (args, context) => {
    const [pattern, text] = subject(args, context)
    return collect(matches(pattern, text, limitAt(args)), context, (found) => text.slice(found.start, found.end))
  }),
  define('regex.find_all_string_submatch_n', 'string, string, number -> array', 'the first matches with their groups, or all with -1', (args, context) => {
    const [pattern, text] = subject(args, context)
    return collect(matches(pattern, text, limitAt(args)), context, (found) => found.groups.map((group) => group ?? ''))
  }),
  define('regex.replace', 'string, string, string -> string', 'the string with all matches replaced; $1 or ${name} stand for groups', replace),
  define('regex.template_match', 'string, string, string, string -> boolean', 'the template matches the whole string; patterns stand between the delimiters', (args, context) => {
    const [pattern, text] = [stringAt(args, 1), stringAt(args, 2)]
    context.spend(text.length >> 4)
    return compiled(templatePattern(pattern, delimiter(stringAt(args, 3), 'start'), delimiter(stringAt(args, 4), 'end'))).test(text)
  }),
  define('regex.globs_match', 'string, string -> boolean', 'some string matches both patterns of characters, dots, sets, + and *', (args, context) => intersects(stringAt(args, 1), stringAt(args, 2), context)),
]

function match(args: Args, context: BuiltinContext): Value {
  const [pattern, text] = subject(args, context)
  return pattern.test(text)
}

function subject(args: Args, context: BuiltinContext): [ReturnType<typeof compiled>, string] {
  const text = stringAt(args, 2)
  const pattern = compiled(stringAt(args, 1))
  context.spend(text.length >> 4)
  return [pattern, text]
}

function limitAt(args: Args): number {
  const limit = intAt(args, 3)
  return limit < 0 ? Infinity : limit
}

function collect<Item>(found: Iterable<Item>, context: BuiltinContext, read: (item: Item) => Value): Value[] {
  const out: Value[] = []
  for (const item of found) {
    context.reserve(1)
    out.push(read(item))
  }
  return out
}

function isPattern(text: string): boolean {
  try {
    compiled(text)
    return true
  } catch (error) {
    if (error instanceof BuiltinFault) return false
    throw error
  }
}

/** As OPA does it, each search starts afresh behind the last match: `^` matches there again. */
function replace(args: Args, context: BuiltinContext): Value {
  const [text, template] = [stringAt(args, 1), stringAt(args, 3)]
  const pattern = compiled(stringAt(args, 2))
  const names = pattern.namedGroups()
  let rest = text
  let out = ''
  for (;;) {
    context.spend(1 + (rest.length >> 6))
    const [found] = matches(pattern, rest, 1)
    if (found === undefined) return out + rest
    const filled = expand(template, found.groups, names)
    context.reserve(filled.length >> 3)
    out += rest.slice(0, found.start) + filled
    const step = found.end > 0 ? 0 : (rest.codePointAt(0) ?? 0) > 0xffff ? 2 : 1
    out += rest.slice(found.end, found.end + step)
    if (rest.length <= found.end && step > 0) return out
    rest = rest.slice(found.end + step)
  }
}

function delimiter(text: string, side: string): string {
  const length = bytesOf(text).length
  if (length !== 1) throw new BuiltinFault(`${side} delimiter has to be exactly one character long but is ${length} long`)
  return text
}
