/** `strings.replace_n`: many replacements in one pass, the patterns tried in order at each place, nothing replaced twice. */
import { entries, type Value } from '../value/index.ts'
import { define } from './define.ts'
import { objectAt, stringAt } from './operand.ts'
import { type Builtin, type BuiltinContext, OperandError } from './registry.ts'

export const replaceN: Builtin = define('strings.replace_n', 'object, string -> string', 'the string, with the keys of the object replaced by their values', (args, context) => {
  const pairs: [string, string][] = []
  for (const [old, by] of entries(objectAt(args, 1))) pairs.push([word(old, 'key'), word(by, 'value')])
  return replaced(stringAt(args, 2), pairs, context)
})

function word(value: Value, part: string): string {
  if (typeof value === 'string') return value
  throw new OperandError(`operand 1 non-string ${part} found in pattern object`)
}

function replaced(text: string, pairs: readonly (readonly [string, string])[], context: BuiltinContext): string {
  const first = new Map<string, (readonly [string, string])[]>()
  for (const pair of pairs) first.set(pair[0].slice(0, 1), [...(first.get(pair[0].slice(0, 1)) ?? []), pair])
  const empty = pairs.find(([old]) => old === '')
  let out = ''
  // Go's replacer inserts for an empty pattern wherever no other one matches, but not right behind a match
  let matched = false
  for (let at = 0; at <= text.length; ) {
    context.spend(1)
    const found = first.get(text[at] ?? '\0')?.find(([old]) => text.startsWith(old, at))
    if (found !== undefined && found[0] !== '' && (empty === undefined || pairs.indexOf(found) < pairs.indexOf(empty) || matched)) {
      out += found[1]
      at += found[0].length
      matched = true
      context.reserve(found[1].length >> 3)
      continue
    }
    if (empty !== undefined && !matched) out += empty[1]
    matched = false
    const character = at < text.length ? String.fromCodePoint(text.codePointAt(at) ?? 0) : ''
    out += character
    at += Math.max(character.length, 1)
  }
  return out
}
