/**
 * The text that a tree was read from. Offsets are UTF-16 units; lines, columns and byte offsets are computed when asked for, from a table of
 * line starts that is made on the first question. A wrong sequence of bytes that are not UTF-8 reads as one U+FFFD, and `bytes()` gives back
 * the very bytes.
 */

/** A place for people and for tools: `line` and `column` from 1 (`column` in UTF-16 units), `offset` in UTF-16 units, `byte` in UTF-8 bytes. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly offset: number
  readonly byte: number
}

/** From a first position to the one behind the last. */
export interface Range {
  readonly start: Position
  readonly end: Position
}

/** Where a U+FFFD in the text stands for `bytes` that were not UTF-8. */
interface Broken {
  readonly offset: number
  readonly bytes: Uint8Array
  /** Formed as UTF-8 is, only not allowed (surrogates, overlong forms): the reference scanner lets that pass in strings. */
  readonly formed: boolean
}

const encoder = new TextEncoder()

/** Length in UTF-8 bytes of `text` between two offsets that do not split a pair; a lone surrogate counts as U+FFFD. */
function byteLength(text: string, from: number, to: number): number {
  let bytes = 0
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) bytes += 1
    else if (unit < 0x800) bytes += 2
    else if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < to && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 4
      i++
    } else bytes += 3
  }
  return bytes
}

/** A text with a name, and what can be asked about places in it. */
export class Source {
  /** What diagnostics call it, a path as a rule. */
  readonly name: string
  readonly text: string
  private readonly broken: readonly Broken[]
  private lines: Uint32Array | null = null
  private lineBytes: Uint32Array | null = null
  private surplus: Int32Array | null = null

  constructor(name: string, text: string, broken: readonly Broken[] = []) {
    this.name = name
    this.text = text
    this.broken = broken
  }

  /** The offsets at which bytes stand that are not even formed as UTF-8. */
  get wrongEncoding(): readonly number[] {
    return this.broken.filter(({ formed }) => !formed).map(({ offset }) => offset)
  }

  /** Line, column and byte of an offset; offsets outside the text are moved to its ends. Lines end at LF. */
  position(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.text.length))
    const lines = (this.lines ??= lineStarts(this.text))
    const line = lastAtMost(lines, at)
    const start = lines[line] ?? 0
    return { line: line + 1, column: at - start + 1, offset: at, byte: this.byteOf(line, start, at) }
  }

  /** Both ends of a node. */
  range(span: { readonly start: number; readonly end: number }): Range {
    return { start: this.position(span.start), end: this.position(span.end) }
  }

  /** The text of a node, as written. */
  slice(span: { readonly start: number; readonly end: number }): string {
    return this.text.slice(span.start, span.end)
  }

  /** The bytes that were parsed, or the UTF-8 of the text. */
  bytes(text: string = this.text): Uint8Array {
    if (this.broken.length === 0 || text !== this.text) return encoder.encode(text)
    const chunks: Uint8Array[] = []
    let from = 0
    for (const { offset, bytes } of this.broken) {
      chunks.push(encoder.encode(text.slice(from, offset)), bytes)
      from = offset + 1
    }
    chunks.push(encoder.encode(text.slice(from)))
    const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
    let at = 0
    for (const chunk of chunks) {
      all.set(chunk, at)
      at += chunk.length
    }
    return all
  }

  /** By how many bytes what is broken before `at` is longer than the U+FFFD that stand for it. */
  private brokenBytes(at: number): number {
    if (this.surplus === null) {
      this.surplus = new Int32Array(this.broken.length + 1)
      let sum = 0
      for (const [i, { bytes }] of this.broken.entries()) this.surplus[i + 1] = sum += bytes.length - 3
    }
    return this.surplus[countBelow(this.broken, at)] ?? 0
  }

  private byteOf(line: number, start: number, at: number): number {
    if (this.lineBytes === null) {
      const lines = (this.lines ??= lineStarts(this.text))
      this.lineBytes = new Uint32Array(lines.length)
      for (let i = 1, bytes = 0; i < lines.length; i++) {
        bytes += byteLength(this.text, lines[i - 1] ?? 0, lines[i] ?? 0)
        this.lineBytes[i] = bytes
      }
    }
    let bytes = (this.lineBytes[line] ?? 0) + byteLength(this.text, start, at)
    if (this.broken.length > 0) bytes += this.brokenBytes(at)
    return bytes
  }
}

/** How many entries of `sorted` come before `value`. */
function countBelow(sorted: readonly Broken[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle]?.offset ?? value) < value) low = middle + 1
    else high = middle
  }
  return low
}

function lineStarts(text: string): Uint32Array {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return Uint32Array.from(starts)
}

function lastAtMost(sorted: Uint32Array, value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((sorted[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  return low
}

/**
 * Makes a source of text or of bytes. Total: wrong UTF-8 is kept and marked, a byte order mark stays in the text as U+FEFF.
 * A lone surrogate in a string stays in the text; its bytes are those of U+FFFD.
 */
export function sourceOf(input: string | Uint8Array, name = ''): Source {
  if (typeof input === 'string') return new Source(name, input)
  try {
    return new Source(name, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input))
  } catch {
    return decodeBroken(input, name)
  }
}

/** How long the UTF-8 sequence at `i` is; negative: so many bytes are wrong there (the maximal subpart, as decoders replace it). */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const lead = bytes[i] ?? 0
  if (lead < 0x80) return 1
  const length = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0
  if (length === 0) return -1
  for (let k = 1; k < length; k++) {
    const low = k > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const high = k > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    const next = bytes[i + k] ?? 0
    if (next < low || next > high) return -k
  }
  return length
}

/** How long the sequence is by its first byte, if so many bytes of continuation follow; else 0. */
function formedLength(bytes: Uint8Array, i: number): number {
  const lead = bytes[i] ?? 0
  const length = lead >= 0xc0 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf7 ? 4 : 0
  for (let k = 1; k < length; k++) if (((bytes[i + k] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}

function decodeBroken(bytes: Uint8Array, name: string): Source {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const broken: Broken[] = []
  const parts: string[] = []
  let offset = 0
  let good = 0
  const flush = (to: number): void => {
    const text = decoder.decode(bytes.subarray(good, to))
    parts.push(text)
    offset += text.length
  }
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i)
    if (length > 0) {
      i += length
      continue
    }
    flush(i)
    const formed = formedLength(bytes, i)
    const taken = formed > 0 ? formed : -length
    broken.push({ offset, bytes: bytes.slice(i, i + taken), formed: formed > 0 })
    parts.push('\uFFFD')
    offset++
    i += taken
    good = i
  }
  flush(bytes.length)
  return new Source(name, parts.join(''), broken)
}
