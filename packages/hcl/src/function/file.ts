/** Functions over files and paths. */
import { resolvePath } from '../load/loader.ts'
import { quoteGo } from '../value/quote.ts'
import { set } from '../value/set.ts'
import { any, bool, setOf, string } from '../value/type.ts'
import { isKnown, membersOf, no, text, textOf, truth, unknown, type Value, withMarks } from '../value/value.ts'
import { fromBytes, toBase64 } from './bytes.ts'
import { clean, filesBelow, kindOf, readFile, shownPath, withinRoot } from './file-path.ts'
import { globMatcher } from './glob.ts'
import { fail, failAt, type FunctionSpec } from './spec.ts'
import type { Surroundings } from './surroundings.ts'

const path = { name: 'path', type: string, marked: true } as const

const reading = (name: string, turn: (bytes: Uint8Array, path: Value) => string): FunctionSpec => ({
  name,
  params: [path],
  returns: string,
  notNull: true,
  run: ([value = no], _, surroundings) => {
    const bytes = readFile(textOf(value), value.marks, surroundings)
    return withMarks(bytes === undefined ? unknown(string) : text(turn(bytes, value)), value.marks)
  },
})

const asText = (bytes: Uint8Array, value: Value): string =>
  fromBytes(bytes) ??
  fail(`contents of ${shownPath(textOf(value), value.marks)} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead`)

const fileexists: FunctionSpec = {
  name: 'fileexists',
  params: [path],
  returns: bool,
  notNull: true,
  run: ([value = no], _, surroundings) => {
    const { files } = surroundings
    if (files === undefined) return withMarks(unknown(bool), value.marks)
    const within = withinRoot(textOf(value), surroundings)
    if (within === undefined) return failAt(0, `${shownPath(textOf(value), value.marks)} lies outside the module's root directory, and only files within it are read`)
    const kind = kindOf(within, files)
    if (kind === 'directory') return fail(`${shownPath(within, value.marks)} is a directory, not a file`)
    return withMarks(truth(kind === 'file'), value.marks)
  },
}

const fileset: FunctionSpec = {
  name: 'fileset',
  params: [path, { name: 'pattern', type: string, marked: true }],
  returns: setOf(string),
  notNull: true,
  run: ([where = no, pattern = no], type, surroundings) => {
    const marks = where.marks | pattern.marks
    const { files } = surroundings
    if (files === undefined) return withMarks(unknown(type), marks)
    const base = withinRoot(textOf(where), surroundings)
    const joined = base === undefined ? undefined : (resolvePath(base, textOf(pattern)) ?? undefined)
    if (base === undefined || joined === undefined) return failAt(0, `${shownPath(textOf(where), marks)} lies outside the module's root directory, and only files within it are read`)
    const matches = globMatcher(joined) ?? fail(`failed to glob pattern ${shownPath(joined, marks)}: syntax error in pattern`)
    const found: Value[] = []
    const fixed = joined.split(/[*?[{\\]/)[0] ?? ''
    const start = fixed.slice(0, Math.max(0, fixed.lastIndexOf('/')))
    for (const file of filesBelow(start, files)) if (matches(file)) found.push(text(relative(base, file)))
    return withMarks(set(string, found), marks)
  },
}

/** From one directory below the root to a file below it. */
function relative(base: string, file: string): string {
  const from = base === '' ? [] : base.split('/')
  const to = file.split('/')
  let shared = 0
  while (shared < from.length && from[shared] === to[shared]) shared++
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/')
}

function basename(s: string): string {
  if (s === '') return '.'
  let end = s.length
  while (end > 0 && s[end - 1] === '/') end--
  const trimmed = s.slice(0, end)
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1)
}

const pure = (name: string, run: (s: string) => string): FunctionSpec => ({ name, params: [{ name: 'path', type: string }], returns: string, notNull: true, run: ([s = no]) => text(run(textOf(s))) })

const abspath: FunctionSpec = {
  name: 'abspath',
  params: [{ name: 'path', type: string }],
  returns: string,
  notNull: true,
  run: ([value = no], _, { workingDirectory }) => {
    const s = textOf(value)
    if (s.startsWith('/')) return text(clean(s))
    return workingDirectory === undefined ? unknown(string, { notNull: true, prefix: '/' }) : text(clean(`${workingDirectory}/${s}`))
  },
}

/** The home directory is the reader's own, so what starts there is not known. */
const pathexpand: FunctionSpec = {
  name: 'pathexpand',
  params: [{ name: 'path', type: string }],
  returns: string,
  notNull: true,
  run: ([value = no]) => {
    const s = textOf(value)
    if (!s.startsWith('~')) return text(s)
    return s === '~' || s.startsWith('~/') ? unknown(string) : fail('cannot expand user-specific home dir')
  },
}

const identifier = /^[\p{ID_Start}][\p{ID_Continue}-]*$/u

/** The variables of a template, each a name that a template can say. */
function variables(value: Value): ReadonlyMap<string, Value> {
  if (value.type.kind !== 'map' && value.type.kind !== 'object') return failAt(1, 'invalid vars value: must be a map')
  for (const name of membersOf(value).keys()) {
    if (!identifier.test(name)) return failAt(1, `invalid template variable name ${quoteGo(name)}: must start with a letter, followed by zero or more letters, digits, and underscores`)
  }
  return membersOf(value)
}

function renderFile(args: readonly Value[], surroundings: Surroundings): Value {
  const [where = no, vars = no] = args
  const bytes = readFile(textOf(where), where.marks, surroundings)
  if (bytes === undefined || surroundings.render === undefined) return unknown(any)
  return surroundings.render(asText(bytes, where), textOf(where), variables(vars), true)
}

const templatefile: FunctionSpec = {
  name: 'templatefile',
  params: [path, { name: 'vars', type: any }],
  returns: any,
  typeOf: (args, surroundings) => (args.every(isKnown) ? renderFile(args, surroundings).type : any),
  run: (args, _, surroundings) => withMarks(renderFile(args, surroundings), args[0]?.marks ?? 0),
}

/** Its first argument is not evaluated as others are: the evaluator makes sure that it is a plain reference. */
const templatestring: FunctionSpec = {
  name: 'templatestring',
  params: [{ name: 'template', type: string, marked: true }, { name: 'vars', type: any }],
  returns: string,
  notNull: true,
  run: ([template = no, vars = no], _, { render }) => {
    if (render === undefined) return withMarks(unknown(string), template.marks)
    const result = render(textOf(template), '<templatestring argument>', variables(vars), false)
    return withMarks(result, template.marks)
  },
}

export const fileFunctions: readonly FunctionSpec[] = [
  reading('file', asText), reading('filebase64', (bytes) => toBase64(bytes)), fileexists, fileset,
  pure('basename', basename), pure('dirname', (s) => clean(s.slice(0, s.lastIndexOf('/') + 1))), abspath, pathexpand, templatefile, templatestring,
]
