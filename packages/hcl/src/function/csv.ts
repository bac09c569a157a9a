/** Comma-separated values (RFC 4180), as Go's reader takes them: no empty lines, every row as long as the first. */
import { ValueError } from '../value/error.ts'

/** The rows; at most `limit`. Throws {@link ValueError} with the line. */
export function parseCsv(source: string, limit = Infinity): string[][] {
  const s = source.replaceAll('\r\n', '\n')
  const rows: string[][] = []
  let at = 0
  let line = 1
  while (at < s.length && rows.length < limit) {
    if (s[at] === '\n') {
      at++
      line++
      continue
    }
    const started = line
    const row: string[] = []
    for (;;) {
      if (s[at] === '"') {
        let field = ''
        at++
        for (;;) {
          const end = s.indexOf('"', at)
          if (end < 0) throw new ValueError(`CSV parse error on line ${started}: extraneous or missing " in quoted-field`)
          field += s.slice(at, end)
          line += s.slice(at, end).split('\n').length - 1
          at = end + 1
          if (s[at] !== '"') break
          field += '"'
          at++
        }
        if (at < s.length && s[at] !== ',' && s[at] !== '\n') throw new ValueError(`CSV parse error on line ${line}: extraneous or missing " in quoted-field`)
        row.push(field)
      } else {
        let end = at
        while (end < s.length && s[end] !== ',' && s[end] !== '\n') end++
        const field = s.slice(at, end)
        if (field.includes('"')) throw new ValueError(`CSV parse error on line ${line}: bare " in non-quoted-field`)
        row.push(field)
        at += field.length
      }
      if (s[at] !== ',') break
      at++
    }
    if (s[at] === '\n') {
      at++
      line++
    }
    if (rows[0] !== undefined && row.length !== rows[0].length) throw new ValueError(`CSV parse error on line ${started}: wrong number of fields`)
    rows.push(row)
  }
  return rows
}
