/**
 * Starting and stopping a server. It starts only when everything it will rely on has been checked: settings, data folder,
 * database, keys, ledger against checkpoints, the pinned policy. What is ambiguous stops the start and says what to do.
 *
 * It ends in an order too: first it says so (/readyz), answers who waits, and takes no more work of its own; then it finishes what is
 * under way, for so long and no longer; then it closes what that needed.
 */
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Seen } from '../ledger/index.ts'
import type { Clock } from '../platform/clock.ts'
import { steadyClock } from '../platform/clock.ts'
import { createLog } from '../platform/log.ts'
import type { Address } from '../platform/setting-values.ts'
import type { ConnectPostgres } from '../platform/store/postgres/sessions.ts'
import { endsWithin } from '../platform/within.ts'
import { createTelemetry, openTracing } from '../platform/telemetry/index.ts'
import { noRoots, readAttestationRoots } from '../identity/index.ts'
import { createApp } from './app.ts'
import { checkExposure, exposureWarning } from './exposure.ts'
import { checkMetricsExposure, readToken } from './http/metrics.ts'
import { trustIn } from './http/proxies.ts'
import { openBase } from './base.ts'
import { startJobs } from './jobs.ts'
import { listen, type Listening } from './listen.ts'
import { assemble } from './parts.ts'
import { tellOfRestore } from './upkeep/tell.ts'
import type { Readiness } from './readiness.ts'
import type { AwaySettings } from './away.ts'
import type { NoticeSettings, Parts, Programs } from './parts.ts'
import type { StateLimits } from '../doors/state/ports.ts'
import type { StateKeySettings } from './state.ts'
import { consoleFolder } from './places.ts'
import { openCertificates, type TlsFiles } from './tls.ts'
import { version } from './version.ts'
import { watchedBy } from './watched.ts'

export type StartOptions = {
  dataDir: string
  /** PostgreSQL in place of the database in the folder. */
  databaseUrl?: string | undefined
  addresses: Address[]
  /** The public URL: an origin. Its host name is the rpId of every key. */
  url: string
  /** HTTPS with these files; without them plain HTTP, on this machine or to a named proxy. */
  tls?: TlsFiles | null
  /** Addresses and networks of reverse proxies. */
  trustedProxies?: readonly string[]
  /** Other addresses that are answered, while an installation moves. */
  alsoUrls?: readonly string[] | undefined
  demonstration?: boolean
  /** The sign-in of programs. */
  programs?: Programs | undefined
  /** Print a link with which the one owner comes back without a key. */
  recoverOwner?: boolean | undefined
  /** Checkpoints that terminals on this machine remember, and the code with which the host goes on with a database that is older than one. */
  seen?: readonly Seen[] | undefined
  acceptOlder?: string | undefined
  /** Where people are told: e-mail, webhook, chat. */
  notices?: NoticeSettings | undefined
  /** Where checkpoints go beyond this host. */
  away?: AwaySettings | undefined
  /** A PEM file with the roots to which attestations of keys are verified; "" for none. */
  attestationRoots?: string | undefined
  /** Of the states that are kept here, and how their keys are kept. */
  stateLimits?: Partial<StateLimits> | undefined
  stateKeys?: StateKeySettings | undefined
  /** Addresses of their own for metrics and health, and the file with the token that reads metrics; none by default. */
  metricsListen?: readonly Address[]
  metricsTokenFile?: string
  /** Requests a minute of one address; 1,200 unless said. */
  requestLimit?: number
  /** How long an ending server still takes requests, and how long those under way may then take; ms. */
  drainMs?: number
  graceMs?: number
  /** Where OpenTelemetry's own variables stand. */
  environment?: Readonly<Record<string, string | undefined>>
  log?: Logger
  clock?: Clock
  consoleFolder?: string
  /** Where tests put a PostgreSQL server that fails. */
  connectPostgres?: ConnectPostgres | undefined
}

export type RunningServer = {
  url: string
  /** The one-time link of the set-up, or null when there is an owner. */
  setupLink: string | null
  setupExpiresAt: number | null
  /** The one-time link of the owner's recovery, where it was asked for. */
  recovery: { link: string; name: string; expiresAt: number } | null
  parts: Parts
  app: FastifyInstance
  /** Reads the certificate files again; true when what is in them is served, or when there are none. */
  reloadCertificates(): boolean
  /** Idempotent. Takes as long as `drainMs` and `graceMs` allow, and little longer. */
  close(): Promise<void>
}

