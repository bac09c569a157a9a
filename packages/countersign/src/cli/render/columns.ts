/** Rows under headings, each column as wide as its widest cell. What is in the cells is escaped already. */
import type { Output } from '../output.ts'
import { foldWords } from './fold.ts'

export function showColumns(output: Output, headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => Array.from(row[i] ?? '').length)))
  const line = (cells: readonly string[]): string => cells.map((cell, i) => (i === cells.length - 1 ? cell : cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - Array.from(cell).length)))).join('  ').trimEnd()
  output.line(output.paint.dim(line(headings)))
  for (const row of rows) output.line(line(row))
}

/** `name   value`, the values below one another. Rows whose value is "" are left out. */
export function showFacts(output: Output, facts: readonly (readonly [name: string, value: string])[]): void {
  const shown = facts.filter(([, value]) => value !== '')
  const width = Math.max(...shown.map(([name]) => name.length))
  const room = Math.max(40, (process.stdout.columns ?? 100) - width - 4)
  for (const [name, value] of shown) {
    const [first = '', ...more] = foldWords(value, room)
    output.line(`  ${output.paint.dim(name.padEnd(width))}  ${first}`)
    for (const line of more) output.line(`${' '.repeat(width + 4)}${line}`)
  }
}
