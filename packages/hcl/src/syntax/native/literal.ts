/**
 * The literal text of templates: spec.md, "Template Literals" and "Template Expressions" (escapes). A scan yields one piece at a time, cut
 * where the reference scanner cuts: at `$` and `%`, and in heredocs and bare templates behind each newline. Strip markers act on one piece.
 */
import type { Cursor } from './cursor.ts'

/** What stands at an offset: text up to `end`, the opening of a sequence (`end` is behind it), or the end of what can be read. */
export type Piece = 'text' | 'interpolation' | 'directive' | 'stop'

/** The kind of piece that begins at `at`, and where it ends. One object is reused. */
export const piece: { kind: Piece; end: number } = { kind: 'stop', end: 0 }

const set = (kind: Piece, end: number): void => {
  piece.kind = kind
  piece.end = end
}

/** For `$` and `%`: an escape of three, an opening of two or three, or a lone character. */
function marked(text: string, at: number): void {
  const c = text.charCodeAt(at)
  const next = text.charCodeAt(at + 1)
  if (next === 123) set(c === 36 ? 'interpolation' : 'directive', text.charCodeAt(at + 2) === 126 ? at + 3 : at + 2)
  else if (next === c && text.charCodeAt(at + 2) === 123) set('text', at + 3)
  else set('text', at + 1)
}

/** In quotes. Stops at the closing quote, at a newline, at the end. */
export function quotedPiece(text: string, at: number): void {
  let i = at
  for (;;) {
    const c = text.charCodeAt(i)
    if (c === 36 || c === 37) return i === at ? marked(text, at) : set('text', i)
    if (c === 34 || c === 10 || c === 13 || i >= text.length) return set(i === at ? 'stop' : 'text', i)
    if (c === 92) {
      const next = text.charCodeAt(i + 1)
      if (next === 10 || next === 13 || i + 1 >= text.length) return set(i === at ? 'stop' : 'text', i)
      i += 2
    } else i++
  }
}

/** In a heredoc or a bare template: pieces end behind their newline. Stops at the end only, and in a heredoc at a CR that ends no line. */
export function linePiece(text: string, at: number): void {
  let i = at
  const first = text.charCodeAt(at)
  if (first === 36 || first === 37) {
    marked(text, at)
    if (piece.kind !== 'text') return
    i = piece.end
  } else {
    for (; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (c === 36 || c === 37 || c === 10 || c === 13) break
    }
  }
  const c = text.charCodeAt(i)
  if (c === 10) i++
  else if (c === 13 && text.charCodeAt(i + 1) === 10) i += 2
  set(i === at ? 'stop' : 'text', i)
}

const isEscaped = (text: string, i: number): boolean => text.charCodeAt(i + 1) === text.charCodeAt(i) && text.charCodeAt(i + 2) === 123

/** What text without backslash escapes means: only `$${` and `%%{` stand for something else. */
export function plainValue(text: string): string {
  return text.length > 2 && (text.startsWith('$${') || text.startsWith('%%{')) ? text.slice(1) : text
}

const simple: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }

/** What a piece of a quoted string means. Wrong escapes are reported and stand for nothing. */
export function quotedValue(c: Cursor, start: number, end: number): string {
  const { text } = c
  let value = ''
  let from = start
  for (let i = start; i < end; ) {
    const unit = text.charCodeAt(i)
    if ((unit === 36 || unit === 37) && i + 2 < end && isEscaped(text, i)) {
      value += text.slice(from, i + 1)
      from = i + 2
      i += 3
    } else if (unit === 92) {
      value += text.slice(from, i)
      i = from = escape(c, i, end, (decoded) => (value += decoded))
    } else i++
  }
  return from === start ? text.slice(start, end) : value + text.slice(from, end)
}

function escape(c: Cursor, at: number, end: number, add: (decoded: string) => void): number {
  const { text } = c
  const selector = text[at + 1] ?? ''
  if (selector === 'u' || selector === 'U') {
    const wanted = selector === 'u' ? 4 : 8
    const digits = /^[0-9a-fA-F]*/.exec(text.slice(at + 2, Math.min(end, at + 2 + wanted)))?.[0] ?? ''
    const stop = at + 2 + digits.length
    const point = Number.parseInt(digits, 16)
    if (digits.length < wanted) c.report('invalid-escape', `\\${selector} must be followed by ${wanted} hexadecimal digits.`, at, stop)
    else if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) c.report('invalid-escape', `U+${digits} is not a character.`, at, stop)
    else add(String.fromCodePoint(point))
    return stop
  }
  const decoded = simple[selector]
  if (decoded === undefined) {
    const length = selector === '' ? 1 : 1 + String.fromCodePoint(text.codePointAt(at + 1) ?? 0).length
    c.report('invalid-escape', `${JSON.stringify(text.slice(at, at + length))} is no escape sequence. There are \\n, \\r, \\t, \\", \\\\, \\uNNNN and \\UNNNNNNNN.`, at, at + length)
    return at + length
  }
  add(decoded)
  return at + 2
}
