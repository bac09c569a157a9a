/**
 * A place beyond this host that keeps checkpoints. What the keeper of the database, the folder and the key can reach proves nothing
 * against them; a place is worth as much as it is out of their reach.
 *
 * Obligations: `send` resolves when the place has all of them durably, and throws otherwise; it is called again with the same ones, so a
 * place may get one twice and never half. It ends when `signal` says so, whatever hangs. A place that holds another checkpoint of the same
 * size says so (AwayConflict) and keeps what it has.
 */
import { createHash } from 'node:crypto'
import type { CheckpointPlace } from '../../platform/setting-checkpoints.ts'
import type { Checkpoint } from '../index.ts'
import { appendTo } from './file.ts'
import { commitTo } from './git.ts'
import { putInto } from './s3.ts'
import { callOf } from './webhook.ts'

export type Send = (batch: readonly Checkpoint[], signal: AbortSignal) => Promise<void>

export type AwayPlace = { readonly id: string; readonly kind: CheckpointPlace['kind']; readonly shown: string; readonly send: Send }

export type AwayOptions = { webhookSecret: string; environment: NodeJS.ProcessEnv; now: () => number }

export function awayPlace(place: CheckpointPlace, options: AwayOptions): AwayPlace {
  return { id: `${place.kind}-${createHash('sha256').update(place.text).digest('hex').slice(0, 16)}`, kind: place.kind, shown: place.shown, send: senderOf(place, options) }
}

function senderOf(place: CheckpointPlace, { webhookSecret, environment, now }: AwayOptions): Send {
  switch (place.kind) {
    case 'file': return appendTo(place.path)
    case 'git': return commitTo(place, environment)
    case 's3': return putInto(place, environment, now)
    case 'webhook': return callOf(place.url, webhookSecret, now)
  }
}
