/**
 * Walks one protocol buffer message (protobuf.dev/programming-guides/encoding) and answers the bytes of one length-delimited field.
 * Enough to find the backend in a plan; nothing else is looked at. Throws RangeError on bytes that are no message.
 */
export function messageField(message: Buffer, wanted: number): Buffer | undefined {
  let found: Buffer | undefined
  let at = 0
  while (at < message.length) {
    const [key, afterKey] = varint(message, at)
    const field = Math.floor(key / 8)
    const [value, next] = content(message, key % 8, afterKey)
    if (field === wanted && value) found = value // the last one counts, as in every reader
    at = next
  }
  return found
}

/** [the content when length-delimited, where the next field begins] */
function content(message: Buffer, wireType: number, at: number): [Buffer | undefined, number] {
  if (wireType === 0) return [undefined, varint(message, at)[1]]
  if (wireType === 1) return [undefined, within(message, at + 8)]
  if (wireType === 5) return [undefined, within(message, at + 4)]
  if (wireType !== 2) throw new RangeError(`wire type ${wireType}`)
  const [length, start] = varint(message, at)
  const end = within(message, start + length)
  return [message.subarray(start, end), end]
}

function within(message: Buffer, at: number): number {
  if (at > message.length) throw new RangeError('cut off')
  return at
}

/** Values above 2^53 lose bits: none of ours is one, and the length that is returned stays right. */
function varint(message: Buffer, start: number): [number, number] {
  let value = 0
  for (let at = start; at < Math.min(message.length, start + 10); at++) {
    const byte = message[at] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * (at - start))
    if (byte < 0x80) return [value, at + 1]
  }
  throw new RangeError('no varint')
}
