/** Bytes as text and back: UTF-8, hexadecimal digits, base 64 (RFC 4648, section 4). */
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const toBytes = (s: string): Uint8Array => encoder.encode(s)

/** The text, or undefined when it is not UTF-8. */
export function fromBytes(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function toBase64(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = [bytes[i], bytes[i + 1], bytes[i + 2]]
    const n = (a << 16) | (b << 8) | c
    out += (alphabet[n >> 18] ?? '') + (alphabet[(n >> 12) & 63] ?? '') + (i + 1 < bytes.length ? alphabet[(n >> 6) & 63] : '=') + (i + 2 < bytes.length ? alphabet[n & 63] : '=')
  }
  return out
}

/** The bytes, or the offset of the first character that does not belong. Line breaks are passed over. */
export function fromBase64(s: string): Uint8Array | number {
  const out: number[] = []
  let bits = 0
  let held = 0
  let padding = 0
  for (let i = 0; i < s.length; i++) {
    const c = s[i] ?? ''
    if (c === '\n' || c === '\r') continue
    if (c === '=') {
      const wanted = held === 2 ? 2 : held === 3 ? 1 : 0
      if (padding >= wanted) return i
      padding++
      continue
    }
    const value = alphabet.indexOf(c)
    if (value < 0 || padding > 0) return i
    bits = (bits << 6) | value
    held++
    if (held === 4) {
      out.push((bits >> 16) & 255, (bits >> 8) & 255, bits & 255)
      bits = 0
      held = 0
    }
  }
  if (held === 1 || (held === 2 && padding !== 2) || (held === 3 && padding !== 1)) return s.length - held - padding
  if (held === 2) out.push((bits >> 4) & 255)
  if (held === 3) out.push((bits >> 10) & 255, (bits >> 2) & 255)
  return Uint8Array.from(out)
}
