/**
 * Sealed bytes on their way into the database and out of it, in pieces: a state of 200 MB that is written in one statement stops everybody
 * else for as long as the disk takes.
 *
 * What is larger than one piece is laid down before the version that it is the body of, each piece in a unit of its own; only then does the
 * version become current, in one short unit. Until then nothing names the pieces, and what was left behind by a server that died is swept.
 * The adversary who exchanges pieces gains nothing: the envelope binds each part of it to its place.
 */
import { setImmediate } from 'node:timers/promises'
import { besideCall } from '../../platform/once/index.ts'
import type { Store, Tx } from '../../platform/store/store.ts'
import type { Content } from './pieces.ts'
import type { StateDeps } from './ports.ts'
import { tampered } from './seal.ts'
import { bodyOf, deletePieces, insertBody, insertPiece, pieceOf } from './store.ts'
import type { BodyRow, VersionRow } from './store.ts'

/** What seals the bytes, and the bytes. `id`: `stb_`, of this one sealing. */
export type SealedBody = Pick<BodyRow, 'version' | 'workspace' | 'kind' | 'head' | 'kek'> & { id: string; content: Content }

/** With the digest that the bytes were sealed under. */
export type Kept = { row: BodyRow; bytes: Buffer; digest: string }

/** A unit that may make use of the bodies (`insertBodies`). What it does not name in the end is gone again. */
export async function withBodies<T>(deps: { store: Store }, bodies: readonly SealedBody[], unit: (tx: Tx) => Promise<T>): Promise<T> {
  const large = bodies.filter(({ content }) => content.whole === null)
  try {
    await besideCall(async () => {
      for (const { id, content } of large) {
        let number = 0
        for await (const bytes of content.pieces()) {
          const piece = { body: id, number: number++, bytes }
          await deps.store.write((tx) => insertPiece(tx, piece))
        }
      }
    })
    return await deps.store.write(unit)
  } finally {
    // Where this fails as well, the sweep finds them.
    for (const body of large) await besideCall(() => takeBack(deps, body)).catch(() => undefined)
  }
}

/** In the unit of the version, or of what was read of it later. Where another sealing of the same is there already, that one stays. */
export async function insertBodies(tx: Tx, bodies: readonly SealedBody[]): Promise<void> {
  for (const body of bodies) {
    const { id, version, workspace, kind, head, kek, content } = body
    if (!(await insertBody(tx, { version, workspace, kind, head, kek, body: id, pieces: content.laid() }))) continue
    if (content.whole) await insertPiece(tx, { body: id, number: 0, bytes: content.whole })
  }
}

/** Unless it is named. An answer that was lost says nothing: it is looked up. */
async function takeBack({ store }: { store: Store }, { id, version, kind }: SealedBody): Promise<void> {
  if ((await store.read((db) => bodyOf(db, version, kind)))?.body !== id) await store.write((tx) => deletePieces(tx, id))
}

/** @returns null where there is none. @throws StateError `state_tampered` where a part of one is missing */
export async function pickUp({ store }: { store: Store }, of: VersionRow, kind: BodyRow['kind']): Promise<Kept | null> {
  const begun = await store.read(async (db) => {
    const row = await bodyOf(db, of.sealed_as, kind)
    return row && { row, first: await pieceOf(db, row.body, 0) }
  })
  if (!begun) return null
  const { row, first } = begun
  if (row.workspace !== of.workspace || first === null) throw missing(of)
  const pieces = [first]
  for (let number = 1; number < row.pieces; number++) {
    await setImmediate()
    const next = await store.read((db) => pieceOf(db, row.body, number))
    if (next === null) throw missing(of)
    pieces.push(next)
  }
  return { row, bytes: pieces.length === 1 ? Buffer.from(first.buffer, first.byteOffset, first.byteLength) : Buffer.concat(pieces), digest: of.digest }
}

/** @throws StateError `state_tampered` also where there is none */
export async function bytesOf(deps: { store: Store }, of: VersionRow): Promise<Kept> {
  const found = await pickUp(deps, of, 'state')
  if (!found) throw missing(of)
  return found
}

const missing = (of: VersionRow) => tampered(`the bytes of version ${of.number} are missing`)

/** No body is on its way for so long. */
const LEFT_BEHIND = 24 * 3600_000
const BATCH = 20

/** Pieces that a server left behind when it died. @returns how many bodies they were of */
export async function sweepPieces({ store, clock }: Pick<StateDeps, 'store' | 'clock'>): Promise<number> {
  // Ids begin with the time at which they were made (platform/ids.ts).
  const before = `stb_${Math.max(0, clock.now() - LEFT_BEHIND).toString(16).padStart(12, '0')}`
  return store.write(async (tx) => {
    const left = await tx.selectFrom('state_piece as p').select('p.body').distinct().where('p.body', '<', before)
      .where((e) => e.not(e.exists(e.selectFrom('state_body as b').select('b.body').whereRef('b.body', '=', 'p.body')))).orderBy('p.body').limit(BATCH).execute()
    for (const { body } of left) await deletePieces(tx, body)
    return left.length
  })
}
