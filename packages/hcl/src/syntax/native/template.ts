/**
 * Quoted strings, heredocs and bare templates: spec.md, "Templates". A template is first read as a flat list of text, interpolations and
 * directives, in which strip markers act at once; then flush heredocs lose their indentation, then neighbouring texts become one, then the
 * directives are nested. That order is the reference implementation's, and is visible in what strip markers do beside a flush.
 */
import { trimLeft, trimRight } from '../character.ts'
import type { Expression, Interpolation, Label, StringLiteral, Text } from '../tree.ts'
import type { Cursor } from './cursor.ts'
import { directive, type Mark, nest } from './directive.ts'
import { linePiece, piece, plainValue, quotedPiece, quotedValue } from './literal.ts'
import * as token from './token.ts'

/** A flat template's elements. Text is still being trimmed. */
type Flat = { -readonly [K in keyof Text]: Text[K] } | Interpolation | Mark

/** `"..."`: ahead is the opening quote. */
export function quoted(c: Cursor): Expression {
  const { text } = c
  const { start } = c
  for (let i = start + 1; ; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 34) {
      c.moveTo(i + 1)
      return { kind: 'string', start, end: i + 1, value: text.slice(start + 1, i) }
    }
    if (unit === 36 || unit === 37 || unit === 92 || unit === 10 || unit === 13 || i >= text.length) break
  }
  const flat = read(c, start + 1, quotedPiece, quotedValue)
  closeQuote(c, start)
  return finish(c, flat, start, c.last)
}

function closeQuote(c: Cursor, start: number): void {
  if (c.text.charCodeAt(c.last) === 34) return c.moveTo(c.last + 1)
  const where = c.last >= c.text.length ? 'file' : 'line'
  c.fail('unclosed-string', `No closing quote before the end of the ${where}. Text of several lines is written as a heredoc, or with \\n.`, start, c.last)
}

/** A block's label in quotes: no sequences. */
export function quotedLabel(c: Cursor): Label {
  const { start } = c
  let at = start + 1
  let value = ''
  for (;;) {
    quotedPiece(c.text, at)
    const { kind, end } = piece
    if (kind === 'stop') break
    if (kind !== 'text') {
      c.moveTo(end)
      c.fail('invalid-string', 'A label cannot hold template sequences. A literal "${" is written "$${", and "%{" is written "%%{".', at, end)
    }
    value += quotedValue(c, at, end)
    at = end
  }
  c.moveTo(at)
  closeQuote(c, start)
  return { kind: 'label', start, end: c.last, value }
}

/** `<<NAME` and `<<-NAME`: ahead is the introduction with its newline. */
export function heredoc(c: Cursor): Expression {
  const { text, start } = c
  const flush = text.charCodeAt(start + 2) === 45
  const marker = text.slice(start + (flush ? 3 : 2), c.end).trimEnd()
  const first = c.end
  let lineStart = true
  const scan = (_: string, at: number): void => {
    linePiece(text, at)
    const isLine = piece.kind === 'text' && text.charCodeAt(piece.end - 1) === 10
    if (lineStart && isLine && trimRight(trimLeft(text.slice(at, piece.end))) === marker) piece.kind = 'stop'
    lineStart = isLine
  }
  const flat = read(c, first, scan, (_, from, to) => plainValue(text.slice(from, to)))
  const newline = text.indexOf('\n', c.last)
  if (newline < 0 || trimRight(trimLeft(text.slice(c.last, newline))) !== marker) {
    c.fail('unclosed-string', `No line with ${marker} alone ends this heredoc.`, start, first)
  }
  c.moveTo(text.charCodeAt(newline - 1) === 13 ? newline - 1 : newline)
  if (flush) removeIndentation(flat)
  return finish(c, flat, start, c.last)
}

/** A template without quotes, up to the end of the text. A CR that ends no line makes the rest literal. */
export function bareTemplate(c: Cursor): Expression {
  const { text } = c
  const start = c.last
  const scan = (_: string, at: number): void => {
    linePiece(text, at)
    if (piece.kind !== 'stop' || at >= text.length) return
    piece.kind = 'text'
    piece.end = text.length
  }
  const flat = read(c, start, scan, (_, from, to) => plainValue(text.slice(from, to)))
  return finish(c, flat, start, c.last)
}

/** Reads up to where `scan` stops; the cursor stands there afterwards. */
function read(c: Cursor, from: number, scan: (text: string, at: number) => void, value: (c: Cursor, start: number, end: number) => string): Flat[] {
  const flat: Flat[] = []
  let height = 1
  let trimNext = false
  for (let at = from; ; ) {
    scan(c.text, at)
    const { kind, end } = piece
    if (kind === 'stop') {
      c.moveTo(at)
      c.height = height
      return flat
    }
    if (kind === 'text') {
      const read = value(c, at, end)
      flat.push({ kind: 'text', start: at, end, value: trimNext ? trimLeft(read) : read })
      trimNext = false
      at = end
      continue
    }
    const before = flat.at(-1)
    const stripLeft = end - at === 3
    if (stripLeft && before?.kind === 'text') before.value = trimRight(before.value)
    c.moveTo(end)
    const newlines = c.setNewlines(false)
    c.height = 1
    const sequence = kind === 'interpolation' ? interpolation(c, at, stripLeft) : directive(c, at, stripLeft)
    c.setNewlines(newlines)
    trimNext = sequence.stripRight
    flat.push(sequence)
    height = Math.max(height, c.height)
    at = c.last
  }
}

function interpolation(c: Cursor, start: number, stripLeft: boolean): Interpolation {
  const value = c.expression(c)
  const kind = c.peek()
  if (kind !== token.CLOSE_BRACE && kind !== token.STRIP_CLOSE) {
    c.fail('invalid-template', `An interpolation must end with "}"; found ${c.ahead()}. If this belongs to another language, write "$\${" for "\${".`)
  }
  c.take()
  return { kind: 'interpolation', start, end: c.last, value, stripLeft, stripRight: kind === token.STRIP_CLOSE }
}

/** Takes the smallest indentation of all lines from each of them. Only text counts, so that what is interpolated cannot change it. */
function removeIndentation(flat: Flat[]): void {
  let least = Number.POSITIVE_INFINITY
  let lineStart = true
  const lines: Extract<Flat, { kind: 'text' }>[] = []
  for (const part of flat) {
    if (lineStart) {
      const content = part.kind === 'text' ? trimLeft(part.value) : ''
      if (part.kind !== 'text') least = 0
      else if (content !== '' || !part.value.endsWith('\n')) {
        lines.push(part)
        least = Math.min(least, part.value.length - content.length)
      }
    }
    lineStart = part.kind === 'text' && part.value.endsWith('\n')
  }
  for (const line of lines) line.value = line.value.slice(least)
}

function meld(flat: readonly Flat[]): Flat[] {
  const melded: Flat[] = []
  for (const part of flat) {
    const before = melded.at(-1)
    if (part.kind === 'text' && before?.kind === 'text') {
      before.value += part.value
      before.end = part.end
    } else melded.push(part)
  }
  return melded
}

function finish(c: Cursor, flat: Flat[], start: number, end: number): Expression {
  const melded = meld(flat)
  const only = melded.length === 1 ? melded[0] : undefined
  if (melded.length === 0 || only?.kind === 'text') {
    const literal: StringLiteral = { kind: 'string', start, end, value: only?.kind === 'text' ? only.value : '' }
    return literal
  }
  c.grow(c.height)
  if (only?.kind === 'interpolation') return { kind: 'wrap', start, end, part: only }
  return { kind: 'template', start, end, parts: nest(c, melded) }
}
