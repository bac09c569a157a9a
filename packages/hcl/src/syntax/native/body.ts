/**
 * Bodies, arguments and blocks: spec.md, "Structural Elements". This is where parsing recovers: what fails within one argument or block header is
 * skipped up to where the next begins, and costs one finding.
 */
import type { Attribute, Block, Body, BodyItem, Expression, Label } from '../tree.ts'
import { type Cursor, FAILED } from './cursor.ts'
import { endsBefore, headerStart } from './indentation.ts'
import { isSet, type Names } from './names.ts'
import { recover } from './recover.ts'
import { quotedLabel } from './template.ts'
import * as token from './token.ts'

/** Reads the items of a body until `close`, which is `END` or `CLOSE_BRACE`, and takes that. `open` is the brace, for what is said when it is not closed. */
export function items(c: Cursor, close: number, open: number): BodyItem[] {
  const mark = c.top
  const names: Names = []
  const indent = c.byIndentation && close !== token.END ? c.indentation(headerStart(c, open)) : -1
  for (;;) {
    const kind = c.peek()
    if (kind === token.NEWLINE) c.take()
    else if (indent >= 0 && endsBefore(c, kind, indent)) {
      unclosed(c, open)
      c.moveTo(c.text.lastIndexOf('\n', c.start - 1))
      return c.gather<BodyItem>(mark)
    }
    else if (kind === token.NAME) item(c, names)
    else if (kind === close) {
      c.take()
      return c.gather<BodyItem>(mark)
    } else if (kind === token.END) {
      unclosed(c, open)
      return c.gather<BodyItem>(mark)
    } else stray(c)
  }
}

function unclosed(c: Cursor, open: number): void {
  c.report('unclosed-block', 'There is no "}" for this brace.', open, open + 1)
}

/** Something that begins no item: skipped with the rest of its line. */
function stray(c: Cursor): void {
  const { start, end } = c
  const detail = c.peek() === token.QUOTE ? 'The name of an argument stands without quotes.' : c.peek() === token.CLOSE_BRACE ? 'This "}" closes nothing.' : `Found ${c.ahead()}.`
  c.report(c.peek() === token.INVALID ? 'invalid-character' : 'invalid-item', detail)
  c.take()
  if (c.text.charCodeAt(start) !== 125) skip(c, start)
  c.push({ kind: 'error', start, end: Math.max(end, c.last) } satisfies BodyItem)
}

function skip(c: Cursor, start: number): number {
  const balanced = c.diagnostics.at(-1)?.code === 'too-deep'
  const stop = recover(c.text, { itemStart: start, from: c.last, inBlock: c.depth > 0, balanced, endless: c.endless })
  c.moveTo(stop)
  return stop
}

function item(c: Cursor, names: Names): void {
  const { start, end: nameEnd } = c
  const name = c.name()
  const { depth } = c
  c.take()
  const top = c.top
  try {
    const kind = c.peek()
    if (kind === token.ASSIGN) attribute(c, name, start, nameEnd, names)
    else if (kind === token.OPEN_BRACE || kind === token.QUOTE || kind === token.NAME) c.push(block(c, name, start, nameEnd))
    else c.fail(kind === token.INVALID ? 'invalid-character' : 'invalid-item', `${name} is followed by ${c.ahead()}. An argument is set with "=", a block has its content in braces.`)
    endOfItem(c)
  } catch (thrown) {
    caught(c, thrown, start, depth, top)
    if (c.top === top) c.push({ kind: 'error', start, end: skip(c, start) } satisfies BodyItem)
    else tail(c)
  }
}

/** Brings the cursor back to where items are read. What was not thrown by the parser is thrown on, but for a stack that ran full. */
function caught(c: Cursor, thrown: unknown, start: number, depth: number, top: number): void {
  if (thrown !== FAILED) {
    if (!(thrown instanceof RangeError)) throw thrown
    c.top = top
    c.report('too-deep', 'The nesting is deeper than this program can follow here.', start, start)
  }
  c.depth = depth
  c.setNewlines(true)
}

/** The newline behind an item; in its place, on one finding, the rest of the line is skipped. */
function endOfItem(c: Cursor): void {
  const kind = c.peek()
  if (kind === token.NEWLINE) c.take()
  else if (kind !== token.END) {
    const detail = kind === token.COMMA ? 'Arguments are separated by newlines, not by commas.' : `Found ${c.ahead()} where the line should end.`
    c.fail(kind === token.INVALID ? 'invalid-character' : 'missing-newline', detail)
  }
}

