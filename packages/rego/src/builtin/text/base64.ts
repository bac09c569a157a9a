/** Base64 with Go's rules: line breaks are skipped, everything else that is out of place is an error at its byte. */
const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const url = `${standard.slice(0, 62)}-_`

export type Alphabet = 'standard' | 'url'

export function toBase64(bytes: Uint8Array, alphabet: Alphabet = 'standard', pad = true): string {
  const letters = alphabet === 'url' ? url : standard
  let out = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const count = Math.min(3, bytes.length - at) + 1
    for (let index = 0; index < 4; index++) {
      if (index < count) out += letters[(group >> (18 - 6 * index)) & 63] ?? ''
      else if (pad) out += '='
    }
  }
  return out
}

const tables = { standard: tableOf(standard), url: tableOf(url) }

function tableOf(letters: string): Int8Array {
  const table = new Int8Array(256).fill(-1)
  for (let index = 0; index < letters.length; index++) table[letters.charCodeAt(index)] = index
  return table
}

/** The bytes, or Go's error text. `padded` says whether `=` is demanded or forbidden. */
export function fromBase64(text: Uint8Array, alphabet: Alphabet = 'standard', padded = true): Uint8Array | string {
  const table = tables[alphabet]
  const out = new Uint8Array(Math.floor((text.length * 3) / 4) + 3)
  let size = 0
  let at = 0
  const skip = () => { while (text[at] === 10 || text[at] === 13) at++ }
  for (;;) {
    let group = 0
    let count = 0
    for (; count < 4; count++) {
      skip()
      if (at >= text.length) break
      const byte = text[at] ?? 0
      const value = table[byte] ?? -1
      if (value < 0) {
        if (byte !== 0x3d || !padded || count < 2) return corrupt(at)
        return closing(count, group)
      }
      group = (group << 6) | value
      at++
    }
    if (count === 4) {
      out[size++] = group >> 16
      out[size++] = group >> 8
      out[size++] = group
      continue
    }
    if (count === 0) return out.subarray(0, size)
    if (padded || count === 1) return corrupt(at - count)
    return finish(count, group)
  }

  /** At a `=`: what must follow, and that nothing else does. */
  function closing(count: number, group: number): Uint8Array | string {
    const first = at++
    if (count === 2) {
      skip()
      if (at >= text.length) return corrupt(text.length)
      if (text[at] !== 0x3d) return corrupt(at)
      at++
    }
    skip()
    return at < text.length ? corrupt(at) : finish(count, group, first)
  }

  function finish(count: number, group: number, _first?: number): Uint8Array {
    out[size++] = count === 2 ? group >> 4 : group >> 10
    if (count === 3) out[size++] = group >> 2
    return out.subarray(0, size)
  }
}

function corrupt(at: number): string {
  return `illegal base64 data at input byte ${at}`
}
