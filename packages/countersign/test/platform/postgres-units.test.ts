/** Units of two servers on one database: what the rooms rely on since they were written for one writer. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StorageError } from '../../src/platform/store/errors.ts'
import { openStore } from '../../src/platform/store/open.ts'
import { Contended } from '../../src/platform/store/postgres/failures.ts'
import { connectPostgres, type ConnectPostgres } from '../../src/platform/store/postgres/sessions.ts'
import type { Migration, Store, Tx } from '../../src/platform/store/store.ts'
import { afterCommit, atUnitEnd } from '../../src/platform/store/unit.ts'
import { createDatabase, tell } from '../support/database.ts'

declare module '../../src/platform/store/tables.ts' {
  interface Tables {
    pair_row: { id: number; kind: string; used: number }
    pair_head: { id: number; size: number }
  }
}

const migrations: Migration[] = [{ name: 'pair_0001', up: async (db) => {
  await db.schema.createTable('pair_row').addColumn('id', 'bigint', (c) => c.primaryKey()).addColumn('kind', 'text', (c) => c.notNull()).addColumn('used', 'integer', (c) => c.notNull()).execute()
  await db.schema.createTable('pair_head').addColumn('id', 'bigint', (c) => c.primaryKey()).addColumn('size', 'bigint', (c) => c.notNull()).execute()
  await sql`insert into pair_head (id, size) values (1, 0)`.execute(db)
} }]

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}

const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'done', (error: unknown) => (error instanceof StorageError ? error.code : String(error)))

describe('two stores on one database', () => {
  let folder: string
  let url: string
  let drop: () => Promise<void>
  let left: Store
  let right: Store
  /** Tags of what was sent to begin and end, of both. */
  const sent: string[] = []
  const listening: ConnectPostgres = (address, limits) => {
    const sessions = connectPostgres(address, limits)
    return { ...sessions, take: async () => {
      const session = await sessions.take()
      return { ...session, command: (text) => {
        sent.push(text)
        return session.command(text)
      } }
    } }
  }
  const open = (name: string): Promise<Store> => openStore({ dataDir: join(folder, name), databaseUrl: url, migrations, connectPostgres: listening })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-pair-'))
    const made = await createDatabase()
    url = made.url
    drop = made.drop
    left = await open('left')
    right = await open('right')
    sent.length = 0
  })
  afterEach(async () => {
    await left.close()
    await right.close()
    await drop()
    await rm(folder, { recursive: true, force: true })
  })

  const insert = (tx: Tx, id: number, kind = 'a') => tx.insertInto('pair_row').values({ id, kind, used: 0 }).execute()
  const rows = () => left.read((db) => db.selectFrom('pair_row').selectAll().orderBy('id').execute())

  /** Two units that have both looked before either writes: the interleaving that a check-then-write fears. */
  async function bothLookedFirst(work: (tx: Tx, looked: () => Promise<void>, side: number) => Promise<unknown>): Promise<string[]> {
    const gates = [gate(), gate()]
    return await Promise.all([left, right].map((store, side) => codeOf(store.write((tx) => work(tx, async () => {
      gates[side]?.open()
      await Promise.all(gates.map(({ opened }) => opened))
    }, side)))))
  }

  test('there is never more than the most that was allowed, though both counted before either wrote', async () => {
    const results = await bothLookedFirst(async (tx, looked, side) => {
      const { count } = await tx.selectFrom('pair_row').select((row) => row.fn.countAll<number>().as('count')).where('kind', '=', 'waiting').executeTakeFirstOrThrow()
      await looked()
      if (count >= 1) throw new Error('too many')
      await insert(tx, side, 'waiting')
    })
    expect(results.toSorted()).toEqual(['Error: too many', 'done'])
    expect(await rows()).toHaveLength(1)
  })

  test('write skew: each would take away what the other relies on, and only one does', async () => {
    await left.write(async (tx) => {
      await insert(tx, 1, 'owner')
      await insert(tx, 2, 'owner')
    })
    const results = await bothLookedFirst(async (tx, looked, side) => {
      const owners = await tx.selectFrom('pair_row').select('id').where('kind', '=', 'owner').execute()
      await looked()
      if (owners.length < 2) throw new Error('the last owner')
      await tx.updateTable('pair_row').set({ kind: 'gone' }).where('id', '=', side + 1).execute()
    })
    expect(results.toSorted()).toEqual(['Error: the last owner', 'done'])
  })

  test('a conditional update is won once, and the loser is told no rather than an error', async () => {
    await left.write((tx) => insert(tx, 1))
    const won: bigint[] = []
    const results = await bothLookedFirst(async (tx, looked) => {
      await tx.selectFrom('pair_row').selectAll().execute()
      await looked()
      const { numUpdatedRows } = await tx.updateTable('pair_row').set({ used: 1 }).where('id', '=', 1).where('used', '=', 0).executeTakeFirst()
      afterCommit(tx, () => won.push(numUpdatedRows))
    })
    expect(results).toEqual(['done', 'done'])
    expect(won.toSorted((a, b) => Number(a - b))).toEqual([0n, 1n])
  })

  test('an insert that may find its key taken finds it taken', async () => {
    const made: bigint[] = []
    await bothLookedFirst(async (tx, looked) => {
      await tx.selectFrom('pair_row').selectAll().execute()
      await looked()
      const { numInsertedOrUpdatedRows = 0n } = await tx.insertInto('pair_row').values({ id: 1, kind: 'a', used: 0 }).onConflict((on) => on.doNothing()).executeTakeFirst()
      afterCommit(tx, () => made.push(numInsertedOrUpdatedRows))
    })
    expect(made.toSorted((a, b) => Number(a - b))).toEqual([0n, 1n])
  })

  test('one that looked for a key and inserts it learns what it would have seen: its own refusal, not the key\'s', async () => {
    const results = await bothLookedFirst(async (tx, looked) => {
      const there = await tx.selectFrom('pair_row').select('id').where('id', '=', 1).executeTakeFirst()
      await looked()
      if (there) throw new Error('taken')
      await insert(tx, 1)
    })
    expect(results.toSorted()).toEqual(['Error: taken', 'done'])
  })

  test('80 units of both that all append at the end get 80 places, none twice, none left out, whatever their order', async () => {
    const owner = {}
    const attempts = Array.from({ length: 80 }, () => 0)
    await Promise.all(attempts.map((_, at) => (at % 2 === 0 ? left : right).write(async (tx) => {
      attempts[at] = (attempts[at] ?? 0) + 1
      atUnitEnd(tx, owner, async (end) => {
        const { size } = await end.updateTable('pair_head').set((row) => ({ size: row('size', '+', 1) })).where('id', '=', 1).returning('size').executeTakeFirstOrThrow()
        await insert(end, size)
      })
    })))
    expect((await rows()).map(({ id }) => id)).toEqual(Array.from({ length: 80 }, (_, at) => at + 1))
    // Whoever lost was alone the second time, and nobody needed a third; those who waited for that went together.
    expect([Math.min(...attempts), Math.max(...attempts)]).toEqual([1, 2])
    const exclusive = sent.filter((text) => text.includes('IN EXCLUSIVE MODE')).length
    expect(exclusive).toBeGreaterThan(0)
    expect((left.commits?.() ?? 0) + (right.commits?.() ?? 0)).toBeLessThan(40)
  })

  test('of units that share a transaction, what one refuses and what one breaks is undone alone; all are answered after the commit', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, (_, at) => codeOf(left.write(async (tx) => {
      const { size } = await tx.updateTable('pair_head').set((row) => ({ size: row('size', '+', 1) })).where('id', '=', 1).returning('size').executeTakeFirstOrThrow()
      await insert(tx, size)
      if (at % 3 === 1) throw new Error('refused')
      if (at % 3 === 2) await insert(tx, size).catch(() => undefined)
    }))))
    expect(answers).toEqual(Array.from({ length: 24 }, (_, at) => ['done', 'Error: refused', 'conflict'][at % 3]))
    expect((await rows()).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(sent.filter((text) => text === 'ROLLBACK TO unit').length).toBeGreaterThan(4)
  })

  test('one that waits for something else is stopped, and those who share its transaction are done', async () => {
    const impatient = await openStore({ dataDir: join(folder, 'impatient'), databaseUrl: url, migrations, limits: { unitMs: 500 } })
    const work = (at: number) => codeOf(impatient.write(async (tx) => {
      const { size } = await tx.updateTable('pair_head').set((row) => ({ size: row('size', '+', 1) })).where('id', '=', 1).returning('size').executeTakeFirstOrThrow()
      await insert(tx, size)
      if (at === 8) await new Promise(() => undefined)
    }))
    const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => work(at)))
    await impatient.close()
    expect(answers).toEqual(Array.from({ length: 12 }, (_, at) => (at === 8 ? 'unit_overrun' : 'done')))
    expect(await rows()).toHaveLength(11)
  })

  test('what was prepared before another server changed a table is prepared anew', async () => {
    await left.write((tx) => insert(tx, 1))
    const look = () => left.write((tx) => tx.selectFrom('pair_row').selectAll().execute())
    for (let times = 0; times < 3; times++) expect(Object.keys((await look())[0] ?? {})).toHaveLength(3)
    for (let times = 0; times < 3; times++) await rows()
    await tell(url, 'alter table pair_row add column more bigint')
    expect(Object.keys((await look())[0] ?? {})).toHaveLength(4)
    expect(Object.keys((await rows())[0] ?? {})).toHaveLength(4)
  })

  test('two that wait for each other\'s rows are not both stuck', async () => {
    await left.write(async (tx) => {
      await insert(tx, 1)
      await insert(tx, 2)
    })
    const results = await bothLookedFirst(async (tx, looked, side) => {
      const use = (id: number) => tx.updateTable('pair_row').set((row) => ({ used: row('used', '+', 1) })).where('id', '=', id).execute()
      await use(side === 0 ? 1 : 2)
      await looked()
      await use(side === 0 ? 2 : 1)
    })
    expect(results).toEqual(['done', 'done'])
    expect((await rows()).map(({ used }) => used)).toEqual([2, 2])
  })

  test('the hooks of an attempt that lost go with it: what follows the commit happens once', async () => {
    const order: string[] = []
    let attempt = 0
    await left.write(async (tx) => {
      attempt += 1
      const mine = attempt
      atUnitEnd(tx, order, async () => void order.push(`end ${mine}`))
      afterCommit(tx, () => order.push(`committed ${mine}`))
      await tx.selectFrom('pair_row').selectAll().execute()
      if (mine === 1) await right.write((other) => insert(other, 1))
      await tx.insertInto('pair_row').values({ id: 1, kind: 'a', used: 0 }).onConflict((on) => on.doNothing()).execute()
    })
    expect(order).toEqual(['end 2', 'committed 2'])
  })

  test('beside a program that always comes first it gives up, cleanly, after a bounded number of times', async () => {
    let begun = 0
    const unlucky = await openStore({ dataDir: join(folder, 'unlucky'), databaseUrl: url, migrations, connectPostgres: (address, limits) => {
      const sessions = connectPostgres(address, limits)
      return { ...sessions, take: async () => {
        const session = await sessions.take()
        return { ...session, command: async (text) => {
          if (text.startsWith('BEGIN ISOLATION LEVEL SERIALIZABLE')) begun += 1
          if (text === 'COMMIT' && begun > 0) {
            await session.command('ROLLBACK')
            throw new Contended(undefined)
          }
          return await session.command(text)
        } }
      } }
    } }).catch((error: unknown) => error)
    // Even the schema is a unit: a store that can commit nothing does not open.
    expect(unlucky).toMatchObject({ code: 'overloaded' })
    expect(begun).toBe(5)
  })

  test('a wake-up reaches the other process and not its own; a gap wakes for everything', async () => {
    const heard: (string | null)[] = []
    const both = gate()
    right.peers?.hear((topic) => {
      heard.push(topic)
      if (topic === null) left.peers?.tell('run/1')
      else both.open()
    })
    const own: (string | null)[] = []
    const ready = gate()
    left.peers?.hear((topic) => {
      own.push(topic)
      if (topic === null) ready.open()
    })
    await Promise.all([both.opened, ready.opened])
    expect(heard).toEqual([null, 'run/1'])
    expect(own).toEqual([null])
  })

  test('a number that no safe integer holds is refused when it is read', async () => {
    await left.write((tx) => insert(tx, 1))
    await left.write((tx) => sql`update pair_row set used = 9007199254740993`.execute(tx))
    expect(await codeOf(rows())).toBe('constraint')
  })

  test('a second statement behind a semicolon is not taken', async () => {
    await left.write((tx) => insert(tx, 1))
    await expect(left.write((tx) => sql.raw('select 1; commit; delete from pair_row').execute(tx))).rejects.toThrow()
    expect(await rows()).toHaveLength(1)
  })
})
