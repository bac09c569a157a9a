/**
 * Text into tokens, all at once. Total: what is no token becomes one of kind `illegal`, with what is wrong, and ends the list.
 * Words are all of kind `ident`; which of them are keywords, the parser knows, because imports change it.
 */
import type { Comment } from './tree.ts'

export type TokenKind = 'ident' | 'number' | 'string' | 'template' | 'symbol' | 'eof' | 'illegal'

export type Token = {
  readonly kind: TokenKind
  /** The word, the symbol, the number's text, or the string's content. Of `illegal`: the complaint. */
  readonly text: string
  readonly at: number
  readonly end: number
  /** White space or a comment stands before it, and whether that held the end of a line. */
  readonly spaced: boolean
  readonly newline: boolean
  /** Of `template`: whether it ends the string; otherwise an expression and its `}` follow. */
  readonly last?: boolean
}

const symbols = new Set([':=', '==', '!=', '<=', '>=', '=', '<', '>', '+', '-', '*', '/', '%', '&', '|', '(', ')', '[', ']', '{', '}', ',', ';', ':', '.'])
const word = /[A-Za-z_][A-Za-z0-9_]*/y
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const space = /[ \t\r\n]+/y

export function scan(text: string): { tokens: Token[]; comments: Comment[] } {
  const tokens: Token[] = []
  const comments: Comment[] = []
  /** How many braces are open inside of each template string that is open, and whether it is a raw one. */
  const templates: { braces: number; raw: boolean }[] = []
  let at = text.startsWith('\ufeff') ? 1 : 0
  let spaced = true
  let newline = true
  const push = (kind: TokenKind, value: string, end: number, last?: boolean): void => {
    tokens.push(last === undefined ? { kind, text: value, at, end, spaced, newline } : { kind, text: value, at, end, spaced, newline, last })
    at = end
    spaced = false
    newline = false
  }
  const template = (from: number, raw: boolean): boolean => {
    const part = templatePart(text, from, raw)
    if (typeof part === 'string') {
      push('illegal', part, text.length)
      return false
    }
    if (!part.last) templates.push({ braces: 0, raw })
    push('template', part.value, part.end, part.last)
    return true
  }

  while (at < text.length) {
    space.lastIndex = at
    if (space.test(text)) {
      newline ||= text.slice(at, space.lastIndex).includes('\n')
      spaced = true
      at = space.lastIndex
      continue
    }
    const char = text.charAt(at)
    if (char === '#') {
      let end = text.indexOf('\n', at)
      if (end < 0) end = text.length
      comments.push({ text: text.slice(at + 1, end).replace(/\r$/, ''), at })
      spaced = true
      at = end
      continue
    }
    word.lastIndex = at
    if (word.test(text)) {
      push('ident', text.slice(at, word.lastIndex), word.lastIndex)
      continue
    }
    number.lastIndex = at
    if (number.test(text)) {
      push('number', text.slice(at, number.lastIndex), number.lastIndex)
      continue
    }
    if (char === '"') {
      const found = quoted(text, at)
      if (typeof found === 'string') return { tokens: (push('illegal', found, text.length), tokens), comments }
      push('string', found.value, found.end)
      continue
    }
    if (char === '`') {
      const end = text.indexOf('`', at + 1)
      if (end < 0) return { tokens: (push('illegal', 'non-terminated string', text.length), tokens), comments }
      push('string', text.slice(at + 1, end), end + 1)
      continue
    }
    const after = text.charAt(at + 1)
    if (char === '$' && (after === '"' || after === '`')) {
      if (!template(at + 2, after === '`')) return { tokens, comments }
      continue
    }
    const open = templates.at(-1)
    if (open !== undefined) {
      if (char === '{') open.braces++
      else if (char === '}' && --open.braces < 0) {
        templates.pop()
        push('symbol', '}', at + 1)
        if (!template(at, open.raw)) return { tokens, comments }
        continue
      }
    }
    const two = text.slice(at, at + 2)
    if (symbols.has(two)) push('symbol', two, at + 2)
    else if (symbols.has(char)) push('symbol', char, at + 1)
    else {
      push('illegal', char === '!' || char === '$' ? 'illegal ! or $ character' : 'illegal token', text.length)
      return { tokens, comments }
    }
  }
  push('eof', '', at)
  return { tokens, comments }
}

/** A string in quotes, unescaped as JSON is. */
function quoted(text: string, at: number): { value: string; end: number } | string {
  let end = at + 1
  for (;;) {
    const char = text.charAt(end)
    if (char === '' || char === '\n') return 'non-terminated string'
    if (char === '"') break
    end += char === '\\' ? 2 : 1
  }
  if (end >= text.length) return 'non-terminated string'
  const value = unescape(text.slice(at + 1, end))
  return value === undefined ? 'illegal string literal' : { value, end: end + 1 }
}

/** What stands up to the next `{` or the end of a template string. `\{` is a brace. */
function templatePart(text: string, from: number, raw: boolean): { value: string; end: number; last: boolean } | string {
  const close = raw ? '`' : '"'
  let value = ''
  let at = from
  for (;;) {
    const char = text.charAt(at)
    if (char === '' || (char === '\n' && !raw)) return 'non-terminated string'
    if (char === close || char === '{') {
      const plain = raw ? value : unescape(value)
      return plain === undefined ? 'illegal template-string part' : { value: plain, end: at + 1, last: char === close }
    }
    if (char === '\\' && text.charAt(at + 1) === '{') {
      value += '{'
      at += 2
    } else if (char === '\\' && !raw) {
      value += text.slice(at, at + 2)
      at += 2
    } else {
      value += char
      at++
    }
  }
}

function unescape(inner: string): string | undefined {
  if (!inner.includes('\\')) return hasControl.test(inner) ? undefined : inner
  try {
    return JSON.parse(`"${inner.replaceAll('\t', '\\t')}"`) as string
  } catch {
    return undefined
  }
}

const hasControl = /[\x00-\x08\x0b\x0c\x0e-\x1f]/
