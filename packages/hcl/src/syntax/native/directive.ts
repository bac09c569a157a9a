/** Template directives: spec.md, "Template If Directive" and "Template For Directive". They are read flat, then nested without recursion. */
import type { Directive, Expression, Interpolation, Name, TemplatePart, Text } from '../tree.ts'
import { forIntroduction } from './collection.ts'
import { type Cursor, maxDepth } from './cursor.ts'
import * as token from './token.ts'

/** A directive in the flat list; `if` and `for` carry what stands in them. */
export interface Mark {
  readonly kind: 'mark'
  readonly start: number
  readonly end: number
  readonly stripRight: boolean
  readonly directive: Directive
  readonly condition: Expression | null
  readonly loop: { keyName: Name | null; valueName: Name; collection: Expression } | null
}

const words: readonly string[] = ['if', 'else', 'endif', 'for', 'endfor'] satisfies Directive['word'][]
const isWord = (name: string): name is Directive['word'] => words.includes(name)

/** Reads one directive; the cursor stands behind its opening. */
export function directive(c: Cursor, start: number, stripLeft: boolean): Mark {
  const word = c.peek() === token.NAME ? c.name() : ''
  if (!isWord(word)) c.fail('invalid-template', `A directive begins with one of ${words.join(', ')}; found ${c.ahead()}. If this belongs to another language, write "%%{" for "%{".`)
  let condition: Expression | null = null
  let loop: Mark['loop'] = null
  if (word === 'for') loop = forIntroduction(c)
  else {
    c.take()
    if (word === 'if') condition = c.expression(c)
  }
  const kind = c.peek()
  if (kind !== token.CLOSE_BRACE && kind !== token.STRIP_CLOSE) c.fail('invalid-template', `The directive must end with "}"; found ${c.ahead()}.`)
  c.take()
  const stripRight = kind === token.STRIP_CLOSE
  return { kind: 'mark', start, end: c.last, stripRight, directive: { kind: 'directive', start, end: c.last, word, stripLeft, stripRight }, condition, loop }
}

interface Frame {
  readonly open: Mark | null
  readonly parts: TemplatePart[]
  otherwise: TemplatePart[] | null
  readonly markers: Directive[]
}

/** Makes the tree of a flat list. */
export function nest(c: Cursor, flat: readonly (Text | Interpolation | Mark)[]): TemplatePart[] {
  const root: Frame = { open: null, parts: [], otherwise: null, markers: [] }
  const frames: Frame[] = [root]
  let frame = root
  let deepest = 0
  for (const part of flat) {
    if (part.kind !== 'mark') {
      ;(frame.otherwise ?? frame.parts).push(part)
      continue
    }
    const { word } = part.directive
    if (word === 'if' || word === 'for') {
      frame = { open: part, parts: [], otherwise: null, markers: [part.directive] }
      deepest = Math.max(deepest, frames.push(frame))
      if (frames.length + c.depth > maxDepth) c.tooDeep()
      continue
    }
    const opened = frame.open?.directive.word
    if (word === 'else' && opened === 'if' && frame.otherwise === null) {
      frame.otherwise = []
      frame.markers.push(part.directive)
      continue
    }
    if (word === 'else' || opened !== word.slice(3)) unbalanced(c, part, frame.open)
    frames.pop()
    const node = closed(frame, part)
    frame = frames.at(-1) ?? root
    ;(frame.otherwise ?? frame.parts).push(node)
  }
  if (frame.open !== null) c.fail('invalid-template', `This ${frame.open.directive.word} has no end${frame.open.directive.word} in the template.`, frame.open.start, frame.open.end)
  c.grow(c.height + deepest)
  return root.parts
}

function unbalanced(c: Cursor, part: Mark, open: Mark | null): never {
  const expected = open === null ? 'nothing is open' : `the ${open.directive.word} before it is open`
  return c.fail('invalid-template', `${part.directive.word} does not belong here: ${expected}.`, part.start, part.end)
}

function closed(frame: Frame, end: Mark): TemplatePart {
  const { open } = frame
  const start = open?.start ?? end.start
  const markers = [...frame.markers, end.directive]
  if (open?.loop) return { kind: 'template-for', start, end: end.end, keyName: open.loop.keyName, valueName: open.loop.valueName, collection: open.loop.collection, parts: frame.parts, markers }
  const condition: Expression = open?.condition ?? { kind: 'error', start, end: start }
  return { kind: 'template-if', start, end: end.end, condition, whenTrue: frame.parts, whenFalse: frame.otherwise, markers }
}
