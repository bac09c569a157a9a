/** Single lexemes of JSON, as bytes. */

/** The index after the UTF-8 character that begins at `at` (RFC 3629, table in section 4); 0 when it is none. */
export function endOfCharacter(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  const second = bytes[at + 1] ?? 0
  const follows = (unit: number | undefined): boolean => unit !== undefined && unit >= 0x80 && unit <= 0xbf
  if (first >= 0xc2 && first <= 0xdf) return follows(second) ? at + 2 : 0
  if (first >= 0xe0 && first <= 0xef) {
    const lowest = first === 0xe0 ? 0xa0 : 0x80
    const highest = first === 0xed ? 0x9f : 0xbf
    return second >= lowest && second <= highest && follows(bytes[at + 2]) ? at + 3 : 0
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const lowest = first === 0xf0 ? 0x90 : 0x80
    const highest = first === 0xf4 ? 0x8f : 0xbf
    return second >= lowest && second <= highest && follows(bytes[at + 2]) && follows(bytes[at + 3]) ? at + 4 : 0
  }
  return 0
}

const isDigit = (unit: number | undefined): boolean => unit !== undefined && unit >= 0x30 && unit <= 0x39

function endOfDigits(bytes: Uint8Array, at: number): number {
  let end = at
  while (isDigit(bytes[end])) end++
  return end
}

/** The index after the number that begins at `at`; where it breaks off, negated. */
export function endOfNumber(bytes: Uint8Array, at: number): number {
  let end = bytes[at] === 0x2d ? at + 1 : at
  if (!isDigit(bytes[end])) return -end
  end = bytes[end] === 0x30 ? end + 1 : endOfDigits(bytes, end)
  if (bytes[end] === 0x2e) {
    if (!isDigit(bytes[end + 1])) return -(end + 1)
    end = endOfDigits(bytes, end + 1)
  }
  if (bytes[end] === 0x65 || bytes[end] === 0x45) {
    end++
    if (bytes[end] === 0x2b || bytes[end] === 0x2d) end++
    if (!isDigit(bytes[end])) return -end
    end = endOfDigits(bytes, end)
  }
  return end
}

/** The code unit that four hexadecimal digits spell; -1 when they do not. */
export function unitAt(bytes: Uint8Array, at: number): number {
  let unit = 0
  for (let i = at; i < at + 4; i++) {
    const digit = bytes[i] ?? 0
    const value = digit >= 0x30 && digit <= 0x39 ? digit - 0x30 : (digit | 0x20) >= 0x61 && (digit | 0x20) <= 0x66 ? (digit | 0x20) - 0x57 : -1
    if (value < 0) return -1
    unit = unit * 16 + value
  }
  return unit
}
