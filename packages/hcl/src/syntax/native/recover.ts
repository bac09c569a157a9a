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

/** Whether a line, from its first character, looks like `name =` or like `name`, labels, `{`. */
function beginsItem(text: string, at: number): boolean {
  let i = nameEnd(text, at)
  if (i === at) return false
  for (;;) {
    while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9) i++
    const c = text.charCodeAt(i)
    if (c === 123) return true
    if (c === 34) {
      const end = stringEnd(text, i)
      return end > i + 1 && text.charCodeAt(end - 1) === 34
    }
    if (c === 61) return text.charCodeAt(i + 1) !== 61
    const label = nameEnd(text, i)
    if (label === i) return false
    i = label
  }
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

/** The first character of a line that is not space; `blank` when there is none, or a comment begins. */
function lineAt(text: string, start: number): { readonly indent: number; readonly first: number; readonly blank: boolean; readonly item: boolean } {
  const indent = indentation(text, start)
  const first = text.charCodeAt(start + indent)
  const blank = first === 10 || first === 13 || first === 35 || Number.isNaN(first)
  return { indent, first, blank, item: !blank && beginsItem(text, start + indent) }
}

/** Whether the line of an item ends with an opening brace: then a body follows, whatever the rest of the line says. */
function opensBody(text: string, itemStart: number): boolean {
  let i = lineEnd(text, itemStart) - 1
  while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9 || text.charCodeAt(i) === 13) i--
  return text.charCodeAt(i) === 123
}

/**
 * The offset at which reading goes on: at a newline, at a brace that closes the block around, or at the end. It may lie before `from`: a bracket
 * that is not closed shows only when the next argument has been taken for its content.
 */
export function recover(text: string, { itemStart, from, inBlock, balanced, endless }: Mistake): number {
  const { indent } = lineAt(text, lineStartOf(text, itemStart))
  const firstLine = lineEnd(text, itemStart)
  const open: number[] = []
  let flat: boolean | null = null
  for (let i = itemStart; i < text.length; ) {
    const c = text.charCodeAt(i)
    if (c === 10) {
      if (i === firstLine && open.length === 0 && opensBody(text, itemStart)) open.push(123)
      if (balanced) {
        if (i >= from && open.length === 0) return i
        i++
        continue
      }
      const line = lineAt(text, i + 1)
      const closer = line.first === 125 || line.first === 93 || line.first === 41
      if (open.length === 0 && i >= from && (line.blank || line.item || closer)) return i
      if (!line.blank && open.length > 0) {
        // the first line of the content shows whether the file indents at all
        flat ??= line.item && line.indent <= indent && open.at(-1) === 123 && i < from
        if (line.item && line.indent <= indent && !flat) return i
        if (line.indent < indent && closer && i >= from) return i
      }
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
      if (c === 123 || c === 91 || c === 40) open.push(c)
      else if (c === 125 || c === 93 || c === 41) {
        if (open.length > 0) open.pop()
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
