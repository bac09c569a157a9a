/**
 * A QR code in a terminal: two rows of modules in a line of half blocks, with the quiet zone around it.
 *
 * Drawn as readers expect it, dark on light, where there are colours to say so; without colours the blocks are the light modules, which is
 * right on a dark terminal.
 */
import { encode } from 'uqr'

/** Modules around it. Four are specified; two are enough for phones, and leave room on a screen of 24 lines for what is asked. */
const quiet = 2

const black = '\u001b[30;107m'
const end = '\u001b[0m'

/** Lines to print, without line ends. Level L: a screen is neither dirty nor torn. */
export function drawQr(text: string, { colour }: { colour: boolean }): string[] {
  const rows = encode(text, { ecc: 'L', border: quiet }).data
  const lines: string[] = []
  for (let at = 0; at < rows.length; at += 2) {
    const [upper = [], lower = []] = [rows[at], rows[at + 1]]
    const line = upper.map((dark, column) => blockOf(dark === colour, (lower[column] ?? false) === colour)).join('')
    lines.push(colour ? `${black}${line}${end}` : line)
  }
  return lines
}

/** Whether the upper and the lower half are drawn. */
function blockOf(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀'
  return lower ? '▄' : ' '
}
