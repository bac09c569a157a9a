/**
 * The JSON syntax (hashicorp/hcl, json/spec.md): RFC 8259 exactly, with ranges. Total, and bounded in depth. After a mistake nothing more is read:
 * what stood before it is kept, and there is one finding.
 */
import { finding } from '../diagnostics.ts'
import { FAILED, maxDepth } from '../native/cursor.ts'
import type { ParseOptions, Parsed } from '../parse.ts'
import { Source, sourceOf } from '../source.ts'
import type { JsonArray, JsonFile, JsonMember, JsonObject, JsonString, JsonValue } from '../tree.ts'
import type { Diagnostic } from '../diagnostics.ts'

interface Reader {
  readonly source: Source
  readonly text: string
  at: number
  depth: number
  readonly diagnostics: Diagnostic[]
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// control characters must be escaped; a string may otherwise hold anything
const plain = /[^"\\\u0000-\u001f]*/y
const word = /[A-Za-z0-9_.+-]+/y

/** Parses a file of the JSON syntax: `.tf.json`, `.tfvars.json`, `.tofu.json`. Its root must be an object, or an array of objects. */
export function parseJson(input: string | Uint8Array | Source, options: ParseOptions = {}): Parsed<JsonFile> {
  const source = input instanceof Source ? input : sourceOf(input, options.name ?? '')
  const r: Reader = { source, text: source.text, at: 0, depth: 0, diagnostics: [] }
  const end = source.text.length
  let value: JsonValue = { kind: 'error', start: 0, end }
  try {
    value = read(r, (partial) => (value = partial))
    skipSpace(r)
    if (r.at < end) fail(r, `The value is complete, but ${ahead(r)} follows.`)
    if (value.kind !== 'json-object' && value.kind !== 'json-array') report(r, 'A configuration is a JSON object, or an array of objects.', value.start, value.end)
  } catch (thrown) {
    if (thrown !== FAILED) throw thrown
  }
  return { tree: { kind: 'json-file', start: 0, end, source, value, body: { kind: 'json-body', start: value.start, end: value.end, source, value } }, diagnostics: r.diagnostics }
}

function report(r: Reader, detail: string, start: number, end: number): void {
  r.diagnostics.push(finding('invalid-json', detail, r.source, start, end))
}

function fail(r: Reader, detail: string, start = r.at, end = Math.min(r.at + 1, r.text.length)): never {
  report(r, detail, start, end)
  throw FAILED
}

function ahead(r: Reader): string {
  if (r.at >= r.text.length) return 'the end of the file'
  word.lastIndex = r.at
  const found = word.exec(r.text)?.[0] ?? String.fromCodePoint(r.text.codePointAt(r.at) ?? 0)
  return JSON.stringify(found.slice(0, 40))
}

function skipSpace(r: Reader): void {
  for (;;) {
    const c = r.text.charCodeAt(r.at)
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return
    r.at++
  }
}

/** `keep` gets the object or array that is being read, so that its beginning survives a mistake further on. */
function read(r: Reader, keep: (partial: JsonValue) => void): JsonValue {
  skipSpace(r)
  const start = r.at
  switch (r.text.charCodeAt(start)) {
    case 123:
      return object(r, keep)
    case 91:
      return array(r, keep)
    case 34:
      return string(r)
    default:
  }
  number.lastIndex = start
  word.lastIndex = start
  const found = word.exec(r.text)?.[0] ?? ''
  const end = start + found.length
  if (found === 'true' || found === 'false' || found === 'null') {
    r.at = end
    return { kind: 'json-keyword', start, end, value: found === 'null' ? null : found === 'true' }
  }
  if (found !== '' && number.exec(r.text)?.[0] === found) {
    r.at = end
    return { kind: 'json-number', start, end, lexeme: found }
  }
  return fail(r, `Found ${ahead(r)} where a value must begin. Strings need double quotes.`, start, Math.max(end, Math.min(start + 1, r.text.length)))
}

function enter(r: Reader): void {
  if (++r.depth > maxDepth) {
    r.diagnostics.push(finding('too-deep', `More than ${maxDepth} levels are not read.`, r.source, r.at, r.at + 1))
    throw FAILED
  }
}

type Open<T> = { -readonly [K in keyof T]: T[K] }

function object(r: Reader, keep: (partial: JsonValue) => void): JsonObject {
  enter(r)
  const members: JsonMember[] = []
  const whole: Open<JsonObject> = { kind: 'json-object', start: r.at, end: r.text.length, members }
  keep(whole)
  r.at++
  for (;;) {
    skipSpace(r)
    const c = r.text.charCodeAt(r.at)
    if (c === 125 && members.length === 0) break
    if (c !== 34) fail(r, c === 125 ? 'There is no further member after this comma.' : `A member begins with its name in double quotes; found ${ahead(r)}.`)
    const name = string(r)
    skipSpace(r)
    if (r.text.charCodeAt(r.at) !== 58) fail(r, `A colon must follow the name; found ${ahead(r)}.`)
    r.at++
    const member: Open<JsonMember> = { kind: 'json-member', start: name.start, end: r.text.length, name: name.value, nameEnd: name.end, value: { kind: 'error', start: r.at, end: r.at } }
    members.push(member)
    member.value = read(r, (partial) => (member.value = partial))
    member.end = r.at
    skipSpace(r)
    const next = r.text.charCodeAt(r.at)
    if (next === 125) break
    if (next !== 44) fail(r, `A comma or "}" must follow the value; found ${ahead(r)}.`)
    r.at++
  }
  whole.end = ++r.at
  r.depth--
  return whole
}

function array(r: Reader, keep: (partial: JsonValue) => void): JsonArray {
  enter(r)
  const items: JsonValue[] = []
  const whole: Open<JsonArray> = { kind: 'json-array', start: r.at, end: r.text.length, items }
  keep(whole)
  r.at++
  for (;;) {
    skipSpace(r)
    const c = r.text.charCodeAt(r.at)
    if (c === 93 && items.length === 0) break
    if (c === 93) fail(r, 'There is no further item after this comma.')
    const at = items.length
    items.push(read(r, (partial) => (items[at] = partial)))
    items.length = at + 1
    skipSpace(r)
    const next = r.text.charCodeAt(r.at)
    if (next === 93) break
    if (next !== 44) fail(r, `A comma or "]" must follow the item; found ${ahead(r)}.`)
    r.at++
  }
  whole.end = ++r.at
  r.depth--
  return whole
}

function string(r: Reader): JsonString {
  const start = r.at
  let i = start + 1
  let escaped = false
  for (;;) {
    plain.lastIndex = i
    plain.exec(r.text)
    i = plain.lastIndex
    const c = r.text.charCodeAt(i)
    if (c === 34) break
    if (c !== 92) fail(r, i >= r.text.length ? 'The string is not closed before the end of the file.' : 'A control character in a string must be escaped, such as \\n for a new line.', i >= r.text.length ? start : i, Math.min(i + 1, r.text.length))
    const length = escapeLength(r.text, i)
    if (length === 0) fail(r, 'This is no escape sequence of JSON.', i, Math.min(i + 2, r.text.length))
    escaped = true
    i += length
  }
  const raw = r.text.slice(start, i + 1)
  r.at = i + 1
  return { kind: 'json-string', start, end: i + 1, value: escaped ? (JSON.parse(raw) as string) : raw.slice(1, -1) }
}

/** 2 or 6 for an escape sequence at `i`, 0 if it is none. */
function escapeLength(text: string, i: number): number {
  const selector = text[i + 1] ?? ''
  if (selector !== '' && '"\\/bfnrt'.includes(selector)) return 2
  return selector === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(i + 2, i + 6)) ? 6 : 0
}
