/** Characters as people count them: extended grapheme clusters (Unicode Standard Annex 29). */
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

// printable ASCII has one cluster a unit; CR LF would be one for two
const simple = /^[\x00-\x0c\x0e-\x7f]*$/

export function graphemes(s: string): string[] {
  if (simple.test(s)) return s.split('')
  return Array.from(segmenter.segment(s), ({ segment }) => segment)
}

export const graphemeCount = (s: string): number => (simple.test(s) ? s.length : graphemes(s).length)
