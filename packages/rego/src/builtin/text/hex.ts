/** Hexadecimal, with the errors of Go's encoding/hex. */
const digits = '0123456789abcdef'

export function toHex(bytes: Uint8Array): string {
  let out = ''
  for (const byte of bytes) out += (digits[byte >> 4] ?? '') + (digits[byte & 15] ?? '')
  return out
}

/** The bytes, or the reason why there are none. */
export function fromHex(text: Uint8Array): Uint8Array | string {
  const out = new Uint8Array(text.length >> 1)
  for (let index = 0; index < out.length * 2; index++) {
    const value = valueOf(text[index] ?? 0)
    if (value < 0) return invalid(text[index] ?? 0)
    out[index >> 1] = ((out[index >> 1] ?? 0) << 4) | value
  }
  if (text.length % 2 === 0) return out
  const last = text[text.length - 1] ?? 0
  return valueOf(last) < 0 ? invalid(last) : 'encoding/hex: odd length hex string'
}

function valueOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

function invalid(byte: number): string {
  const shown = byte >= 0x20 && byte < 0x7f ? `'${byte === 0x27 || byte === 0x5c ? '\\' : ''}${String.fromCharCode(byte)}'` : `'\\x${toHex(Uint8Array.of(byte))}'`
  return `encoding/hex: invalid byte: U+${byte.toString(16).toUpperCase().padStart(4, '0')} ${shown}`
}
