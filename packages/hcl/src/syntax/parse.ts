/**
 * The native syntax (hashicorp/hcl, hclsyntax/spec.md). Total: any text or bytes give a tree and findings, in time linear in the text; nothing
 * is thrown. A byte order mark at the beginning is skipped, CR LF ends a line, NUL is a character without meaning (except in strings and
 * comments), what is not UTF-8 is an error except in comments.
 */
import type { Diagnostic } from './diagnostics.ts'
import { items } from './native/body.ts'
import { Cursor, FAILED } from './native/cursor.ts'
import { expression } from './native/expression.ts'
import { bareTemplate } from './native/template.ts'
import * as token from './native/token.ts'
import { Source, sourceOf } from './source.ts'
import type { Expression, File, Fragment, Span, Traversal } from './tree.ts'

/** How a text is called in findings. */
export interface ParseOptions {
  readonly name?: string
}

/** A tree, whatever the text, and what was found wrong with it. */
export interface Parsed<T> {
  readonly tree: T
  readonly diagnostics: readonly Diagnostic[]
}

const asSource = (input: string | Uint8Array | Source, options: ParseOptions): Source => (input instanceof Source ? input : sourceOf(input, options.name ?? ''))

/** Parses a file: `.tf`, `.tofu`, `.tfvars`, `.hcl`. */
export function parse(input: string | Uint8Array | Source, options: ParseOptions = {}): Parsed<File> {
  const source = asSource(input, options)
  const read = file(source, false)
  const isUnclosed = read.diagnostics.some(({ code }) => code === 'unclosed-block')
  if (!isUnclosed) return read
  const again = file(source, true)
  return again.diagnostics.length <= read.diagnostics.length ? again : read
}

function file(source: Source, byIndentation: boolean): Parsed<File> {
  const c = new Cursor(source, expression)
  c.byIndentation = byIndentation
  const end = source.text.length
  const content = items(c, token.END, 0)
  const tree: File = { kind: 'file', start: 0, end, source, body: { kind: 'body', start: 0, end, items: content }, comments: c.comments }
  return { tree, diagnostics: findings(c) }
}

/** Parses an expression that stands alone, as `terraform console` reads it: newlines count for nothing. */
export function parseExpression(input: string | Uint8Array | Source, options: ParseOptions = {}): Parsed<Fragment> {
  return fragment(asSource(input, options), (c) => {
    c.setNewlines(false)
    const value = expression(c)
    if (c.peek() !== token.END) c.fail('missing-separator', `The expression is complete, but ${c.ahead()} follows.`)
    return value
  })
}

/** Parses a template without quotes, such as the content of a file for `templatefile`. Text alone gives a `string`, `${x}` alone a `wrap`. */
export function parseTemplate(input: string | Uint8Array | Source, options: ParseOptions = {}): Parsed<Fragment> {
  return fragment(asSource(input, options), bareTemplate)
}

/** Reads `a.b["c"][0]`, as `depends_on` and its like have it in strings; null if the text is anything else. */
export function parseTraversal(text: string): Traversal | null {
  const { tree, diagnostics } = parseExpression(text)
  return diagnostics.length === 0 && tree.value.kind === 'traversal' ? tree.value : null
}

function fragment(source: Source, read: (c: Cursor) => Expression): Parsed<Fragment> {
  const c = new Cursor(source, expression)
  const end = source.text.length
  let value: Expression
  try {
    value = read(c)
  } catch (thrown) {
    if (thrown !== FAILED && !(thrown instanceof RangeError)) throw thrown
    if (thrown !== FAILED) c.report('too-deep', 'The nesting is deeper than this program can follow here.', 0, 0)
    value = { kind: 'error', start: 0, end }
  }
  return { tree: { kind: 'fragment', start: 0, end, source, value, comments: c.comments }, diagnostics: findings(c) }
}

/** In the order of the text, with what is not UTF-8 and was not reported as a wrong character already. */
function findings(c: Cursor): readonly Diagnostic[] {
  const sorted = c.diagnostics.length < 2 ? c.diagnostics : c.diagnostics.toSorted((a, b) => a.start - b.start)
  const first = outside(outside(c.source.wrongEncoding, c.comments, 0), sorted, 1)[0]
  if (first === undefined) return sorted
  c.report('invalid-encoding', 'These bytes are not UTF-8. Save the file with that encoding.', first, first + 1)
  return c.diagnostics.toSorted((a, b) => a.start - b.start)
}

/** The offsets that lie in none of the ranges, which reach `beyond` units further than they say. Both are in order, and gone through once. */
function outside(offsets: readonly number[], ranges: readonly Span[], beyond: number): readonly number[] {
  let next = 0
  let covered = -1
  return offsets.filter((at) => {
    for (let range = ranges[next]; range !== undefined && range.start <= at; range = ranges[++next]) covered = Math.max(covered, range.end + beyond)
    return at >= covered
  })
}
