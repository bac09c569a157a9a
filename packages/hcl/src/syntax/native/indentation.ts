/** Indentation as a second opinion about where blocks end, for files that lack a brace. */
import type { Cursor } from './cursor.ts'
import * as token from './token.ts'

/** Where the line of a brace begins, without its indentation. */
export function headerStart(c: Cursor, open: number): number {
  let start = c.text.lastIndexOf('\n', open) + 1
  while (c.text.charCodeAt(start) === 32 || c.text.charCodeAt(start) === 9) start++
  return start
}

/**
 * When a file has a block without its brace, it is read once more, and indentation says which block that is: an item no deeper than the block's
 * own line, or a brace less deep, stands behind the block.
 */
export function endsBefore(c: Cursor, kind: number, indent: number): boolean {
  if (kind !== token.NAME && kind !== token.CLOSE_BRACE) return false
  const here = c.indentation(c.start)
  return here >= 0 && (kind === token.NAME ? here <= indent : here < indent)
}
