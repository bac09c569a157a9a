/** The parser's door: text in, a module or diagnostics out. It never throws, whatever the text is. */
import type { Diagnostic } from '../error.ts'
import { findBlocks, parseBlock } from './annotations.ts'
import { Cursor, Failure } from './cursor.ts'
import { everyKeyword, future } from './keywords.ts'
import { parseBody, parseLiteral, parseQueryBody } from './literals.ts'
import { parseRules } from './rules.ts'
import { scan } from './scanner.ts'
import { parseExpression, parseTerm } from './terms.ts'
import { type Annotation, type Comment, type Import, type Literal, type Module, type Rule, Source, type Term } from './tree.ts'

export type ParseOptions = {
  /** Named in locations. */
  readonly file?: string
  /** `v1` unless said otherwise; `detect` tries v1, and v0 where that fails and v0 does not. `import rego.v1` makes v1 of all. */
  readonly version?: 'v0' | 'v1' | 'detect'
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/** A text longer than this is refused: nobody writes a megabyte of policy by hand. */
export const textLimit = 8_000_000

/** Parses one file of Rego. */
export function parseModule(text: string, options: ParseOptions = {}): Parsed<Module> {
  const version = options.version ?? 'v1'
  if (version !== 'detect') return parseAs(text, options.file ?? '', version)
  const first = parseAs(text, options.file ?? '', 'v1')
  if (first.ok) return first
  const second = parseAs(text, options.file ?? '', 'v0')
  return second.ok ? second : first
}

/** Parses a query: literals between semicolons or on lines of their own. */
export function parseQuery(text: string, options: ParseOptions = {}): Parsed<{ source: Source; body: Literal[] }> {
  const source = new Source(options.file ?? '', text)
  return guarded(source, (c) => {
    if (c.atEnd) c.fail('expected query')
    return { source, body: parseQueryBody(c) }
  }, options.version === 'v0' ? 'v0' : 'v1', options.version === 'v0')
}

/** Parses one term, which must be the whole text. */
export function parseTermText(text: string): Parsed<Term> {
  return guarded(new Source('', text), (c) => {
    const term = parseTerm(c)
    if (!c.atEnd) c.fail('expected end of term')
    return term
  }, 'v1', false)
}

function guarded<T>(source: Source, read: (c: Cursor, comments: readonly Comment[]) => T, version: 'v0' | 'v1', withFuture: boolean): Parsed<T> {
  const failed = (message: string, at: number): Parsed<T> => ({
    ok: false,
    diagnostics: [{ code: 'rego_parse_error', message, location: source.locate(Math.min(at, source.text.length)) }],
  })
  if (source.text.length > textLimit) return failed(`the text is longer than ${textLimit} characters`, 0)
  const { tokens, comments } = scan(source.text)
  const c = new Cursor(tokens, version, { literal: parseLiteral, body: parseBody, expression: parseExpression, term: parseTerm })
  if (withFuture) for (const word of future) c.keywords.add(word)
  try {
    return { ok: true, value: read(c, comments) }
  } catch (failure) {
    if (failure instanceof Failure) return failed(failure.message, failure.at)
    if (failure instanceof RangeError) return failed('max nesting depth reached', c.token.at)
    throw failure
  }
}

function parseAs(text: string, file: string, asked: 'v0' | 'v1'): Parsed<Module> {
  const source = new Source(file, text)
  return guarded(source, (c, comments): Module => {
    if (c.atEnd) throw new Failure('empty module', 0)
    const blocks = text.includes('METADATA') ? findBlocks(source, comments) : []
    let pending = 0
    /** The blocks that stand before a place, with the scope that is usual there. */
    const take = (before: number, usual: 'package' | 'rule'): Annotation[] => {
      const taken: Annotation[] = []
      for (let block = blocks[pending]; block !== undefined && block.at < before; block = blocks[++pending]) taken.push(parseBlock(block, usual))
      return taken
    }
    const packageAt = c.token.at
    const annotations = take(packageAt, 'package')
    const path = parsePackage(c)
    const imports: Import[] = []
    const rules: Rule[] = []
    let version = asked
    while (!c.atEnd) {
      if (c.take(';')) continue
      if (c.isKeyword('import') && !c.isReferenceKeyword()) {
        const found = parseImport(c)
        if (applyKeywords(c, found)) version = 'v1'
        imports.push(found)
        continue
      }
      const found = take(c.token.at, 'rule')
      annotations.push(...found.filter((one) => one.scope !== 'rule'))
      rules.push(...parseRules(c, version, found))
      if (!c.atEnd && !c.token.newline && !c.isSymbol(';')) c.fail('expected \\n or ; or end of rule')
    }
    return { source, package: path, packageAt, imports, rules, annotations, comments, version }
  }, asked, false)
}

function parsePackage(c: Cursor): string[] {
  if (!c.isKeyword('package')) throw new Failure('package expected', c.token.at)
  c.advance()
  if (c.token.kind !== 'ident' || !(c.isName() || c.isReferenceKeyword())) c.fail('expected ident')
  const term = parseTerm(c)
  const path = term.kind === 'ref' && term.head.kind === 'var' ? [term.head, ...term.path] : [term]
  return path.map((one) => {
    if (one.kind === 'var') return one.name
    if (one.kind === 'value' && typeof one.value === 'string') return one.value
    throw new Failure(`unexpected ${one.kind} token: expecting string`, one.at)
  })
}

const roots = new Set(['data', 'input', 'future', 'rego'])

function parseImport(c: Cursor): Import {
  const { at } = c.advance()
  if (c.token.kind !== 'ident') c.fail()
  const place = c.token.at
  const term = c.isKeyword(c.token.text) && !c.isReferenceKeyword() ? c.fail() : parseTerm(c)
  const parts = term.kind === 'ref' && term.head.kind === 'var' ? [term.head, ...term.path] : [term]
  const path = parts.map((one) => {
    if (one.kind === 'var') return one.name
    if (one.kind === 'value' && typeof one.value === 'string') return one.value
    throw new Failure(`unexpected ${one.kind} token: expecting string`, one.at)
  })
  if (!roots.has(path[0] ?? '')) {
    throw new Failure(`unexpected import path, must begin with one of: {data, future, input, rego}, got: ${path[0] ?? ''}`, place)
  }
  let alias: string | undefined
  if (c.isKeyword('as')) {
    c.advance()
    if (!c.isName()) c.fail('expected var')
    alias = c.advance().text
  } else if (path[0] !== 'future' && c.keywords.has(path.at(-1) ?? '')) {
    throw new Failure(`unexpected import path, must not end with a keyword, got: ${path.at(-1) ?? ''}`, place)
  }
  return { path, alias, at }
}

/** `import future.keywords...` and `import rego.v1` make keywords. Says whether the module is of version 1 from here on. */
function applyKeywords(c: Cursor, found: Import): boolean {
  const [root, second, third] = found.path
  if (root === 'rego') {
    if (second !== 'v1' || found.path.length !== 2) throw new Failure(`invalid import \`${found.path.join('.')}\`, must be \`rego.v1\``, found.at)
    for (const word of everyKeyword) c.keywords.add(word)
    return true
  }
  if (root !== 'future') return false
  if (second !== 'keywords') throw new Failure('invalid import, must be `future.keywords`', found.at)
  if (third === undefined) for (const word of future) c.keywords.add(word)
  else if (!future.has(third)) throw new Failure(`unexpected keyword, must be one of [contains every if in], got ${third}`, found.at)
  else {
    c.keywords.add(third)
    if (third === 'every') c.keywords.add('in')
  }
  return false
}
