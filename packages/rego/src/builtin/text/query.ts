/** Escaping in URL queries, as Go's net/url does it: a space is `+`, and only letters, digits, `-`, `_`, `.`, `~` stay. */
import { toHex } from './hex.ts'
import { bytesOf, textOf } from './utf8.ts'

export function queryEscaped(text: string): string {
  let out = ''
  for (const byte of bytesOf(text)) {
    const character = String.fromCharCode(byte)
    out += /[\w.~-]/.test(character) ? character : byte === 0x20 ? '+' : `%${toHex(Uint8Array.of(byte)).toUpperCase()}`
  }
  return out
}

export function queryUnescaped(text: string): string | { readonly fault: string } {
  const bytes = bytesOf(text)
  const out = new Uint8Array(bytes.length)
  let size = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte !== 0x25) out[size++] = byte === 0x2b ? 0x20 : byte
    else {
      const code = textOf(bytes.subarray(at, at + 3))
      if (!/^%[\da-fA-F]{2}$/.test(code)) return { fault: `invalid URL escape ${JSON.stringify(code)}` }
      out[size++] = Number.parseInt(code.slice(1), 16)
      at += 2
    }
  }
  return textOf(out.subarray(0, size))
}
