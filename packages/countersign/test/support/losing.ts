/**
 * A PostgreSQL on which units of work lose once, after they have done everything: as if another server's unit had come first. So
 * whatever runs on it shows that its units can be run again from their beginning, with one effect. Every fourth loses, so that those of
 * the whole suite come round at a bearable price; in the long form every one.
 */
import { Contended } from '../../src/platform/store/postgres/failures.ts'
import { connectPostgres, type ConnectPostgres, type Session } from '../../src/platform/store/postgres/sessions.ts'

const EVERY = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 1 : 4
let begun = 0

export const losingOnce: ConnectPostgres = (address, limits) => {
  const sessions = connectPostgres(address, limits)
  return { ...sessions, take: async () => losing(await sessions.take()) }
}

function losing(session: Session): Session {
  let first = false
  return {
    query: (sql, parameters, kind) => session.query(sql, parameters, kind),
    release: (broken) => session.release(broken),
    command: async (sql) => {
      if (sql.startsWith('BEGIN')) first = sql.includes('ROW SHARE') && begun++ % EVERY === 0
      if (sql !== 'COMMIT' || !first) return await session.command(sql)
      await session.command('ROLLBACK')
      throw new Contended(new Error('this test lets units lose once'))
    },
  }
}
