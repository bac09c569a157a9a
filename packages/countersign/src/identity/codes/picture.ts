/** The address as a picture: rows of modules for the page, which draws them itself, and text for a terminal. It holds the seed. */
import { encode, renderUnicodeCompact } from 'uqr'

/** One text for each row, `1` dark and `0` light, with the quiet zone of four modules that readers need. */
export function pictureOf(address: string): string[] {
  return encode(address, { ecc: 'M', border: 4 }).data.map((row) => row.map((dark) => (dark ? '1' : '0')).join(''))
}

/** Two rows in a line. Light on dark terminals is inverted, which apps of today read; `border` keeps the edges apart. */
export function pictureInTerminal(address: string): string {
  return renderUnicodeCompact(address, { ecc: 'L', border: 2 })
}
