/**
 * What happens by itself: recording what has expired, deleting what nobody can use, a checkpoint now and then. Of several servers of one
 * database one does what is the database's, under a lease; what is a server's own each of them does.
 */
import type { Logger } from 'pino'
import { sweepPlans } from '../doors/runs/kept.ts'
import { sweepSilent } from '../doors/runs/report.ts'
import { readLeftBehind } from '../doors/state/facts.ts'
import { judgeEnded } from '../doors/state/reconcile.ts'
import { sweepVersions } from '../doors/state/retention.ts'
import { rewrapAll } from '../doors/state/rewrap.ts'
import { createLease } from '../platform/leases.ts'
import { pulse } from '../platform/servers.ts'
import type { Parts } from './parts.ts'
import { writePolicyFile } from './policy-file.ts'

const EVERY = 30_000

type Job = readonly [name: string, job: () => Promise<unknown>]

/** Once for all servers; each bears being done twice. */
const shared = (parts: Parts, log: Logger): readonly Job[] => [
  ['expired challenges', () => parts.gate.sweepExpired()],
  ['silent runs', () => sweepSilent(parts.runs)],
  ['plans left behind', () => sweepPlans(parts.runs)],
  ['notices', () => parts.notices.deliver()],
  ['old notices', () => parts.notices.sweep()],
  ['runs to compare with their states', () => judgeEnded(parts.state)],
  ['old versions of states', () => sweepVersions(parts.state)],
  ['states left unread', () => readLeftBehind(parts.state)],
  ['keys of states', () => rewrapAll(parts.state, ({ done, remaining, failed }) => log.info({ done, remaining, failed }, 'keys of states are wrapped anew'))],
  ['expired sessions', () => parts.identity.sweep()],
  ['old calls', () => parts.base.once.sweep()],
  // Begun, not waited for: a place that hangs holds up nothing.
  ['checkpoints leave', async () => parts.away.begin()],
]

/** For each server: its folder, its memory, its sign of life. */
const own = (parts: Parts): readonly Job[] => [
  ['policy of other servers', () => parts.followPolicy()],
  ['checkpoint', () => parts.base.ledger.checkpoint()],
  ['sign of life', () => pulse(parts.base.store, parts.base.server, parts.base.clock.now())],
]

export function startJobs(parts: Parts, log: Logger): { stop(): Promise<void> } {
  const lease = createLease(parts.base, 'jobs', 3 * EVERY)
  let running: Promise<void> | null = null
  const perform = async ([name, job]: Job): Promise<void> => {
    if (!gone.signal.aborted) await parts.base.telemetry.job(name, job, (error) => log.warn({ err: error }, `job failed: ${name}`))
  }
  const tick = async (): Promise<void> => {
    for (const job of own(parts)) await perform(job)
    let leads = false
    await perform(['lease of the jobs', async () => void (leads = await lease.take())])
    if (leads) for (const job of shared(parts, log)) await perform(job)
  }
  const timer = setInterval(() => void (running ??= tick().finally(() => (running = null))), EVERY)
  timer.unref()
  const gone = new AbortController()
  void followPolicy(parts, log, gone.signal)
  return {
    async stop() {
      clearInterval(timer)
      gone.abort()
      await running
      await parts.away.stop()
      await lease.giveBack().catch((error: unknown) => log.warn({ err: error }, 'the lease of the jobs was not given back; another server takes it when it ends'))
    },
  }
}

/** The policy in force follows the database, which other servers write too; policy.yaml follows the policy in force. */
async function followPolicy(parts: Parts, log: Logger, signal: AbortSignal): Promise<void> {
  let seen = parts.base.notify.version()
  for (;;) {
    if ((await parts.base.notify.wait('policy', seen, 3_600_000, signal)) === 'aborted') return
    seen = parts.base.notify.version()
    await parts.followPolicy().catch((error: unknown) => log.error({ err: error }, 'the policy in the database does not hold; what was in force stays, and everything that is asked is denied'))
    try {
      if (parts.pin.digest() !== null) writePolicyFile(parts.base.dataDir, parts.pin.current())
    } catch (error) {
      log.warn({ err: error }, 'policy.yaml could not be written; the countersigned policy is in force all the same')
    }
  }
}
