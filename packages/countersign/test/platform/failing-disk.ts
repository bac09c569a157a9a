/** A disk that fails on purpose: the writing connection throws before a command reaches SQLite, or after it has. Opening a reader can fail too. */
import { connectSqlite, type Connect } from '../../src/platform/store/sqlite/connection.ts'
import { storageFailure } from '../../src/platform/store/sqlite/failures.ts'

export type Fault = { command: RegExp; when: 'without effect' | 'with effect'; times: number }

export function failingDisk(): { connect: Connect; faults: Fault[]; log: string[]; opened: () => number } {
  const faults: Fault[] = []
  const log: string[] = []
  let opened = 0
  const hit = (path: string, sql: string, when: Fault['when']): void => {
    const fault = faults.find((one) => one.times > 0 && one.when === when && one.command.test(sql))
    if (fault === undefined) return
    fault.times -= 1
    throw storageFailure(Object.assign(new Error('disk I/O error (on purpose)'), { errcode: 10 }), path)
  }
  const connect: Connect = (path, mode) => {
    hit(path, `OPEN ${mode}`, 'without effect')
    opened += 1
    const real = connectSqlite(path, mode)
    const through = <T>(sql: string, work: () => T): T => {
      if (mode === 'read') return work()
      hit(path, sql, 'without effect')
      const result = work()
      log.push(sql)
      hit(path, sql, 'with effect')
      return result
    }
    return {
      query: (sql, parameters) => through(sql, () => real.query(sql, parameters)),
      command: (sql) => through(sql, () => real.command(sql)),
      get inTransaction() {
        return real.inTransaction
      },
      close: () => real.close(),
    }
  }
  return { connect, faults, log, opened: () => opened }
}