export async function startServer(options: StartOptions): Promise<RunningServer> {
  const log = options.log ?? createLog('info')
  const demonstration = options.demonstration ?? false
  const clock = options.clock ?? steadyClock()
  const exposure = { addresses: options.addresses, url: options.url, tls: options.tls ?? null, trustedProxies: options.trustedProxies ?? [] }
  checkExposure(exposure)
  const warning = exposureWarning(exposure)
  if (warning !== '') log.warn(warning)
  const attestationRoots = options.attestationRoots ? readAttestationRoots(options.attestationRoots) : noRoots
  const certificates = exposure.tls && openCertificates(exposure.tls, new URL(options.url).hostname, () => clock.now(), log)
  const token = readToken(options.metricsTokenFile ?? '')
  checkMetricsExposure(options.metricsListen ?? [], token)
  const undo: (() => void | Promise<void>)[] = [() => certificates?.stop()]
  try {
    const tracing = await openTracing({ environment: options.environment ?? {}, version, say: log })
    undo.push(() => tracing.close())
    const telemetry = createTelemetry({ tracing, now: () => clock.now() })
    const base = await openBase({ dataDir: options.dataDir, databaseUrl: options.databaseUrl, clock, log, telemetry, connectPostgres: options.connectPostgres, seen: options.seen, acceptOlder: options.acceptOlder })
    undo.push(() => base.close())
    const parts = await assemble(base, { url: options.url, alsoUrls: options.alsoUrls, demonstration, log, programs: options.programs, notices: options.notices, away: options.away, attestationRoots, stateKeys: options.stateKeys, stateLimits: options.stateLimits })
    undo.push(() => parts.state.reader.close())
    undo.push(() => parts.runs.plans.close())
    await tellOfRestore(parts)
    const trust = trustIn(exposure.trustedProxies)
    const app = await createApp(parts, { log, demonstration, consoleFolder: options.consoleFolder ?? consoleFolder, trust, requestLimit: options.requestLimit ?? REQUEST_LIMIT })
    const watched = watchedBy(parts, { log, token })
    undo.push(await watched.listen(options.metricsListen ?? []))
    const listening = await listen(app, { addresses: exposure.addresses, certificates, trust, doors: watched.doors })
    const jobs = startJobs(parts, log)
    undo.push(once(() => end({ parts, listening, jobs, log, readiness: watched.readiness, drainMs: options.drainMs ?? 0, graceMs: options.graceMs ?? GRACE_MS })))
    const setup = (await parts.identity.setUp.done()) ? null : await parts.identity.setUp.issueToken()
    const recovery = options.recoverOwner === true ? await parts.identity.hostRecovery.issue() : null
    if (recovery) log.warn({ person: recovery.person.id }, 'started with --recover-owner: the owner can come back without a key')
    return {
      url: parts.place.origin, parts, app,
      setupLink: setup ? `${parts.place.origin}/setup#${setup.token}` : null,
      setupExpiresAt: setup?.expiresAt ?? null,
      recovery: recovery ? { link: `${parts.place.origin}/recover#${recovery.token}`, name: recovery.person.name, expiresAt: recovery.expiresAt } : null,
      reloadCertificates: () => certificates?.reload() ?? true,
      close: once(() => inReverse(undo)),
    }
  } catch (error) {
    await inReverse(undo)
    throw error
  }
}

const REQUEST_LIMIT = 1200
const GRACE_MS = 10_000

type Ending = { parts: Parts; listening: Listening; jobs: ReturnType<typeof startJobs>; log: Logger; readiness: Readiness; drainMs: number; graceMs: number }

async function end({ parts, listening, jobs, log, readiness, drainMs, graceMs }: Ending): Promise<void> {
  log.info({ drainMs, graceMs }, 'ending')
  readiness.drain()
  // Jobs first: one of them waits as people do, and would begin anew.
  const idle = jobs.stop()
  parts.base.notify.close()
  listening.drain()
  if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs))
  const [finished, quiet] = await Promise.all([listening.close(graceMs), endsWithin(graceMs, idle)])
  if (!finished || !quiet) log.warn({ graceMs, requests: finished, jobs: quiet }, 'not everything that was under way had finished in time')
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}

/** What was opened last is closed first: nobody is served by a part that has ended. */
async function inReverse(undo: (() => void | Promise<void>)[]): Promise<void> {
  for (const step of undo.splice(0).toReversed()) await step()
}
