/**
 * The reader of tokens under the native parser: one token of lookahead, made when it is asked for, because what a newline is depends on the
 * brackets around it and what a quote opens depends on the parser. Strings and heredocs are read by `literal.ts` and `template.ts`, from the token that opens them.
 * After `fail` the text around is read no further by the expression: whoever reads arguments and blocks catches `FAILED` and recovers.
 */
import { continuesName, startsName, wideContinue, wideStart } from '../character.ts'
import { type Diagnostic, finding, type SyntaxCode } from '../diagnostics.ts'
import type { Source } from '../source.ts'
import { heredocStart, numberEnd, sharedSlice } from './scan.ts'
import * as token from './token.ts'
import type { Comment, Expression, Node, Span } from '../tree.ts'

/** Thrown by `fail`, never seen outside of the parsers. */
export const FAILED: unique symbol = Symbol('failed')

/** How many levels a tree may have: beyond, a finding instead of a stack overflow in whoever walks the tree. */
export const maxDepth = 500

/** The state of parsing one text. Kept as a class for its speed; the grammar stands in the files beside it. */
export class Cursor {
  readonly source: Source
  readonly text: string
  readonly expression: (cursor: Cursor) => Expression
  readonly comments: Comment[] = []
  readonly diagnostics: Diagnostic[] = []
  /** The token ahead, -1 when it has not been read yet. */
  private kind = -1
  start = 0
  end = 0
  private hash = 0
  /** Where the last token that was taken ends: reading goes on from here. */
  last = 0
  /** Whether newlines are tokens. */
  newlines = true
  /** How deep the parser is in brackets, and how high the expression is that was read last. */
  depth = 0
  height = 0
  private commented = -1
  /** Whether indentation says where a block ends that has no brace: see `body.ts`. */
  byIndentation = false
  /** Heredoc markers that recovery looked for in vain. */
  readonly endless = new Set<string>()
  /** Nodes put by until their list is complete: the lists of the tree then have exactly the length they need. */
  private readonly stack: unknown[] = []
  top = 0

  constructor(source: Source, expression: (cursor: Cursor) => Expression) {
    this.source = source
    this.text = source.text
    this.expression = expression
    if (this.text.charCodeAt(0) === 0xfeff) this.last = 1
  }

  /** The kind of the token ahead; its range is `start` to `end`. */
  peek(): number {
    return this.kind >= 0 ? this.kind : (this.kind = this.read())
  }

  /** Consumes the token ahead, which must have been peeked. */
  take(): void {
    this.last = this.end
    this.kind = -1
  }

  /** Goes on from another place. */
  moveTo(offset: number): void {
    this.last = offset
    this.kind = -1
  }

  /** Sets whether newlines are tokens from here on; says what it was. */
  setNewlines(on: boolean): boolean {
    const was = this.newlines
    if (was !== on) {
      this.newlines = on
      this.kind = -1
    }
    return was
  }

  /** The text of the name ahead. */
  name(): string {
    return sharedSlice(this.text, this.start, this.end, this.hash)
  }

  /** Puts a node by. */
  push(node: Node): void {
    this.stack[this.top++] = node
  }

  /** Takes the nodes that were put by since `mark`, which was `top` then. The caller knows what it pushed. */
  gather<T extends Span>(mark: number): T[] {
    const list = this.stack.slice(mark, this.top) as T[]
    this.top = mark
    return list
  }

  /** Whether the token ahead is this word. */
  isWord(word: string): boolean {
    return this.peek() === token.NAME && this.end - this.start === word.length && this.text.startsWith(word, this.start)
  }

  /** Reports and gives up the item that is being read. */
  fail(code: SyntaxCode, detail: string, start: number = this.start, end: number = this.end): never {
    this.report(code, detail, start, end)
    throw FAILED
  }

  /** Reports and goes on. */
  report(code: SyntaxCode, detail: string, start: number = this.start, end: number = this.end): void {
    this.diagnostics.push(finding(code, detail, this.source, start, end))
  }

  /** One level deeper; whoever calls it calls `leave` as well, or fails. */
  enter(): void {
    if (++this.depth > maxDepth) this.tooDeep()
  }

  leave(): void {
    this.depth--
  }

  /** Says that the expression read last stands upon one of this height. */
  grow(height: number): void {
    this.height = height + 1
    if (height >= maxDepth) this.tooDeep()
  }

  /** Gives up because of depth. */
  tooDeep(): never {
    this.peek()
    this.fail('too-deep', `More than ${maxDepth} levels are not read. Split the expression or block into several.`)
  }

  /** How far a place is indented, if it is the first of its line, else -1. */
  indentation(offset: number): number {
    let i = offset
    while (i > 0 && (this.text.charCodeAt(i - 1) === 32 || this.text.charCodeAt(i - 1) === 9)) i--
    return i === 0 || this.text.charCodeAt(i - 1) === 10 ? offset - i : -1
  }

