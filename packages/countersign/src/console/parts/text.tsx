/**
 * Text that somebody else chose: names, addresses, values. Every deceiving character (controls, bidirectional marks,
 * invisible ones) is written out and set apart, and the text is isolated, so that it cannot reorder the words around it.
 */
import { escapeText } from '../../plan/text/escape-text.ts'

const escaped = /(\\u\{[0-9A-F]{4,6}\})/u

export function Text({ of, lines = false }: { of: string; lines?: boolean }) {
  const shown = escapeText(of, { lines })
  const parts = shown.split(escaped)
  if (parts.length === 1) return <bdi>{shown}</bdi>
  // Odd parts are the escapes. A text that itself contains "\u{...}" is marked as well: rather too much than too little.
  return (
    <bdi>
      {parts.map((part, index) =>
        index % 2 === 0 ? part : <span class="escaped" title="A character that would not be seen, or would reorder the text">{part}</span>,
      )}
    </bdi>
  )
}

/** The same for places that take only plain text: titles and labels. */
export function plain(text: string): string {
  return escapeText(text)
}
