/** The PostgreSQL store, put together: address, sessions, units, readers, schema. The data folder still holds keys and checkpoints. */
import type { Clock } from '../../clock.ts'
import { lockFolder, privateFolder } from '../data-folder.ts'
import { StorageError } from '../errors.ts'
import { migrate, rehearseOver, requireMigrated, type MigrationHost } from '../migrate.ts'
import type { Migration, Store } from '../store.ts'
import { newTurns } from '../turns.ts'
import { parseDatabaseUrl } from './address.ts'
import { postgresTongue } from './dialect.ts'
import { Readers } from './readers.ts'
import { prepareDatabase, requireUsable } from './schema.ts'
import type { ConnectPostgres } from './sessions.ts'
import { Units } from './units.ts'
import { createPeers } from './wake-ups.ts'

export type PostgresLimits = { queue: number; readers: number; readQueue: number; unitMs: number }

export type PostgresOptions = {
  url: string
  dataDir: string
  migrations: readonly Migration[]
  readOnly: boolean
  anySchema: boolean
  clock: Clock
  limits: PostgresLimits
  connect: ConnectPostgres
}

/** Units beside one another in one server. More would only lose to one another at the tree head; they go together instead. */
const UNITS = 4

const rehearse: MigrationHost['rehearse'] = (work) => rehearseOver(postgresTongue, work)

export async function openPostgres(options: PostgresOptions): Promise<Store> {
  const { migrations, limits, clock } = options
  const address = parseDatabaseUrl(options.url)
  // Beside units and reads two connections: for those units that go together, and for schema and wake-ups.
  const sessions = options.connect(address, { connections: UNITS + limits.readers + 2, unitMs: limits.unitMs })
  const turns = newTurns()
  const readers = new Readers({ sessions, turns, limits })
  if (options.readOnly) {
    try {
      await requireUsable(sessions, address.shown)
      if (!options.anySchema) await requireMigrated({ read: (work) => readers.read(work), change: refuseChange, rehearse }, migrations)
    } catch (error) {
      await sessions.close()
      throw error
    }
    return { dialect: 'postgres', read: (work) => readers.read(work), write: refuseChange, close: once(async () => {
      await readers.close()
      await sessions.close()
    }) }
  }
  let unlock: (() => void) | undefined
  try {
    privateFolder(options.dataDir)
    unlock = lockFolder(options.dataDir, clock.now())
    const units = new Units({ sessions, turns, shown: address.shown, limits: { ...limits, units: UNITS } })
    const host: MigrationHost = { read: (work) => readers.read(work), change: (work) => units.submit((tx, turn) => work(tx, turn.statements ?? []), 'migration'), rehearse }
    await prepareDatabase(sessions, address.shown, () => migrate(host, migrations, () => clock.now()))
    const peers = createPeers(address, sessions)
    const close = async (): Promise<void> => {
      await units.close()
      await readers.close()
      await peers.close()
      await sessions.close()
      unlock?.()
    }
    return { dialect: 'postgres', read: (work) => readers.read(work), write: (work) => units.submit(work), commits: () => units.commits, peers, close: once(close) }
  } catch (error) {
    await sessions.close()
    unlock?.()
    throw error
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}

function refuseChange(): Promise<never> {
  return Promise.reject(new StorageError('statement_refused', 'The database was opened for reading only.'))
}
