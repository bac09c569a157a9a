/** What balancers, probes and Prometheus ask of this server: readiness and metrics, wired to its parts. */
import type { Logger } from 'pino'
import { digestInForce } from '../doors/admin/policy-pin.ts'
import { pulse } from '../platform/servers.ts'
import type { Address } from '../platform/setting-values.ts'
import type { PlainDoor } from './http/answer.ts'
import { healthDoor } from './http/health.ts'
import { metricsDoor } from './http/metrics.ts'
import { listenApart } from './listen.ts'
import { observing } from './observed.ts'
import type { Parts } from './parts.ts'
import { createReadiness, type Readiness } from './readiness.ts'

export type Watched = {
  readiness: Readiness
  /** For the listeners that people come to as well. */
  doors: readonly PlainDoor[]
  /** Opens the listeners of their own; answers what closes them. */
  listen(addresses: readonly Address[]): Promise<() => Promise<void>>
}

export function watchedBy(parts: Parts, { log, token }: { log: Logger; token: string }): Watched {
  const { telemetry: { metrics }, store, clock, checkpointedAt, notify } = parts.base
  const readiness = createReadiness({ checks: checksOf(parts), metrics, log })
  const observe = observing({ store, clock, metrics, checkpointedAt, away: parts.away, waiters: () => notify.waiting() })
  const health = healthDoor(readiness)
  const doors = (at: 'apart' | URL): PlainDoor[] => [health, metricsDoor({ metrics, observe, token, at })]
  return { readiness, doors: doors(new URL(parts.place.origin)), listen: (addresses) => listenApart(addresses, doors('apart')) }
}

function checksOf(parts: Parts): Parameters<typeof createReadiness>[0]['checks'] {
  const { base, identity, pin } = parts
  return {
    database: () => base.store.read((db) => db.selectFrom('ledger_head').select('size').where('id', '=', 1).executeTakeFirstOrThrow()),
    // Database and checkpoints folder: an entry counts for nothing before both have taken it.
    ledger: async () => {
      await pulse(base.store, base.server, base.clock.now())
      await base.ledger.checkpoint()
    },
    // Before the set-up there is nothing to pin, and the server must be reachable to be set up.
    policy: async () => {
      if (!(await identity.setUp.done())) return
      await parts.followPolicy()
      // What the gate compares before each decision: where it differs, everything that is asked is denied.
      if ((await base.store.read(digestInForce)) !== pin.current().digest) throw new Error('the policy in the database is not the one that its chain proves')
    },
  }
}
