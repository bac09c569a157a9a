/**
 * Base64 of RFC 4648: base64url without padding (section 5) for our own fields, standard with padding (section 4) for
 * signed notes. Decoding is strict: one value has exactly one spelling, so no bit of a text can be changed unseen.
 */

const common = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

type Alphabet = { letters: string; values: Int8Array }

function alphabet(letters: string): Alphabet {
  const values = new Int8Array(128).fill(-1)
  for (let i = 0; i < 64; i++) values[letters.charCodeAt(i)] = i
  return { letters, values }
}

const url = alphabet(common + '-_')
const standard = alphabet(common + '+/')

function encode(bytes: Uint8Array, { letters }: Alphabet): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 6) {
      bits -= 6
      text += letters.charAt((held >> bits) & 63)
    }
  }
  return bits > 0 ? text + letters.charAt((held << (6 - bits)) & 63) : text
}

function decode(text: string, { values }: Alphabet): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined
  const out = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const value = code < 128 ? (values[code] ?? -1) : -1
    if (value < 0) return undefined
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      out[at++] = (held >> bits) & 255
    }
  }
  // the bits after the last whole byte must be zero
  return (held & ((1 << bits) - 1)) === 0 ? out : undefined
}

export const toBase64url = (bytes: Uint8Array): string => encode(bytes, url)
export const fromBase64url = (text: string): Uint8Array | undefined => decode(text, url)

export function toBase64(bytes: Uint8Array): string {
  const text = encode(bytes, standard)
  return text + '='.repeat((4 - (text.length % 4)) % 4)
}

export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const bare = text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text
  return decode(bare, standard)
}
