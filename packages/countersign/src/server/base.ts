/** The ground everything stands on: data folder, database, keys, ledger; each checked before anything is served. */
import type { Logger } from 'pino'
import { hkdfSync } from 'node:crypto'
import { join } from 'node:path'
import { adminMigrations } from '../doors/admin/tables.ts'
import { runsMigrations } from '../doors/runs/tables.ts'
import { stateMigrations } from '../doors/state/tables.ts'
import { GateError, gateMigrations } from '../gate/index.ts'
import { identityMigrations } from '../identity/index.ts'
import { noticeMigrations } from '../watch/notices/index.ts'
import { ledgerMigrations, openLedger } from '../ledger/index.ts'
import type { Ledger, Seen } from '../ledger/index.ts'
import type { Clock } from '../platform/clock.ts'
import { loadInstance, platformMigrations } from '../platform/instance.ts'
import { openKeyFiles } from '../platform/key-files.ts'
import type { Keyring } from '../platform/keyring.ts'
import { diskFolder } from '../platform/folder.ts'
import { createNotify } from '../platform/notify.ts'
import type { ClosableNotify } from '../platform/notify.ts'
import { systemRandom } from '../platform/random.ts'
import type { Random } from '../platform/random.ts'
import { openStore } from '../platform/store/open.ts'
import type { ConnectPostgres } from '../platform/store/postgres/sessions.ts'
import type { Migration, Store, Tx } from '../platform/store/store.ts'
import { afterCommit } from '../platform/store/unit.ts'
import { leaseMigrations } from '../platform/leases.ts'
import { createOnce, onceMigrations, onceStore } from '../platform/once/index.ts'
import type { Once } from '../platform/once/index.ts'
import { createRowMacs, rowMacKey } from '../platform/row-mac.ts'
import type { RowMacs } from '../platform/row-mac.ts'
import { createSealing } from '../platform/sealing.ts'
import { highestTime, newServerId, serverMigrations } from '../platform/servers.ts'
import { createTelemetry, watchedStore, type Telemetry } from '../platform/telemetry/index.ts'
import { markAccepted, markMigrations, refuseUnusable } from './upkeep/marks.ts'
import { settle, type Settled } from './upkeep/settle.ts'
import { version } from './version.ts'

/** Every room's migrations, in the order in which rooms may refer to one another's tables. */
export const migrations: readonly Migration[] = [
  ...platformMigrations, ...serverMigrations, ...onceMigrations, ...leaseMigrations, ...markMigrations, ...ledgerMigrations, ...identityMigrations, ...gateMigrations, ...noticeMigrations, ...runsMigrations, ...adminMigrations, ...stateMigrations,
]

export type Base = {
  dataDir: string
  instance: string
  org: string
  store: Store
  ledger: Ledger
  keyring: Keyring
  notify: ClosableNotify
  telemetry: Telemetry
  once: Once
  rowMacs: RowMacs
  /** What this start did to a database that was restored or moved. */
  settled: readonly Settled[]
  /** Of this process; random. */
  server: string
  /** When the newest checkpoint was last known to cover everything that was committed before; ms. */
  checkpointedAt: () => number
  clock: Clock
  random: Random
  afterCommit: (tx: Tx, hook: () => void) => void
  notSetUp: () => Error
  close(): Promise<void>
}

export async function openBase(options: { dataDir: string; databaseUrl?: string | undefined; clock: Clock; log: Logger; random?: Random; telemetry?: Telemetry; connectPostgres?: ConnectPostgres | undefined; seen?: readonly Seen[] | undefined; acceptOlder?: string | undefined }): Promise<Base> {
  const { dataDir, clock, log } = options
  const random = options.random ?? systemRandom
  const telemetry = options.telemetry ?? createTelemetry()
  const opened = await openStore({ dataDir, databaseUrl: options.databaseUrl, migrations, clock, connectPostgres: options.connectPostgres })
  const store = onceStore(watchedStore(opened, telemetry.metrics), clock)
  telemetry.metrics.set('countersign_build_info', { version, node: process.versions.node, database: store.dialect }, 1)
  try {
    await refuseUnusable(opened)
    clock.atLeast?.(Math.max(await highestTime(store), await lastWritten(store)))
    const keyring = await openKeyFiles(join(dataDir, 'keys'), random)
    const { instance, org } = await loadInstance(store, clock, random)
    const sealing = await keyring.secret('sealing')
    const { ledger: untimed, start } = await openLedger({ store, keyring, clock, random, instance, folder: await diskFolder(join(dataDir, 'checkpoints')), seen: options.seen ?? [], older: { accept: options.acceptOlder ?? null, record: (accepted) => markAccepted(store, clock, accepted) } })
    log[start.action === 'start' ? 'debug' : 'warn']({ case: start.code, action: start.action }, start.message)
    const { ledger, checkpointedAt } = timed(untimed, clock)
    const settled = await settle({ store, ledger, clock })
    for (const one of settled) log.warn(one, one.what === 'restored' ? 'this database was restored from a backup: what was open in it is void' : 'this database was moved here from another one')
    // In the folder from the first moment on: whatever is older than this does not start beside it any more.
    if (settled.length > 0) await ledger.checkpoint()
    return {
      telemetry, settled, once: createOnce({ store, clock, instance, sealing: createSealing(hkdf(sealing), random) }), rowMacs: createRowMacs(instance, [rowMacKey(sealing)]), server: newServerId(random), checkpointedAt,
      dataDir, instance, org, store, ledger, keyring, clock, random, notify: createNotify(store.peers), afterCommit, close: () => store.close(),
      notSetUp: () => new GateError('not_set_up', 'This server has no owner yet.', 'Open the set-up link that the server printed.'),
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Remembers when a checkpoint was last made, or found to be the newest: its age says whether making them still works. */
function timed(ledger: Ledger, clock: Clock): { ledger: Ledger; checkpointedAt: () => number } {
  let at = clock.now()
  const checkpoint: Ledger['checkpoint'] = async () => {
    const made = await ledger.checkpoint()
    at = clock.now()
    return made
  }
  return { ledger: { ...ledger, checkpoint }, checkpointedAt: () => at }
}

/** A key of its own for what is kept of answers. */
function hkdf(root: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', root, new Uint8Array(), 'countersign.once.v1', 32))
}

/** When the newest leaf says that it was written; ms. */
async function lastWritten(store: Store): Promise<number> {
  const newest = await store.read((db) => db.selectFrom('ledger_leaf').select('leaf').orderBy('idx', 'desc').limit(1).executeTakeFirst())
  return newest ? Date.parse((JSON.parse(newest.leaf) as { time: string }).time) || 0 : 0
}
