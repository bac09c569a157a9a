/**
 * A version's state, to be given out whole, without its secrets, or its outputs alone. Who calls this has been admitted, and the leaf that
 * says so is written. Every part was authenticated before the first byte goes out.
 */
import { Readable } from 'node:stream'
import { bytesOf } from './bodies.ts'
import type { StateDeps } from './ports.ts'
import { openBody, openBodyStream } from './seal.ts'
import { served } from './serial.ts'
import type { VersionRow } from './store.ts'
import type { StateCredentialTable } from './tables.ts'

export type Tier = StateCredentialTable['tier']
export type Body = { size: number; body: Readable }

/** @throws StateError `state_tampered`; EnvelopeError where the keys cannot be had */
export async function bodyOf(deps: StateDeps, version: VersionRow, tier: Tier): Promise<Body> {
  const sealed = await bytesOf(deps, version)
  // Bytes that became current again are served under another serial (serial.ts): those cannot be handed through.
  if (tier === 'full' && version.origin === 'write') return { size: version.size, body: await openBodyStream(deps, sealed) }
  const whole = served(await openBody(deps, sealed), version.serial)
  const bytes = tier === 'full' ? whole : tier === 'redacted' ? await deps.reader.redact(whole) : await deps.reader.outputs(whole)
  return { size: bytes.byteLength, body: piecesOf(bytes) }
}

const PIECE = 1 << 20

function piecesOf(bytes: Uint8Array): Readable {
  const pieces = function* (): Generator<Buffer> {
    for (let at = 0; at < bytes.byteLength; at += PIECE) yield Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(PIECE, bytes.byteLength - at))
  }
  return Readable.from(pieces(), { objectMode: false })
}
