/**
 * Where an envelope belongs. What is stored under one place opens in no other: whoever writes the database can copy, swap and
 * put back rows, and each of these changes one of these members.
 */
import { createHash } from 'node:crypto'
import { canonicalize, toBase64url } from '@countersign/proof'

export type Context = {
  readonly instance: string
  readonly kind: 'state' | 'facts'
  /** An id or `project/name`; whatever it is, it is compared byte by byte. */
  readonly workspace: string
  readonly version: string
}

/** What every chunk and the wrapped data key are bound to (docs/spec/state-envelope.md section 3). */
export type Bound = { readonly context: Context; readonly chunk: number; readonly plain: number }

const members = ({ instance, kind, workspace, version }: Context) => ({ instance, kind, version, workspace })

/** Canonical JSON: no two contexts have the same bytes. */
export function aadOf({ context, chunk, plain }: Bound): Buffer {
  return Buffer.from(canonicalize({ ...members(context), chunk, envelope: 'countersign.envelope.v1', plain }))
}

/**
 * Told in clear, so that a row that was moved can be told from one that was changed. It gives nothing away: who reads the row reads the
 * context beside it.
 */
export function placeOf(context: Context): string {
  return toBase64url(createHash('sha256').update(canonicalize({ ...members(context), envelope: 'countersign.place.v1' })).digest())
}
