/**
 * Receiving a body: into one buffer, of the size that was announced, hashed as it comes. Nothing is believed before all of it is here: a
 * client that stops half-way has sent nothing.
 *
 * Over shared memory, so that the thread that reads it takes no copy; how much of it there is at once is bounded (apart/room.ts).
 */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Memory } from '../../apart/index.ts'
import { Packing } from '../../platform/envelope/index.ts'
import { StateError } from './errors.ts'

/**
 * `digest`: SHA-256, hex. `packing`: their compression, begun while they came. `uses`: what still reads the bytes, also after they were
 * answered for.
 */
export type Received = { bytes: Uint8Array; digest: string; packing?: Packing | undefined; uses: Promise<unknown>[] }

export type Announced = {
  /** Content-Length; null where it is not said. */
  length: number | null
  largest: number
  /** Content-MD5 as it was sent, or "". */
  md5: string
  encoding: string
}

/** @throws StateError `encoding_refused`, `state_too_large`, `body_digest_mismatch`, `body_incomplete` */
export async function receive(body: Readable | undefined, announced: Announced, memory: Memory = newMemory): Promise<Received> {
  const { length, largest, md5, encoding } = announced
  if (encoding !== '' && encoding.toLowerCase() !== 'identity') throw new StateError('encoding_refused', 'The body is compressed or encoded.', 'Send it as it is, without Content-Encoding.')
  if (length !== null && length > largest) throw tooLarge(largest)
  const [sha256, wanted] = [createHash('sha256'), md5 === '' ? null : createHash('md5')]
  let bytes: Uint8Array
  const into = length === null ? growing(largest) : fixed(memory(length))
  try {
    for await (const piece of (body ?? []) as AsyncIterable<Buffer>) {
      const there = into.add(piece)
      into.packing?.reached(there)
      sha256.update(piece)
      wanted?.update(piece)
    }
    bytes = into.end()
    if (wanted && !isDigest(md5, wanted.digest())) throw new StateError('body_digest_mismatch', 'The body is not the one that Content-MD5 speaks of: it was changed on its way.', 'Send it again.')
  } catch (cause) {
    into.packing?.stop()
    if (cause instanceof StateError) throw cause
    throw incomplete(cause)
  }
  return { bytes, digest: sha256.digest('hex'), packing: into.packing, uses: [] }
}

/** `add` returns how much there is. */
type Into = { readonly packing?: Packing; add(piece: Buffer): number; end(): Uint8Array }

const newMemory: Memory = (length) => new Uint8Array(new SharedArrayBuffer(length))

/** What is larger takes its client long anyway: everybody else comes first. */
export const VERY_LARGE = 64 << 20

function fixed(bytes: Uint8Array): Into {
  const { length } = bytes
  let used = 0
  return {
    ...(length > VERY_LARGE ? {} : { packing: new Packing(bytes) }),
    add(piece) {
      if (used + piece.length > length) throw incomplete()
      bytes.set(piece, used)
      return (used += piece.length)
    },
    end() {
      if (used !== length) throw incomplete()
      return bytes
    },
  }
}

function growing(largest: number): Into {
  const pieces: Buffer[] = []
  let used = 0
  return {
    add(piece) {
      used += piece.length
      if (used > largest) throw tooLarge(largest)
      pieces.push(piece)
      return used
    },
    end() {
      const bytes = new Uint8Array(new SharedArrayBuffer(used))
      let at = 0
      for (const piece of pieces.splice(0)) {
        bytes.set(piece, at)
        at += piece.length
      }
      return bytes
    },
  }
}

/** RFC 1864: base64 of the 16 bytes. */
function isDigest(sent: string, digest: Buffer): boolean {
  return Buffer.from(sent, 'base64').equals(digest)
}

function tooLarge(largest: number): StateError {
  return new StateError('state_too_large', `The body is larger than the ${largest} bytes that this server takes.`, 'Split the configuration into several workspaces, or raise state_limit.')
}

function incomplete(cause?: unknown): StateError {
  return new StateError('body_incomplete', 'The body is not as long as was announced.', 'Send it again, whole.', { cause })
}

/** A few words, of at most so many bytes, as text. */
export async function receiveText(body: Readable | undefined, announced: Announced): Promise<string> {
  const { bytes } = await receive(body, announced)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes))
  } catch (cause) {
    throw new StateError('lock_invalid', 'The body is not UTF-8.', 'Send what Terraform sends.', { cause })
  }
}
