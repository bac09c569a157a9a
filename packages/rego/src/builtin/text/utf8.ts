/**
 * Strings as bytes. A string of OPA is any sequence of bytes, one of JavaScript any sequence of 16-bit units. Bytes that are not UTF-8
 * are kept as the lone surrogates U+DC80..U+DCFF, one each: counting, slicing and encoding again then give OPA's answers. On the way
 * out of the evaluator such units become U+FFFD, as Go's JSON encoder does it.
 */
const encoder = new TextEncoder()
/** Half of a surrogate pair without its other half. */
const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function bytesOf(text: string): Uint8Array {
  if (!lone.test(text)) return encoder.encode(text)
  const parts: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(code - 0xdc00)
    else parts.push(...encoder.encode(character))
  }
  return Uint8Array.from(parts)
}

export function textOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    return tolerant(bytes)
  }
}

function tolerant(bytes: Uint8Array): string {
  const out: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceAt(bytes, at)
    out.push(size === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : strict.decode(bytes.subarray(at, at + size)))
    at += size === 0 ? 1 : size
  }
  return out.join('')
}

/** The length of the valid UTF-8 sequence at `at`, or 0 (RFC 3629: no surrogates, nothing overlong, nothing above U+10FFFF). */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const size = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0
  if (size === 0 || at + size > bytes.length) return 0
  for (let index = 1; index < size; index++) if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return 0
  const second = bytes[at + 1] ?? 0
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  return second < low || second > high ? 0 : size
}

/** The code points of a text: what OPA counts, indexes and slices by. */
export function runes(text: string): string[] {
  return Array.from(text)
}