  /** What stands ahead, in words. */
  ahead(): string {
    const kind = this.peek()
    if (kind === token.END) return 'the end of the file'
    if (kind === token.NEWLINE) return 'the end of the line'
    if (kind === token.HEREDOC) return 'a heredoc'
    return JSON.stringify(this.text.slice(this.start, Math.min(this.end, this.start + 40)))
  }

  private comment(start: number, end: number): void {
    if (start <= this.commented) return
    this.commented = start
    this.comments.push({ kind: 'comment', start, end })
  }

  private token(kind: number, start: number, length: number): number {
    this.start = start
    this.end = start + length
    return kind
  }

  private read(): number {
    const { text } = this
    const size = text.length
    let i = this.last
    for (;;) {
      if (i >= size) return this.token(token.END, size, 0)
      const c = text.charCodeAt(i)
      if (startsName(c)) return this.readName(i, i + 1, c)
      switch (c) {
        case 32:
        case 9:
          i++
          continue
        case 13:
          if (text.charCodeAt(i + 1) !== 10) return this.token(token.INVALID, i, 1)
          if (this.newlines) return this.token(token.NEWLINE, i, 2)
          i += 2
          continue
        case 10:
          if (this.newlines) return this.token(token.NEWLINE, i, 1)
          i++
          continue
        case 35:
          i = this.skipLine(i)
          continue
        case 47: {
          const next = text.charCodeAt(i + 1)
          if (next === 47) {
            i = this.skipLine(i)
            continue
          }
          const close = next === 42 ? text.indexOf('*/', i + 2) : -1
          if (close < 0) return this.token(token.SLASH, i, 1)
          this.comment(i, close + 2)
          i = close + 2
          continue
        }
        case 40: case 41: case 42: case 43: case 44: case 45: case 91: case 93: case 123: case 125: case 63: case 37: case 34:
          return this.token(c, i, 1)
        case 46:
          return text.startsWith('...', i) ? this.token(token.ELLIPSIS, i, 3) : this.token(c, i, 1)
        case 58:
          return text.charCodeAt(i + 1) === 58 ? this.token(token.SCOPE, i, 2) : this.token(c, i, 1)
        case 61:
          return this.readAssign(i)
        case 33:
          return text.charCodeAt(i + 1) === 61 ? this.token(token.NOT_EQUAL, i, 2) : this.token(c, i, 1)
        case 60:
          return this.readLess(i)
        case 62:
          return text.charCodeAt(i + 1) === 61 ? this.token(token.GREATER_EQUAL, i, 2) : this.token(c, i, 1)
        case 38:
          return text.charCodeAt(i + 1) === 38 ? this.token(token.AND, i, 2) : this.token(token.INVALID, i, 1)
        case 124:
          return text.charCodeAt(i + 1) === 124 ? this.token(token.OR, i, 2) : this.token(token.INVALID, i, 1)
        case 126:
          return text.charCodeAt(i + 1) === 125 ? this.token(token.STRIP_CLOSE, i, 2) : this.token(token.INVALID, i, 1)
        default:
          if (c >= 48 && c <= 57) return this.token(token.NUMBER, i, numberEnd(text, i) - i)
          if (c >= 128) {
            const length = wideStart(text, i)
            if (length > 0) return this.readName(i, i + length, c)
            return this.token(token.INVALID, i, String.fromCodePoint(text.codePointAt(i) ?? 0).length)
          }
          return this.token(token.INVALID, i, 1)
      }
    }
  }

  private readName(start: number, from: number, first: number): number {
    const { text } = this
    let hash = first
    let i = from
    for (;;) {
      const c = text.charCodeAt(i)
      if (continuesName(c)) {
        hash = (Math.imul(hash, 31) + c) | 0
        i++
      } else if (c >= 128) {
        const length = wideContinue(text, i)
        if (length === 0) break
        hash = (Math.imul(hash, 31) + c) | 0
        i += length
      } else break
    }
    this.hash = hash
    this.start = start
    this.end = i
    return token.NAME
  }

  /** A line comment reaches up to its newline, which stays a token where newlines are tokens. */
  private skipLine(start: number): number {
    const newline = this.text.indexOf('\n', start)
    const line = newline < 0 ? this.text.length : newline
    const end = newline > start && this.text.charCodeAt(newline - 1) === 13 ? newline - 1 : line
    this.comment(start, end)
    return end
  }

  private readAssign(i: number): number {
    const next = this.text.charCodeAt(i + 1)
    if (next === 61) return this.token(token.EQUAL, i, 2)
    return next === 62 ? this.token(token.ARROW, i, 2) : this.token(token.ASSIGN, i, 1)
  }

  private readLess(i: number): number {
    const { text } = this
    const next = text.charCodeAt(i + 1)
    if (next === 61) return this.token(token.LESS_EQUAL, i, 2)
    const end = next === 60 ? heredocStart(text, i) : -1
    return end < 0 ? this.token(token.LESS, i, 1) : this.token(token.HEREDOC, i, end - i)
  }
}
