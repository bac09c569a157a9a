/**
 * Where reading goes on after a mistake. The item that failed is scanned again from its beginning, lightly: brackets are counted, strings,
 * comments and heredocs stepped over. It ends with the line on which its brackets are closed. When they are not (the mistake may well be
 * a missing bracket), indentation decides, as it does for a person: a line that begins no deeper than the item and looks like
 * an argument or block is the next one. Linear: what was skipped is not scanned again.
 */
import { nameEnd } from '../character.ts'

const indentation = (text: string, lineStart: number): number => {
  let i = lineStart
  while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9) i++
  return i - lineStart
}

const lineStartOf = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1

/** Whether a line, from its first character, looks like `name =`, `name {` or `name "label"`. */
function beginsItem(text: string, at: number): boolean {
  let i = nameEnd(text, at)
  if (i === at) return false
  while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9) i++
  const c = text.charCodeAt(i)
  return (c === 61 && text.charCodeAt(i + 1) !== 61) || c === 123 || c === 34
}

/** Behind the closing quote, or at the newline that comes first. Braces of sequences are counted, and strings in them stepped over. */
function stringEnd(text: string, at: number): number {
  const braces: number[] = []
  for (let i = at + 1, quoted = true; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 10) return i
    if (quoted && c === 92) i++
    else if (quoted && (c === 36 || c === 37) && text.charCodeAt(i + 1) === 123) {
      if (text.charCodeAt(i - 1) === c) continue
      braces.push(0)
      quoted = false
      i++
    } else if (c === 34) {
      if (quoted && braces.length === 0) return i + 1
      quoted = !quoted
    } else if (!quoted && c === 123) braces.push(1)
    else if (!quoted && c === 125) quoted = braces.pop() === 0
  }
  return text.length
}

/** At the newline that ends a heredoc, or -1 if this is none or has no end; `endless` remembers markers that do not come any more. */
function heredocEnd(text: string, at: number, endless: Set<string>): number {
  const from = text.charCodeAt(at + 2) === 45 ? at + 3 : at + 2
  const to = nameEnd(text, from)
  const line = text.indexOf('\n', to)
  if (to === from || line < 0 || text.slice(to, line).trim() !== '') return -1
  const marker = text.slice(from, to)
  if (endless.has(marker)) return -1
  for (let start = line + 1; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    if (end - start < marker.length + 200 && text.slice(start, end).trim() === marker) return end
    if (newline < 0) break
    start = newline + 1
  }
  endless.add(marker)
  return -1
}

/** Where a mistake is: the item begins at `itemStart`, reading stopped at `from`; `inBlock` when a brace may close the block around. */
export interface Mistake {
  readonly itemStart: number
  readonly from: number
  readonly inBlock: boolean
  /** Only brackets count, not indentation: the mistake is not in them. */
  readonly balanced: boolean
  /** Heredoc markers that were looked for in vain; kept over all mistakes of a text. */
  readonly endless: Set<string>
}

/** The offset at which reading goes on, not before `from`: at a newline, at a brace that closes the block around, or at the end. */
export function recover(text: string, { itemStart, from, inBlock, balanced, endless }: Mistake): number {
  const indent = indentation(text, lineStartOf(text, itemStart))
  let depth = 0
  let flat = false
  for (let i = itemStart; i < text.length; ) {
    const c = text.charCodeAt(i)
    if (c === 10) {
      if (i >= from && depth === 0) return i
      const next = i + 1
      const inner = indentation(text, next)
      const first = text.charCodeAt(next + inner)
      const blank = first === 10 || first === 13 || first === 35 || Number.isNaN(first)
      if (balanced) {
        i++
        continue
      }
      if (!blank && i >= from) {
        const closes = first === 125 || first === 93 || first === 41
        if (inner < indent && (closes || beginsItem(text, next + inner))) return i
        if (inner <= indent && !flat && beginsItem(text, next + inner)) return i
      } else if (!blank && inner <= indent && depth > 0 && beginsItem(text, next + inner)) flat = true
      i++
    } else if (c === 34) i = Math.max(i + 1, stringEnd(text, i))
    else if (c === 35 || (c === 47 && text.charCodeAt(i + 1) === 47)) i = lineEnd(text, i)
    else if (c === 47 && text.charCodeAt(i + 1) === 42) {
      const close = text.indexOf('*/', i + 2)
      i = close < 0 ? i + 2 : close + 2
    } else if (c === 60 && text.charCodeAt(i + 1) === 60) {
      const end = heredocEnd(text, i, endless)
      i = end < 0 ? i + 2 : end
    } else {
      if (c === 123 || c === 91 || c === 40) depth++
      else if (c === 125 || c === 93 || c === 41) {
        if (depth > 0) depth--
        else if (c === 125 && inBlock && i >= from) return i
      }
      i++
    }
  }
  return text.length
}

const lineEnd = (text: string, at: number): number => {
  const newline = text.indexOf('\n', at)
  return newline < 0 ? text.length : newline
}
