/**
 * Where an answer is not that of Terraform's console, and why it stays so. Everything that is not listed here must be the same: the same text,
 * type and marks, or an error for an error in the same words.
 */

const provider = 'A provider runs its own functions, and the providers are not here: what they give is unknown.'
const schema = 'Terraform knows from the provider that this attribute is a string. Without schemas it is of unknown type.'
const crash = 'Terraform itself crashes within the function here, and reports that as an error. Nothing better can be said of values that are unknown.'

/** The outcome differs: a value for an error or the other way around, or another value. */
export const otherOutcome: ReadonlyMap<string, string> = new Map([
  ['try(terraform_data.u.id.x.y, "x")', schema],
  ['provider::x::f(1)', provider],
  ['setproduct(setunion((sensitive(true) ? tolist(["a", "b"]) : local.numbers), toset([sensitive("s"), "t"])), [[tonumber("${terraform_data.u.id}"), "héllo"], yamldecode(yamlencode(["${terraform_data.u.id}"]))])', crash],
])

const yaml = 'Another YAML parser stops at the same document, and says so in its own words.'
const root = 'A path that is the root, or leads out of it, is refused in words of its own.'
const order = 'Of two things that are wrong the other one is said first.'
const syntax = 'The parser has its own words for what is wrong with the text.'

/** Both are errors, and the words differ. By the beginning of the expression. */
export const otherWords: readonly (readonly [start: string, reason: string])[] = [
  ['yamldecode(', yaml],
  ['[type(1)]', 'The function type() belongs to the console alone; anywhere but at the top it is an unknown function.'],
  ['jsondecode("🙂z")', 'Terraform names the first byte of a character that has four.'],
  ['templatefile("", 64)', root],
  ['filemd5("")', root],
  ['filesha256("/a/b")', root],
  ['filesha512("")', root],
  ['transpose({a = 1, b = "x"})', order],
  ['.5', syntax],
  ['[[{a=1}],[{a=2}]].*.[0]', syntax],
  ['templatestring(local.nothing, {})', 'The reason is given in other words.'],
]

/** The same for comparing: places in messages are whole arguments here and their first token there, and a crash has its stack in the text. */
export const comparable = (detail: string): string =>
  detail
    .replace(/\(at <console-input>:[0-9,-]+\)/g, '(at)')
    .replace(/failed: panic in function implementation: .*/s, 'failed:')
