/**
 * Sealing a state and opening it again. Heavy work: always outside of a unit of work.
 *
 * The envelope is bound to workspace, version **and digest**: whoever writes the database can point a row at other sealed bytes of the same
 * workspace, and they do not open there. Beside the bytes lie the facts that were read out of them (addresses, digests, findings): lists
 * and comparisons need those, and never the state.
 */
import { EnvelopeError, keyOf, open, openStream, seal, sealStream } from '../../platform/envelope/index.ts'
import type { Context, Packing } from '../../platform/envelope/index.ts'
import { newId } from '../../platform/ids.ts'
import type { Readable } from 'node:stream'
import type { WrittenFacts } from '../../tfstate/apart.ts'
import type { StateHead } from '../../tfstate/index.ts'
import type { Kept, SealedBody } from './bodies.ts'
import type { Read } from './facts.ts'
import { StateError } from './errors.ts'
import { contentFrom, contentOf } from './pieces.ts'
import type { Content } from './pieces.ts'
import type { StateDeps } from './ports.ts'
import { VERY_LARGE } from './receive.ts'
import type { BodyRow } from './store.ts'

type Sealing = Pick<StateDeps, 'keys' | 'clock' | 'random' | 'place'>

/** A state that was read and sealed, and is in no table yet. `later`: what it holds, where that is read afterwards (facts.ts). */
export type SealedState = { id: string; workspace: string; digest: string; size: number; head: StateHead; secrets: number | null; later: (() => Promise<WrittenFacts>) | null; bodies: readonly SealedBody[] }

/** Where sealed bytes belong: what `open` and `rewrap` are given. `digest` is the SHA-256 of the plain state, also for its facts. */
export function contextOf(instance: string, body: { workspace: string; sealedAs: string; kind: BodyRow['kind']; digest: string }): Context {
  return { instance, kind: body.kind, workspace: body.workspace, version: `${body.sealedAs}/${body.digest}` }
}

/** How it is sealed: before it is laid down, in memory, or while it is. */
type How = { packing?: Packing | undefined; asLaid?: boolean }

/** @param of `workspace`: `sws_`; its row exists already (`ensureWorkspace`). @throws EnvelopeError when there is no key to seal with */
export async function sealBytes(deps: Sealing, of: { workspace: string; sealedAs: string; digest: string }, kind: BodyRow['kind'], plain: Uint8Array, { packing, asLaid = false }: How = {}): Promise<SealedBody> {
  const context = contextOf(deps.place.instance, { ...of, kind })
  const body = (head: string, content: Content): SealedBody => ({ id: newId('stb', deps.clock, deps.random), version: of.sealedAs, workspace: of.workspace, kind, head, kek: keyOf(head), content })
  if (asLaid) {
    const sealed = await sealStream(deps.keys, context, plain, deps.random)
    return body(sealed.head, contentFrom(sealed.body))
  }
  const sealed = await seal(deps.keys, context, plain, deps.random, packing)
  return body(sealed.head, contentOf(sealed.body))
}

/**
 * While it is sealed it is read as well: a state that is refused is forgotten in its sealed form too. A very large one is read first, and
 * then sealed piece by piece on its way into the database, because twice in memory, and on every processor at once, it would be in
 * everybody's way.
 */
export async function sealState(deps: Sealing, workspace: string, state: { bytes: Uint8Array; digest: string; reading: Promise<Read>; packing?: Packing | undefined }): Promise<SealedState> {
  const { bytes, digest, reading, packing } = state
  const asLaid = bytes.byteLength > VERY_LARGE
  if (asLaid) await reading
  const id = newId('stv', deps.clock, deps.random)
  const of = { workspace, sealedAs: id, digest }
  const sealing = sealBytes(deps, of, 'state', bytes, { packing, asLaid })
  // Both are waited for, also where one fails: what they work on is used again afterwards.
  await Promise.allSettled([sealing, reading])
  const { head, facts, later } = await reading
  const body = await sealing
  const bodies = facts ? [body, await sealBytes(deps, of, 'facts', facts.json)] : [body]
  return { id, workspace, digest, size: bytes.byteLength, head, secrets: facts?.secrets ?? null, later, bodies }
}

/** @throws StateError `state_tampered` where the bytes are not those that were sealed there; EnvelopeError where the keys cannot be had */
export async function openBody(deps: Pick<Sealing, 'keys' | 'place'>, sealed: Kept): Promise<Buffer> {
  return opened(() => open(deps.keys, placed(deps, sealed), sealedOf(sealed)))
}

/** In pieces; every one was authenticated before this resolves. */
export async function openBodyStream(deps: Pick<Sealing, 'keys' | 'place'>, sealed: Kept): Promise<Readable> {
  return opened(() => openStream(deps.keys, placed(deps, sealed), sealedOf(sealed)))
}

function placed({ place }: Pick<Sealing, 'place'>, { row, digest }: Kept): Context {
  return contextOf(place.instance, { workspace: row.workspace, sealedAs: row.version, kind: row.kind, digest })
}

function sealedOf({ row, bytes }: Kept): { head: string; body: Buffer } {
  return { head: row.head, body: bytes }
}

const broken = ['envelope_elsewhere', 'envelope_edited', 'envelope_truncated', 'envelope_version_unknown']

async function opened<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof EnvelopeError && broken.includes(cause.code)) throw tampered(cause.message, cause)
    throw cause
  }
}

export function tampered(what: string, cause?: unknown): StateError {
  return new StateError('state_tampered', `The database holds something else than what was written: ${what}`, 'Nothing was given out. Keep the database as evidence, and restore a backup.', { cause })
}
