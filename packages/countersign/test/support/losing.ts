/**
 * A PostgreSQL on which every unit of work loses once, after it has done everything: as if another server's unit had come first. So
 * whatever runs on it proves that its units can be run again from their beginning, with one effect.
 */
import { Contended } from '../../src/platform/store/postgres/failures.ts'
import { connectPostgres, type ConnectPostgres, type Session } from '../../src/platform/store/postgres/sessions.ts'

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
      if (sql.startsWith('BEGIN')) first = sql.includes('ROW SHARE')
      if (sql !== 'COMMIT' || !first) return await session.command(sql)
      await session.command('ROLLBACK')
      throw new Contended(new Error('this test lets every unit lose once'))
    },
  }
}
