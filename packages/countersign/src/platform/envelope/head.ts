/** The head: canonical JSON, kept in the row beside the body (docs/spec/state-envelope.md section 2). */
import { canonicalText, fromBase64url, parseCanonical, toBase64url } from '@countersign/proof'
import { edited, EnvelopeError } from './errors.ts'

export type Head = {
  /** Id of the key-encryption key. */
  readonly key: string
  readonly wrapped: Uint8Array
  readonly place: string
  /** Bytes of plain text in each chunk but the last. */
  readonly chunk: number
  /** Bytes of the whole plain text. */
  readonly plain: number
}

export const CHUNK = 1 << 20
const SMALLEST_CHUNK = 1 << 10
const LARGEST_CHUNK = 1 << 24
/** 1 GiB: what a state may be at most. */
export const LARGEST = 1 << 30
const LONGEST_HEAD = 8192

export function writeHead({ key, wrapped, place, chunk, plain }: Head): string {
  return canonicalText({ chunk, key, place, plain, v: 1, wrapped: toBase64url(wrapped) })
}

/** Nothing in a head is believed before its key was unwrapped: all of it but `key` and `wrapped` is what the wrapping is bound to. */
export function parseHead(text: string): Head {
  const value = read(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw edited('its head cannot be read')
  const { chunk, key, place, plain, v, wrapped, ...rest } = value as Record<string, unknown>
  if (typeof v === 'number' && v > 1) throw new EnvelopeError('envelope_version_unknown', `This was sealed in form ${v}, which this version does not know.`, 'Run the newest version of Countersign that wrote to this database.')
  const bytes = typeof wrapped === 'string' ? fromBase64url(wrapped) : undefined
  if (v !== 1 || Object.keys(rest).length > 0 || bytes === undefined) throw edited('its head cannot be read')
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key) || typeof place !== 'string') throw edited('its head cannot be read')
  if (!isBetween(chunk, SMALLEST_CHUNK, LARGEST_CHUNK) || !isBetween(plain, 0, LARGEST)) throw edited('its head names sizes that cannot be')
  return { key, wrapped: bytes, place, chunk, plain }
}

/** Of a head that was written here; for a column to find rows by. Not authenticated. */
export const keyOf = (head: string): string => parseHead(head).key
/** Bytes. Not authenticated: `open` is. */
export const plainSizeOf = (head: string): number => parseHead(head).plain

/** One chunk at least: nothing is sealed as an empty chunk. */
export const chunksOf = ({ chunk, plain }: Pick<Head, 'chunk' | 'plain'>): number => Math.max(1, Math.ceil(plain / chunk))

function read(text: string): unknown {
  if (text.length > LONGEST_HEAD) throw edited('its head cannot be read')
  try {
    return parseCanonical(text)
  } catch (cause) {
    throw edited('its head cannot be read', cause)
  }
}

const isBetween = (value: unknown, least: number, most: number): value is number => typeof value === 'number' && value >= least && value <= most
