/** Functions that search with regular expressions: RE2's syntax and its linear time. */
import { RE2JS, type Matcher } from 're2js'
import { any, listOf, objectOf, string, tupleOf, type Type } from '../value/type.ts'
import { isKnown, list, no, nullOf, object, text, textOf, tuple, type Value } from '../value/value.ts'
import { reword } from './count.ts'
import { fail, failAt, type FunctionSpec } from './spec.ts'

type Pattern = { readonly regex: RE2JS; readonly names: readonly (string | undefined)[] }

const patterns = new Map<string, Pattern>()

/** At most a few hundred patterns are kept compiled. Throws when it is none. */
function compile(source: string, index: number): Pattern {
  const known = patterns.get(source)
  if (known !== undefined) return known
  let regex: RE2JS
  try {
    regex = RE2JS.compile(source)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return failAt(index, `invalid regexp pattern: ${message.replace(/^error parsing regexp: (.*): `(.*)`$/s, '$1 in $2')}`)
  }
  const names: (string | undefined)[] = Array.from({ length: regex.groupCount() }, () => undefined)
  for (const [name, at] of Object.entries(regex.namedGroups())) names[at - 1] = name
  if (patterns.size > 300) patterns.clear()
  const made = { regex, names }
  patterns.set(source, made)
  return made
}

function resultType({ names }: Pattern): Type {
  if (names.length === 0) return string
  const named = names.filter((one) => one !== undefined)
  if (named.length === 0) return tupleOf(names.map(() => string))
  if (named.length < names.length) return failAt(0, 'invalid regexp pattern: cannot mix both named and unnamed capture groups')
  return objectOf(named.map((name) => [name, string]))
}

const groupOf = (matcher: Matcher, i: number): Value => {
  const found = matcher.group(i)
  return found === null || found === undefined ? nullOf(string) : text(found)
}

function captured({ names }: Pattern, matcher: Matcher): Value {
  if (names.length === 0) return text(matcher.group(0) ?? '')
  const values = names.map((_, i) => groupOf(matcher, i + 1))
  if (names[0] === undefined) return tuple(values)
  return object(names.map((name, i) => [name ?? '', values[i] ?? nullOf(string)]))
}

/** Visits all matches from left to right; an empty match right behind another one is none. */
function eachMatch({ regex }: Pattern, s: string, visit: (matcher: Matcher) => void): void {
  const matcher = regex.matcher(s)
  let position = 0
  let previousEnd = -1
  while (position <= s.length && matcher.find(position)) {
    const start = matcher.start()
    const end = matcher.end()
    const accepted = !(end === position && start === previousEnd)
    if (end === position) position += (s.codePointAt(position) ?? 0) > 0xffff ? 2 : 1
    else position = end
    previousEnd = end
    if (accepted) visit(matcher)
  }
}

const regex: FunctionSpec = {
  name: 'regex',
  params: [{ name: 'pattern', type: string }, { name: 'string', type: string }],
  returns: any,
  typeOf: ([pattern = no]) => (isKnown(pattern) ? resultType(compile(textOf(pattern), 0)) : any),
  run: ([source = no, s = no]) => {
    const pattern = compile(textOf(source), 0)
    const matcher = pattern.regex.matcher(textOf(s))
    return matcher.find() ? captured(pattern, matcher) : fail('pattern did not match any part of the given string')
  },
}

const regexall: FunctionSpec = {
  name: 'regexall',
  params: [{ name: 'pattern', type: string }, { name: 'string', type: string }],
  returns: listOf(any),
  notNull: true,
  typeOf: ([pattern = no]) => listOf(isKnown(pattern) ? resultType(compile(textOf(pattern), 0)) : any),
  run: ([source = no, s = no], type) => {
    const pattern = compile(textOf(source), 0)
    const found: Value[] = []
    eachMatch(pattern, textOf(s), (matcher) => found.push(captured(pattern, matcher)))
    return list(type.kind === 'list' ? type.element : any, found)
  },
}

const reference = /\$(?:\$|\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g

/** `$1`, `${1}`, `$name` stand for groups, `$$` for a dollar sign; what is no group is nothing. */
function expand(template: string, { names }: Pattern, matcher: Matcher): string {
  return template.replace(reference, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$'
    const name = braced ?? bare ?? ''
    const at = /^[0-9]+$/.test(name) ? Number(name) : names.indexOf(name) + 1
    if (at > names.length || (at === 0 && !/^0+$/.test(name))) return ''
    return matcher.group(at) ?? ''
  })
}

const replace: FunctionSpec = {
  name: 'replace',
  params: [{ name: 'str', type: string }, { name: 'substr', type: string }, { name: 'replace', type: string }],
  returns: string,
  notNull: true,
  run: ([value = no, sub = no, by = no]) => {
    const s = textOf(value)
    const wanted = textOf(sub)
    if (wanted.length < 2 || !wanted.startsWith('/') || !wanted.endsWith('/')) return text(replaceAll(s, wanted, textOf(by)))
    const pattern = compileForReplace(wanted.slice(1, -1))
    let out = ''
    let last = 0
    eachMatch(pattern, s, (matcher) => {
      out += s.slice(last, matcher.start()) + expand(textOf(by), pattern, matcher)
      last = matcher.end()
    })
    return text(out + s.slice(last))
  },
}

function compileForReplace(source: string): Pattern {
  return reword(
    () => compile(source, 0),
    (message) => fail(message.replace(/^invalid regexp pattern: (.*) in (.*)$/s, 'error parsing regexp: $1: `$2`')),
  )
}

/** Of nothing there is one before every character and one behind the last. */
function replaceAll(s: string, wanted: string, by: string): string {
  return wanted === '' ? `${by}${Array.from(s, (c) => c + by).join('')}` : s.split(wanted).join(by)
}

export const regexes: readonly FunctionSpec[] = [regex, regexall, replace]
