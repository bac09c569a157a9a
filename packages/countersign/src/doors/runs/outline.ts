/**
 * What a plan does, without what it does it with: addresses and actions out of its packed text. What a state is compared with
 * (doors/state/planned.ts) is this much, and a plan of 50 MB is a few of them.
 */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { RedactedChange, RedactedPlan } from '../../plan/index.ts'
import { LARGEST_REQUEST } from './asked.ts'

/** JSON, UTF-8, with the members of a redacted plan that are told; null where it is not the plan of that digest. It was read as a plan when it came. */
export function outlineOf(packed: Uint8Array, digest: string): Uint8Array | null {
  const text = unpacked(packed)
  if (text === null || createHash('sha256').update(text).digest('hex') !== digest) return null
  const plan = JSON.parse(text.toString('utf8')) as RedactedPlan
  const outline = {
    resource_changes: plan.resource_changes.map(({ address, previous_address, deposed, change }) => ({ address, previous_address, deposed, change: changeOf(change) })),
    output_changes: Object.fromEntries(Object.entries(plan.output_changes).map(([name, change]) => [name, changeOf(change)])),
    resource_drift: plan.resource_drift.map(({ address }) => ({ address })),
  }
  return new TextEncoder().encode(JSON.stringify(outline))
}

const changeOf = ({ actions, importing }: RedactedChange) => ({ actions, importing })

/** How much text there is, as its last bytes say (RFC 1952). They may lie: it is what is worth a thread, and no more. */
export function sizeOf(packed: Uint8Array): number {
  return packed.byteLength < 18 ? 0 : Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).readUInt32LE(packed.byteLength - 4)
}

/** No more is ever made than can have come. */
function unpacked(packed: Uint8Array): Buffer | null {
  try {
    return gunzipSync(packed, { maxOutputLength: LARGEST_REQUEST })
  } catch {
    return null
  }
}
