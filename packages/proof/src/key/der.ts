/**
 * The little of DER (X.690) that keys and ECDSA signatures need, read strictly: definite, shortest lengths; shortest,
 * positive integers; nothing left over is the caller's check. A laxer reader would let one signature be written in many
 * ways, and two implementations disagree.
 */

export type Element = { content: Uint8Array; next: number }

/** The element with this tag that begins here, or undefined. */
export function element(bytes: Uint8Array, at: number, tag: number): Element | undefined {
  const first = bytes[at + 1]
  if (bytes[at] !== tag || first === undefined) return undefined
  let start = at + 2
  let length = first
  if (first >= 0x80) {
    const count = first - 0x80
    if (count < 1 || count > 2 || start + count > bytes.length) return undefined
    length = 0
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[start + i] ?? 0)
    start += count
    if (length < (count === 1 ? 0x80 : 0x100)) return undefined
  }
  const next = start + length
  return next <= bytes.length ? { content: bytes.subarray(start, next), next } : undefined
}

/** A positive INTEGER's magnitude without its sign byte. */
export function positive(bytes: Uint8Array, at: number): Element | undefined {
  const integer = element(bytes, at, 0x02)
  if (integer === undefined) return undefined
  const [first, second] = integer.content
  if (first === undefined || first >= 0x80) return undefined // empty, or negative
  if (first !== 0) return integer
  if (second === undefined || second < 0x80) return undefined // zero, or a sign byte that is not needed
  return { content: integer.content.subarray(1), next: integer.next }
}