/** What follows a complete item on its line. A brace that closes the block around is left to it. */
function tail(c: Cursor): void {
  if (c.peek() === token.CLOSE_BRACE && c.depth > 0) return
  const { start } = c
  c.push({ kind: 'error', start, end: skip(c, start) } satisfies BodyItem)
}

/** Behind its name; ahead is `=`. */
function attribute(c: Cursor, name: string, start: number, nameEnd: number, names: Names): void {
  c.take()
  const { depth, top } = c
  const from = c.last
  let value: Expression
  try {
    value = c.expression(c)
  } catch (thrown) {
    caught(c, thrown, start, depth, top)
    c.top = top
    const end = skip(c, start)
    value = { kind: 'error', start: Math.min(from, end), end }
  }
  if (isSet(names, name)) c.report('duplicate-argument', `${name} is already set in this body.`, start, nameEnd)
  c.push({ kind: 'attribute', start, end: value.end, name, nameEnd, value } satisfies Attribute)
}

/** Behind its type. */
function block(c: Cursor, type: string, start: number, typeEnd: number): Block {
  const mark = c.top
  try {
    for (;;) {
      const kind = c.peek()
      if (kind === token.OPEN_BRACE) break
      if (kind === token.QUOTE) c.push(quotedLabel(c))
      else if (kind === token.NAME) {
        c.push({ kind: 'label', start: c.start, end: c.end, value: c.name() } satisfies Label)
        c.take()
      } else c.fail('invalid-block', kind === token.NEWLINE ? 'The "{" of a block stands on the line of its type and labels.' : `Found ${c.ahead()}. Behind a block's type come its labels, then "{".`)
    }
  } catch (thrown) {
    c.top = mark
    throw thrown
  }
  const labels = c.gather<Label>(mark)
  const open = c.start
  c.take()
  c.enter()
  const kind = c.peek()
  const inLine = kind !== token.NEWLINE && kind !== token.END && kind !== token.CLOSE_BRACE
  const content = inLine ? single(c, open) : items(c, token.CLOSE_BRACE, open)
  c.leave()
  const body: Body = { kind: 'body', start: open, end: c.last, items: content }
  return { kind: 'block', start, end: c.last, type, typeEnd, labels, body }
}

/** `{ name = value }` on one line. Anything else is reported once and then read as a body of several lines. */
function single(c: Cursor, open: number): BodyItem[] {
  const mark = c.top
  const { depth } = c
  if (c.peek() === token.NAME) {
    const { start, end: nameEnd } = c
    const name = c.name()
    c.take()
    if (c.peek() === token.ASSIGN) {
      attribute(c, name, start, nameEnd, [])
      if (c.peek() === token.CLOSE_BRACE) {
        c.take()
        return c.gather<BodyItem>(mark)
      }
      return mended(c, open, mark, 'A block on one line holds a single argument and ends with "}" on that line.')
    }
    c.moveTo(start)
  }
  c.depth = depth
  const end = endOfHeader(c)
  return mended(c, open, mark, `A block on one line holds a single argument, set with "="; found ${c.ahead()}.`, end)
}

/** For a block where an argument must stand: the range up to the token behind its type. */
function endOfHeader(c: Cursor): number {
  if (c.peek() !== token.NAME) return c.end
  const { start } = c
  c.take()
  const kind = c.peek()
  const end = kind === token.NEWLINE || kind === token.END ? c.last : c.end
  c.moveTo(start)
  c.peek()
  return end
}

/** One finding for whatever stands on the rest of a one-line block, which is skipped; then the block is read on. */
function mended(c: Cursor, open: number, mark: number, detail: string, end?: number): BodyItem[] {
  const before = c.diagnostics.at(-1)
  const known = before !== undefined && before.start >= open
  const kind = c.peek()
  if (!known) c.report(kind === token.INVALID ? 'invalid-character' : 'invalid-block', detail, c.start, end ?? c.end)
  if (kind !== token.NEWLINE) tail(c)
  const said = c.diagnostics.length
  const rest = items(c, token.CLOSE_BRACE, open)
  // a closing brace on the last argument's line is part of the same mistake
  const next = c.diagnostics[said]
  if (next?.code === 'missing-newline' && c.text.charCodeAt(next.start) === 125) c.diagnostics.splice(said, 1)
  return [...c.gather<BodyItem>(mark), ...rest]
}
