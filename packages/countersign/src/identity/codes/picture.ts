/** The address as a picture: rows of modules for the page, which draws them itself; terminals draw their own. It holds the seed. */
import { encode } from 'uqr'

/** One text for each row, `1` dark and `0` light, with the quiet zone of four modules that readers need. */
export function pictureOf(address: string): string[] {
  return encode(address, { ecc: 'M', border: 4 }).data.map((row) => row.map((dark) => (dark ? '1' : '0')).join(''))
}
