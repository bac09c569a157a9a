/** Where checkpoints go beyond this host, wired: what fails is logged and counted, and the owners are told when it lasts. */
import type { Logger } from 'pino'
import { awayPlace, createAway, type Away } from '../ledger/away/index.ts'
import type { CheckpointPlace } from '../platform/setting-checkpoints.ts'
import type { NoticeDesk } from '../watch/notices/index.ts'
import type { Base } from './base.ts'

/** `environment`: where git and the AWS SDK find what they are let in with. */
export type AwaySettings = { places: readonly CheckpointPlace[]; webhookSecret: string; environment: NodeJS.ProcessEnv; tryMs?: number }

export function awayOf({ store, clock, telemetry }: Base, notices: NoticeDesk, { away, log }: { away?: AwaySettings | undefined; log: Logger }): Away {
  const { places = [], webhookSecret = '', environment = {}, tryMs } = away ?? {}
  return createAway({
    store, clock, places: places.map((place) => awayPlace(place, { webhookSecret, environment, now: () => clock.now() })), ...(tryMs === undefined ? {} : { tryMs }),
    failed({ kind, place, error, tries }) {
      telemetry.metrics.add('countersign_checkpoint_sink_failures_total', { sink: kind })
      log.warn({ place, error, tries }, 'checkpoints could not be sent yet')
    },
    alarm: async (tx, { place, error, behindMs }) => {
      const hours = Math.max(1, Math.floor(behindMs / 3_600_000))
      await notices.trouble(tx, { what: 'checkpoints-do-not-leave', title: 'Checkpoints do not leave the host', sentence: `For ${hours === 1 ? 'an hour' : `${hours} hours`} no checkpoint of the ledger has reached ${place}: ${error}` })
    },
  })
}
