/**
 * A file that is sealed while it is written, however long it gets: a first line that says what it is, a head, then the chunks of
 * docs/spec/state-envelope.md section 4, each of exactly 1 MiB of plain text before it was compressed. What is in it says itself where it
 * ends; the rest of the last chunk is zeros.
 *
 * The adversary has the file, and may give it back changed. Guaranteed: without the secret nothing is learned but its size; what is
 * changed, cut, reordered or added is refused, and nothing of a chunk is given out before the chunk is authentic. Not guaranteed: that
 * this is the newest file of its kind; and what was given out before a later chunk is refused must not be acted on.
 */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { canonicalText, fromBase64url, parseCanonical, toBase64url } from '@countersign/proof'
import { newId } from '../ids.ts'
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import { mostOf, openChunk, writeChunk } from './chunk.ts'
import { edited, EnvelopeError, truncated } from './errors.ts'
import { CHUNK } from './head.ts'
import { decrypt, encrypt } from './keys/cipher.ts'
import { openKey, sealKey, usualCost, type Cost } from './keys/passphrase.ts'
import { pack, unpack } from './packing.ts'
import { KEY } from './wrapping.ts'

/** What opens the file: something that a person knows, or 32 bytes that lie in a file of their own. */
export type FileSecret = { readonly passphrase: string; readonly cost?: Cost } | { readonly key: Uint8Array }
export type SealedFileHead = { readonly kind: string; readonly id: string; readonly by: 'passphrase' | 'key-file'; readonly sealed: string }

const FIRST = 'countersign-sealed-file\n'
const LONGEST_HEAD = 4096
const LONGEST_CHUNK = CHUNK + 8192

export interface SealedFileWriter {
  readonly id: string
  write(bytes: Uint8Array): Promise<void>
  /** What was written so far is sealed, and the file is on disk. */
  end(): Promise<void>
  /** Bytes in the file so far. */
  size(): number
}

/** `file` is open for writing, and empty; whoever opened it closes it. @throws EnvelopeError `state_passphrase_weak` */
export async function writeSealedFile(file: FileHandle, kind: string, secret: FileSecret, { clock, random }: { clock: Clock; random: Random }): Promise<SealedFileWriter> {
  const id = newId('sea', clock, random)
  const dataKey = random.bytes(KEY)
  const head = canonicalText({ ...(await wrap(id, dataKey, secret, random)), id, kind, v: 1 })
  const aad = aadOf(head)
  const plain = Buffer.alloc(CHUNK)
  const room = Buffer.allocUnsafe(mostOf(CHUNK, 1))
  let filled = 0
  let index = 0
  let written = 0
  const put = async (bytes: Uint8Array): Promise<void> => {
    await file.writeFile(bytes)
    written += bytes.length
  }
  const flush = async (last: boolean): Promise<void> => {
    plain.fill(0, filled)
    const end = writeChunk({ dataKey, aad, chunks: last ? index + 1 : Infinity }, index, await pack(plain), room, 0)
    await put(room.subarray(0, end))
    index++
    filled = 0
  }
  await put(Buffer.from(`${FIRST}${head}\n`))
  return {
    id,
    size: () => written,
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        // A full chunk waits for what follows it: only the end knows which one is the last.
        if (filled === CHUNK) await flush(false)
        const part = bytes.subarray(at, at + CHUNK - filled)
        plain.set(part, filled)
        filled += part.length
        at += part.length
      }
    },
    async end() {
      await flush(true)
      dataKey.fill(0)
      await file.sync()
    },
  }
}

export type OpenedFile = { readonly head: SealedFileHead; readonly size: number; readonly pieces: () => AsyncGenerator<Buffer> }

/** @throws EnvelopeError, as of a state: `envelope_edited`, `envelope_truncated`, `state_passphrase_wrong`, `envelope_key_missing` for the wrong kind of secret */
export async function openSealedFile(file: FileHandle, secret: FileSecret): Promise<OpenedFile> {
  const { size } = await file.stat()
  const { head, text, from } = await readHead(file)
  const dataKey = await unwrap(head, secret)
  const aad = aadOf(text)
  return { head, size, pieces: () => readPieces(file, { dataKey, aad, from, size }) }
}

