/** JSON text: Go's encoder escapes what could end a script element, and its indentation has a form of its own. */
import { entries, isArray, isNumber, isObject, members, parseJson, RegoSet, stringifyJson, type Value } from '../../value/index.ts'
import { define } from '../define.ts'
import { type Args, objectAt, stringAt } from '../operand.ts'
import { type Builtin, type BuiltinContext, BuiltinFault, OperandError, shown } from '../registry.ts'

export const jsonText: readonly Builtin[] = [
  define('json.marshal', 'any -> string', 'the value as JSON', ([value = null], context) => marshal(value, context)),
  define('json.marshal_with_options', 'any, object -> string', 'the value as JSON, with prefix, indent and pretty', withOptions),
  define('json.unmarshal', 'string -> any', 'the value of a JSON text', (args, context) => {
    const text = stringAt(args, 1)
    context.reserve(text.length >> 3)
    return unmarshal(text)
  }),
  define('json.is_valid', 'string -> boolean', 'the string is JSON', ([value]) => typeof value === 'string' && isJson(value)),
]

export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

export function unmarshal(text: string): Value {
  try {
    return parseJson(text)
  } catch {
    throw new BuiltinFault(jsonFault(text))
  }
}

/** In Go's words, as far as the place can be told: where the longest beginning that could still become JSON ends. */
function jsonFault(text: string): string {
  const trimmed = text.trimStart()
  if (trimmed === '') return 'unexpected end of JSON input'
  const first = trimmed[0] ?? ''
  if (!/[[{"\dtfn-]/.test(first)) return `invalid character '${first}' looking for beginning of value`
  return 'invalid JSON'
}

const unsafe = /[<>&\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\\ud[89a-f][0-9a-f]{2}|\\[bf]/g

/** As Go's encoder writes it: `<`, `>`, `&` and two line breaks as escapes, halves of pairs as U+FFFD. */
function escaped(json: string): string {
  return json.replace(unsafe, (found) => {
    if (found === '\\b' || found === '\\f') return found
    if (found.length > 1 || (found >= '\ud800' && found <= '\udfff')) return '\\ufffd'
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

export function marshal(value: Value, context: BuiltinContext): string {
  const text = escaped(stringifyJson(value))
  context.reserve(text.length >> 3)
  return text
}

function withOptions(args: Args, context: BuiltinContext): Value {
  let prefix = ''
  let indent = '\t'
  let pretty: boolean | undefined
  let implied = false
  for (const [key, option] of entries(objectAt(args, 2))) {
    if (key === 'prefix' || key === 'indent') {
      if (typeof option !== 'string') throw new OperandError(`operand 2 key ${key} failed cast to string: operand must be string`)
      if (key === 'prefix') prefix = option
      else indent = option
      implied = true
    } else if (key === 'pretty') {
      if (typeof option !== 'boolean') throw new OperandError('operand 2 key pretty failed cast to bool')
      pretty = option
    } else throw new OperandError(`operand 2 object contained unknown key ${shown(key)}`)
  }
  const value = args[0] ?? null
  return (pretty ?? implied) ? prefix + indented(value, prefix, indent, 1, context) : marshal(value, context)
}

function indented(value: Value, prefix: string, indent: string, depth: number, context: BuiltinContext): string {
  const line = `\n${prefix}${indent.repeat(depth)}`
  context.reserve(1 + (line.length >> 3))
  const close = `\n${prefix}${indent.repeat(depth - 1)}`
  const items = isArray(value) ? value : value instanceof RegoSet ? members(value) : undefined
  if (items !== undefined) return items.length === 0 ? '[]' : `[${items.map((item) => line + indented(item, prefix, indent, depth + 1, context)).join(',')}${close}]`
  if (!isObject(value)) return isNumber(value) ? stringifyJson(value) : escaped(stringifyJson(value))
  const pairs = [...entries(value)]
  if (pairs.length === 0) return '{}'
  const name = (key: Value): string => escaped(JSON.stringify(typeof key === 'string' ? key : stringifyJson(key)))
  return `{${pairs.map(([key, member]) => `${line}${name(key)}: ${indented(member, prefix, indent, depth + 1, context)}`).join(',')}${close}}`
}
