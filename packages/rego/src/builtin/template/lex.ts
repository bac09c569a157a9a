/** The words of one action of a template. */
import { BuiltinFault } from '../registry.ts'

export type Word = { readonly kind: 'name' | 'variable' | 'field' | 'string' | 'number' | 'mark'; readonly text: string; readonly spaced: boolean }

const token = /(\s*)(?:(-?\}\})|("(?:[^"\\\n]|\\.)*")|(`[^`]*`)|('(?:[^'\\\n]|\\.)+')|(\$[\p{L}\p{Nd}_]*)|((?:\.[\p{L}_][\p{L}\p{Nd}_]*)+|\.(?![\d]))|([-+]?(?:0[xX][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?))|([\p{L}_][\p{L}\p{Nd}_]*)|(:=|[=|(),]))/uy

export function lex(text: string, start: number): { readonly words: Word[]; readonly end: number; readonly trimsRight: boolean } {
  const words: Word[] = []
  for (let at = start; ; ) {
    token.lastIndex = at
    const match = token.exec(text)
    if (match === null) throw new BuiltinFault(at >= text.trimEnd().length ? 'template: : unclosed action' : `template: : unexpected ${JSON.stringify(text.slice(at).trimStart().slice(0, 1))} in action`)
    at = token.lastIndex
    const [, space = '', close, double, raw, character, variable, field, number, name, mark] = match
    if (close !== undefined) {
      const trimsRight = close.startsWith('-')
      if (trimsRight && space === '' && words.length > 0) throw new BuiltinFault('template: : unexpected "-" in action')
      return { words, end: at, trimsRight }
    }
    const spaced = space !== ''
    if (double !== undefined) words.push({ kind: 'string', text: unquoted(double), spaced })
    else if (raw !== undefined) words.push({ kind: 'string', text: raw.slice(1, -1), spaced })
    else if (character !== undefined) words.push({ kind: 'number', text: String(unquoted(`"${character.slice(1, -1).replace("\\'", "'").replaceAll('"', '\\"')}"`).codePointAt(0) ?? 0), spaced })
    else if (variable !== undefined) words.push({ kind: 'variable', text: variable, spaced })
    else if (field !== undefined) words.push({ kind: 'field', text: field, spaced })
    else if (number !== undefined) words.push({ kind: 'number', text: number, spaced })
    else if (name !== undefined) words.push({ kind: 'name', text: name, spaced })
    else words.push({ kind: 'mark', text: mark ?? '', spaced })
  }
}

function unquoted(text: string): string {
  const json = text.replace(/\\(x[\da-fA-F]{2}|[0-7]{3}|U[\da-fA-F]{8}|[av'])/g, (_, code: string) => {
    if (code === 'a') return '\\u0007'
    if (code === 'v') return '\\u000b'
    if (code === "'") return "'"
    const point = code.startsWith('x') || code.startsWith('U') ? Number.parseInt(code.slice(1), 16) : Number.parseInt(code, 8)
    return JSON.stringify(String.fromCodePoint(Math.min(point, 0x10ffff))).slice(1, -1)
  })
  try {
    return JSON.parse(json) as string
  } catch {
    throw new BuiltinFault('template: : invalid syntax in a string')
  }
}
