/**
 * The installation's database in memory, behind the real writer and the real readers, with a disk that fails when it is told to. Every
 * schedule begins with the same rows: it runs inside of one transaction that is rolled back at its end.
 */
import { connectSqlite, type Connect, type Connection } from '../../src/platform/store/sqlite/connection.ts'
import { storageFailure } from '../../src/platform/store/sqlite/failures.ts'

/** `lost`: the commit fails and nothing lasts. `kept`: it lasts, and fails all the same. `broken`: a statement in the unit fails. */
export type Fault = 'lost' | 'kept' | 'broken'

export class MemoryDatabase {
  /** What happens to the unit that runs next. */
  fault: { kind: Fault; after: number } | null = null
  readonly #real: Connection

  /** @param path of the database that is copied; nobody has it open */
  constructor(path: string) {
    this.#real = connectSqlite(':memory:', 'write')
    const command = (sql: string): void => this.#real.command(sql)
    command(`PRAGMA foreign_keys = OFF; ATTACH '${path.replaceAll("'", "''")}' AS disk`)
    const { rows } = this.#real.query("select type, name, sql from disk.sqlite_master where sql is not null and name not like 'sqlite_%' order by type desc", [])
    for (const { sql } of rows.filter(({ type }) => type === 'table')) command(String(sql))
    for (const { name } of rows.filter(({ type }) => type === 'table')) command(`insert into main."${String(name)}" select * from disk."${String(name)}"`)
    for (const { sql } of rows.filter(({ type }) => type !== 'table')) command(String(sql))
    command('DETACH disk; PRAGMA foreign_keys = ON')
  }

  readonly connect: Connect = (_path, mode) => (mode === 'write' ? this.#writing() : this.#reading())

  begin(): void {
    this.#real.command('BEGIN')
  }

  rewind(): void {
    this.#real.command('ROLLBACK')
  }

  /** How many leaves the ledger has now. */
  leaves(): number {
    return Number(this.#real.query('select size from ledger_head where id = 1', []).rows[0]?.['size'])
  }

  /** Reads run one at a time and between units: what they see is what was committed last. */
  #reading(): Connection {
    let open = false
    return {
      query: (sql, parameters) => this.#real.query(sql, parameters),
      command: (sql) => void (open = sql === 'BEGIN'),
      get inTransaction() {
        return open
      },
      close: () => undefined,
    }
  }

  /** The writer's transaction as a savepoint within the schedule's. */
  #writing(): Connection {
    let open = false
    const real = this.#real
    const commands: Record<string, () => void> = {
      'BEGIN IMMEDIATE': () => {
        real.command('SAVEPOINT writing')
        open = true
      },
      COMMIT: () => {
        this.#fail('lost')
        real.command('RELEASE writing')
        open = false
        this.#fail('kept')
      },
      ROLLBACK: () => {
        real.command('ROLLBACK TO writing; RELEASE writing')
        open = false
      },
    }
    return {
      query: (sql, parameters) => {
        this.#fail('broken')
        return real.query(sql, parameters)
      },
      command: (sql) => (commands[sql] ?? (() => real.command(sql)))(),
      get inTransaction() {
        return open
      },
      close: () => undefined,
    }
  }

  #fail(kind: Fault): void {
    if (this.fault?.kind !== kind || this.fault.after-- > 0) return
    this.fault = null
    throw storageFailure(Object.assign(new Error('disk I/O error (on purpose)'), { errcode: 10 }), 'memory')
  }
}
