/**
 * Before the first unit: is this a server and a database that can be worked with, and only one process brings the schema up to date.
 * Servers that start together queue here, at a lock that PostgreSQL takes back when the connection that holds it ends.
 */
import { StorageError } from '../errors.ts'
import type { Session, Sessions } from './sessions.ts'
import { TURN } from './units.ts'

const OLDEST = 150_000
/** Of this program; the lock belongs to the database, so that databases of one server do not meet. */
const SCHEMA_LOCK = 7_420_001

export async function prepareDatabase(sessions: Sessions, shown: string, migrate: () => Promise<void>): Promise<void> {
  await withSession(sessions, async (session) => {
    await requireServer(session, shown)
    await session.command(`SELECT pg_advisory_lock(${SCHEMA_LOCK})`)
    try {
      await session.command(`CREATE TABLE IF NOT EXISTS ${TURN} ()`)
      await migrate()
    } finally {
      await session.command(`SELECT pg_advisory_unlock(${SCHEMA_LOCK})`)
    }
  })
}

/** For those who only read. */
export async function requireUsable(sessions: Sessions, shown: string): Promise<void> {
  await withSession(sessions, (session) => requireServer(session, shown))
}

async function requireServer(session: Session, shown: string): Promise<void> {
  const { rows } = await session.query("select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding", [], 'read')
  const { version, encoding } = rows[0] ?? {}
  if (!(Number(version) >= OLDEST)) throw new StorageError('not_supported', `The database ${shown} is on PostgreSQL ${Math.floor(Number(version) / 10_000)}. It must be 15 or newer.`)
  if (encoding !== 'UTF8') throw new StorageError('not_supported', `The database ${shown} has the encoding ${String(encoding)}. Create one with the encoding UTF8.`)
}

async function withSession(sessions: Sessions, work: (session: Session) => Promise<void>): Promise<void> {
  const session = await sessions.take()
  let clean = false
  try {
    await work(session)
    clean = true
  } finally {
    session.release(!clean)
  }
}