async function readHead(file: FileHandle): Promise<{ head: SealedFileHead; text: string; from: number }> {
  const start = Buffer.alloc(FIRST.length + LONGEST_HEAD)
  const { bytesRead } = await file.read(start, 0, start.length, 0)
  const end = start.indexOf(10, FIRST.length)
  if (start.subarray(0, FIRST.length).toString() !== FIRST) throw bytesRead < FIRST.length ? truncated() : edited('it does not begin as a sealed file of Countersign does')
  if (end < 0 || end >= bytesRead) throw bytesRead < start.length ? truncated() : edited('its head cannot be read')
  const text = start.subarray(FIRST.length, end).toString()
  return { head: parse(text), text, from: end + 1 }
}

function parse(text: string): SealedFileHead {
  let value: unknown
  try {
    value = parseCanonical(text)
  } catch (cause) {
    throw edited('its head cannot be read', cause)
  }
  const { v, kind, id, by, sealed } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  if (typeof v === 'number' && v > 1) throw new EnvelopeError('envelope_version_unknown', `This file was written in form ${v}, which this version does not know.`, 'Use the version of Countersign that wrote it, or a later one.')
  if (v !== 1 || typeof kind !== 'string' || typeof id !== 'string' || typeof sealed !== 'string' || (by !== 'passphrase' && by !== 'key-file')) throw edited('its head cannot be read')
  return { kind, id, by, sealed }
}

async function* readPieces(file: FileHandle, { dataKey, aad, from, size }: { dataKey: Uint8Array; aad: Uint8Array; from: number; size: number }): AsyncGenerator<Buffer> {
  const length = Buffer.alloc(4)
  try {
    for (let at = from, index = 0, last = false; !last; index++) {
      if (at + 4 > size) throw truncated()
      await file.read(length, 0, 4, at)
      const cell = length.readUInt32BE() + 16
      if (cell > LONGEST_CHUNK) throw edited(`part ${index + 1} is longer than any can be`)
      if (at + 4 + cell > size) throw truncated()
      last = at + 4 + cell === size
      const sealed = Buffer.allocUnsafe(cell)
      await file.read(sealed, 0, cell, at + 4)
      yield Buffer.from(await unpack(opened({ dataKey, aad }, index, sealed, last), CHUNK))
      at += 4 + cell
    }
  } finally {
    dataKey.fill(0)
  }
}

/** A part that stands at the end and was not written there: what followed it was cut off. */
function opened(sealer: { dataKey: Uint8Array; aad: Uint8Array }, index: number, sealed: Buffer, last: boolean) {
  const as = (chunks: number) => openChunk({ ...sealer, chunks }, index, sealed)
  try {
    return as(last ? index + 1 : Infinity)
  } catch (error) {
    if (last && isOpen(() => as(Infinity))) throw truncated()
    if (!last && isOpen(() => as(index + 1))) throw edited('something was added at its end')
    throw edited(`part ${index + 1} is not the one that was written there`, error)
  }
}

function isOpen(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

const aadOf = (head: string): Buffer => createHash('sha256').update(`countersign.sealed-file.v1\n${head}`).digest()
const about = (id: string): Buffer => Buffer.from(`countersign.sealed-file.v1\n${id}`)

async function wrap(id: string, dataKey: Uint8Array, secret: FileSecret, random: Random): Promise<Pick<SealedFileHead, 'by' | 'sealed'>> {
  if ('key' in secret) return { by: 'key-file', sealed: toBase64url(encrypt(secret.key, dataKey, about(id), random)) }
  return { by: 'passphrase', sealed: (await sealKey(id, dataKey, secret.passphrase, secret.cost ?? usualCost, random)).trimEnd() }
}

async function unwrap({ id, by, sealed }: SealedFileHead, secret: FileSecret): Promise<Uint8Array> {
  if (('key' in secret ? 'key-file' : 'passphrase') !== by) throw new EnvelopeError('envelope_key_missing', `This file is sealed with a ${by === 'key-file' ? 'key file' : 'passphrase'}.`, 'Give that.')
  const dataKey = 'key' in secret ? decrypt(secret.key, fromBase64url(sealed) ?? Buffer.alloc(0), about(id)) : await openKey(id, sealed, secret.passphrase)
  if (dataKey?.length === KEY) return dataKey
  throw 'key' in secret ? new EnvelopeError('state_passphrase_wrong', 'The key file does not open this file.', 'Give the one that it was written with. If it is right, the head of the file was changed.') : edited('its head cannot be read')
}
