/**
 * What every store must do, whatever database stands behind it: SQLite and PostgreSQL run it.
 * A database passes when all of this holds, and needs no further word from the rooms that use it.
 */
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isConflict, StorageError } from '../../src/platform/store/errors.ts'
import { insertRows, preparedChange, preparedQuery } from '../../src/platform/store/prepared.ts'
import type { Db, Migration, Store, Tx } from '../../src/platform/store/store.ts'
import { afterCommit, atUnitEnd } from '../../src/platform/store/unit.ts'

declare module '../../src/platform/store/tables.ts' {
  interface Tables {
    contract_thing: { id: number; name: string; body: Uint8Array | null; counter: number }
  }
}

export type ContractLimits = { queue?: number; unitMs?: number }

/** One database, empty at first, that can be opened again and again. */
export interface Place {
  open(migrations: readonly Migration[], limits?: ContractLimits): Promise<Store>
  remove(): Promise<void>
}

const things: Migration = {
  name: 'contract_0001_thing',
  up: async (db) => {
    await db.schema
      .createTable('contract_thing')
      .addColumn('id', 'bigint', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('body', 'blob')
      .addColumn('counter', 'bigint', (column) => column.notNull())
      .execute()
  },
}

const thing = (id: number, name = `thing ${id}`) => ({ id, name, body: null, counter: 0 })
const put = (tx: Tx, id: number, name?: string) => tx.insertInto('contract_thing').values(thing(id, name)).execute()
const byName = preparedQuery<{ name: string }, { id: number }>((db, value) => db.selectFrom('contract_thing').select('id').where('name', '=', value('name')))
const count = preparedChange<{ id: number; by: number }>((db, value) =>
  db.updateTable('contract_thing').set((row) => ({ counter: row('counter', '+', value('by')) })).where('id', '=', value('id')).where('counter', '<', 10))
const idsIn = async (db: Db): Promise<number[]> => (await db.selectFrom('contract_thing').select('id').orderBy('id').execute()).map((row) => row.id)
const ids = (store: Store): Promise<number[]> => store.read(idsIn)
const code = (error: unknown): string => (error instanceof StorageError ? error.code : `not a StorageError: ${String(error)}`)
const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'resolved', code)

/** A gate that a test opens by hand. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}

export function storeContract(name: string, place: () => Promise<Place>): void {
  describe(`the store contract: ${name}`, () => {
    let at: Place
    let store: Store
    beforeEach(async () => {
      at = await place()
      store = await at.open([things])
    })
    afterEach(async () => {
      await store.close()
      await at.remove()
    })

    describe('units of work', () => {
      test('a unit is whole and visible when write has resolved, and its value comes back', async () => {
        const value = await store.write(async (tx) => {
          await put(tx, 1)
          await put(tx, 2)
          return 'both'
        })
        expect(value).toBe('both')
        expect(await ids(store)).toEqual([1, 2])
      })

      test('a unit that throws leaves nothing, rejects with its own error, and its neighbours stand', async () => {
        const mine = new Error('mine')
        const results = await Promise.allSettled([
          store.write((tx) => put(tx, 1)),
          store.write(async (tx) => {
            await put(tx, 2)
            throw mine
          }),
          store.write((tx) => put(tx, 3)),
        ])
        expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
        expect(results[1]).toMatchObject({ reason: mine })
        expect(await ids(store)).toEqual([1, 3])
      })

      test('what was written is there when the database is opened again', async () => {
        await store.write((tx) => put(tx, 7))
        await store.close()
        store = await at.open([things])
        expect(await ids(store)).toEqual([7])
      })

      test('units are as if run one after another: 60 at once count to 60', async () => {
        await store.write((tx) => put(tx, 1))
        await Promise.all(Array.from({ length: 60 }, () => store.write(async (tx) => {
          const { counter } = await tx.selectFrom('contract_thing').select('counter').where('id', '=', 1).executeTakeFirstOrThrow()
          await tx.updateTable('contract_thing').set({ counter: counter + 1 }).where('id', '=', 1).execute()
        })))
        expect(await store.read((db) => db.selectFrom('contract_thing').select('counter').executeTakeFirstOrThrow())).toEqual({ counter: 60 })
      })

      test('of twenty units that want one key, one gets it and the others learn which key it is', async () => {
        const results = await Promise.allSettled(Array.from({ length: 20 }, (_, id) => store.write((tx) => put(tx, id, 'wanted'))))
        const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
        expect(lost).toHaveLength(19)
        expect(lost.every(isConflict)).toBe(true)
        expect(lost.every((error) => error instanceof StorageError && error.detail.includes('name'))).toBe(true)
        expect(await ids(store)).toHaveLength(1)
      })

      test('a statement that failed dooms its unit, even if the unit caught the error', async () => {
        await store.write((tx) => put(tx, 1))
        const doomed = store.write(async (tx) => {
          await put(tx, 2)
          await put(tx, 1).catch(() => undefined)
        })
        expect(await codeOf(doomed)).toBe('conflict')
        expect(await ids(store)).toEqual([1])
      })

      test('an expected conflict is asked for in the statement and dooms nothing; rows touched are counted', async () => {
        await store.write((tx) => put(tx, 1))
        const inserted = await store.write((tx) => tx.insertInto('contract_thing').values([thing(1), thing(2)]).onConflict((on) => on.doNothing()).executeTakeFirst())
        const updated = await store.write((tx) => tx.updateTable('contract_thing').set({ counter: 5 }).where('id', '=', 9).executeTakeFirst())
        expect([inserted.numInsertedOrUpdatedRows, updated.numUpdatedRows]).toEqual([1n, 0n])
      })

      test('RETURNING gives the rows', async () => {
        expect(await store.write((tx) => tx.insertInto('contract_thing').values(thing(4)).returning(['id', 'name']).executeTakeFirstOrThrow())).toEqual({ id: 4, name: 'thing 4' })
      })

      test('statements that were prepared take other values each time, insert many rows, and count what they touched', async () => {
        await store.write(async (tx) => {
          await insertRows(tx, 'contract_thing', [1, 2, 3].map((id) => ({ ...thing(id), body: Uint8Array.of(id) })))
          await insertRows(tx, 'contract_thing', [thing(4)])
          await insertRows(tx, 'contract_thing', [])
          expect([await count(tx, { id: 2, by: 4 }), await count(tx, { id: 3, by: 11 }), await count(tx, { id: 3, by: 1 }), await count(tx, { id: 9, by: 1 })]).toEqual([1, 1, 0, 0])
        })
        const rows = await store.read((db) => db.selectFrom('contract_thing').selectAll().orderBy('id').execute())
        expect(rows.map((row) => [row.id, row.name, row.body && [...row.body], row.counter])).toEqual([[1, 'thing 1', [1], 0], [2, 'thing 2', [2], 4], [3, 'thing 3', [3], 11], [4, 'thing 4', null, 0]])
        expect(await store.read(async (db) => [await byName(db, { name: 'thing 3' }), await byName(db, { name: 'thing 9' }), await byName(db, { name: 'thing 1' })])).toEqual([[{ id: 3 }], [], [{ id: 1 }]])
      })

      test('what is asked for together is done in the order in which it was asked, and a failure among it leaves nothing', async () => {
        const both = await store.write(async (tx) => (await Promise.all([insertRows(tx, 'contract_thing', [thing(1)]), count(tx, { id: 1, by: 3 }), byName(tx, { name: 'thing 1' })])).slice(1))
        expect(both).toEqual([1, [{ id: 1 }]])
        const failing = store.write((tx) => Promise.all([insertRows(tx, 'contract_thing', [thing(2)]), insertRows(tx, 'contract_thing', [thing(1)]), count(tx, { id: 2, by: 1 })]))
        expect(await codeOf(failing)).toBe('conflict')
        const unwatched = store.write(async (tx) => void insertRows(tx, 'contract_thing', [thing(3), thing(1)]).catch(() => undefined))
        expect(await codeOf(unwatched)).toBe('conflict')
        const goesOn = store.write(async (tx) => {
          insertRows(tx, 'contract_thing', [thing(1)]).catch(() => undefined)
          await put(tx, 5)
        })
        expect(await codeOf(goesOn)).toBe('conflict')
        expect(await ids(store)).toEqual([1])
      })
    })

    describe('turns', () => {
      test('a unit inside a unit is refused, and so is a read inside a unit', async () => {
        expect(await codeOf(store.write(() => store.write((tx) => put(tx, 1))))).toBe('nested_unit')
        expect(await codeOf(store.write(() => ids(store)))).toBe('nested_unit')
        expect(await codeOf(store.read(() => store.write((tx) => put(tx, 1))))).toBe('nested_unit')
        expect(await ids(store)).toEqual([])
      })

      test('a transaction that was kept after its unit is refused, and so is a reader kept after its read', async () => {
        let kept: Tx | undefined
        let reader: Db | undefined
        await store.write(async (tx) => void (kept = tx))
        await store.read(async (db) => void (reader = db))
        expect(await codeOf(put(kept!, 1))).toBe('unit_closed')
        expect(await codeOf(idsIn(reader!))).toBe('unit_closed')
        expect(await codeOf(insertRows(kept!, 'contract_thing', [thing(1)]))).toBe('unit_closed')
        expect(await codeOf(byName(reader!, { name: 'thing 1' }))).toBe('unit_closed')
        expect(await codeOf(store.read((db) => insertRows(db as Tx, 'contract_thing', [thing(1)])))).toBe('statement_refused')
        expect(() => afterCommit(kept!, () => undefined)).toThrow(/has ended/)
        expect(await ids(store)).toEqual([])
      })

      test('work that a unit left behind may use the store again once the unit is over', async () => {
        const over = gate()
        let later: Promise<unknown> = Promise.resolve()
        const afterwards = async (): Promise<void> => {
          await over.opened
          await store.write((next) => put(next, 2))
        }
        await store.write(async (tx) => {
          await put(tx, 1)
          later = afterwards()
        })
        over.open()
        await later
        expect(await ids(store)).toEqual([1, 2])
      })

      test.each(['begin', 'commit', ' rollback', 'savepoint x', 'release unit', 'pragma synchronous = 0', 'attach database \'x\' as x', '/* */ commit', 'drop table contract_thing'])(
        'a unit may not say: %s', async (statement) => {
          expect(await codeOf(store.write((tx) => sql.raw(statement).execute(tx)))).toBe('statement_refused')
        })

      test('a unit cannot begin a transaction of its own', async () => {
        await expect(store.write((tx) => tx.transaction().execute(async () => undefined))).rejects.toThrow()
        expect(await codeOf(store.read((db) => db.transaction().execute(async () => undefined)))).toBe('nested_unit')
      })

      test('a read cannot write, in any spelling', async () => {
        expect(await codeOf(store.read((db) => db.insertInto('contract_thing').values(thing(1)).execute()))).toBe('statement_refused')
        await expect(store.read((db) => sql`with x as (select 1) insert into contract_thing (id, name, counter) select 1, 'a', 0`.execute(db))).rejects.toThrow()
        expect(await ids(store)).toEqual([])
      })

      test('a unit that waits for something else is ended, and those behind it go on', async () => {
        await store.close()
        store = await at.open([things], { unitMs: 300 })
        const stuck = store.write(async (tx) => {
          await put(tx, 1)
          await new Promise(() => undefined)
        })
        const behind = store.write((tx) => put(tx, 2))
        expect(await codeOf(stuck)).toBe('unit_overrun')
        await behind
        expect(await codeOf(store.read(() => new Promise(() => undefined)))).toBe('unit_overrun')
        expect(await ids(store)).toEqual([2])
      })

      test('too many units at once: the surplus is refused at once and the rest are done', async () => {
        await store.close()
        store = await at.open([things], { queue: 5 })
        const results = await Promise.all(Array.from({ length: 12 }, (_, id) => codeOf(store.write((tx) => put(tx, id)))))
        const refused = results.filter((result) => result === 'overloaded').length
        expect(refused).toBeGreaterThan(0)
        expect(results.filter((result) => result === 'resolved')).toHaveLength(12 - refused)
        expect(await ids(store)).toHaveLength(12 - refused)
      })
    })

    describe('reads', () => {
      test('a reader does not see a unit that is under way', async () => {
        const written = gate()
        const looked = gate()
        const unit = store.write(async (tx) => {
          await put(tx, 1)
          written.open()
          await looked.opened
        })
        await written.opened
        expect(await ids(store)).toEqual([])
        looked.open()
        await unit
        expect(await ids(store)).toEqual([1])
      })

      test('a read is one snapshot: what is committed meanwhile is not seen', async () => {
        await store.write((tx) => put(tx, 1))
        const first = gate()
        const second = gate()
        const read = store.read(async (db) => {
          const before = await idsIn(db)
          first.open()
          await second.opened
          return [before, await idsIn(db), await ids(store)]
        })
        await first.opened
        await store.write((tx) => put(tx, 2))
        second.open()
        expect(await read).toEqual([[1], [1], [1]])
        expect(await ids(store)).toEqual([1, 2])
      })

      test('many reads at once are all answered', async () => {
        await store.write((tx) => put(tx, 1))
        expect(await Promise.all(Array.from({ length: 50 }, () => ids(store)))).toEqual(Array.from({ length: 50 }, () => [1]))
      })
    })

    describe('values', () => {
      test('text, safe integers, bytes and null come back as they went in', async () => {
        let id = 0
        const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
        await fc.assert(fc.asyncProperty(text, fc.maxSafeInteger(), fc.option(fc.uint8Array({ maxLength: 200 })), async (text, counter, body) => {
          id += 1
          const name = `${id} ${text}`
          await store.write((tx) => tx.insertInto('contract_thing').values({ id, name, counter, body }).execute())
          const row = await store.read((db) => db.selectFrom('contract_thing').selectAll().where('id', '=', id).executeTakeFirstOrThrow())
          expect({ ...row, body: row.body === null ? null : [...row.body] }).toEqual({ id, name, counter, body: body === null ? null : [...body] })
        }), { numRuns: 60 })
      })

      test.each([['a fraction', 1.5], ['a number beyond 2^53', 2 ** 53], ['NaN', Number.NaN]])('%s is refused', async (_name, counter) => {
        expect(await codeOf(store.write((tx) => tx.insertInto('contract_thing').values({ ...thing(1), counter }).execute()))).toBe('constraint')
      })

      test('a boolean, a date and an object are refused', async () => {
        for (const value of [true, new Date(0), { a: 1 }]) {
          expect(await codeOf(store.write((tx) => sql`insert into contract_thing (id, name, counter) values (1, 'a', ${value})`.execute(tx)))).toBe('constraint')
        }
      })

      test('NOT NULL is a broken rule, not a conflict', async () => {
        expect(await codeOf(store.write((tx) => sql`insert into contract_thing (id, name) values (1, 'a')`.execute(tx)))).toBe('constraint')
      })
    })

    describe('the end of a unit', () => {
      test('what was asked for the end happens after the work, once per owner, inside the transaction', async () => {
        const owner = {}
        const order: string[] = []
        await store.write(async (tx) => {
          const hook = async (end: Tx): Promise<void> => {
            order.push('end')
            await put(end, 2)
          }
          expect([atUnitEnd(tx, owner, hook), atUnitEnd(tx, owner, hook)]).toEqual([true, false])
          afterCommit(tx, () => order.push('committed'))
          await put(tx, 1)
          order.push('work')
        })
        expect(order).toEqual(['work', 'end', 'committed'])
        expect(await ids(store)).toEqual([1, 2])
      })

      test('an error at the end undoes the work, and nothing happens after a commit that was not', async () => {
        let woken = false
        const unit = store.write(async (tx) => {
          atUnitEnd(tx, {}, () => Promise.reject(new Error('the ledger says no')))
          afterCommit(tx, () => void (woken = true))
          await put(tx, 1)
        })
        await expect(unit).rejects.toThrow('the ledger says no')
        expect([await ids(store), woken]).toEqual([[], false])
      })
    })

    describe('closing', () => {
      test('what was handed over is finished; what comes later is refused; closing twice is nothing', async () => {
        const handed = store.write((tx) => put(tx, 1))
        const closing = store.close()
        await handed
        await closing
        await store.close()
        expect(await codeOf(store.write((tx) => put(tx, 2)))).toBe('store_closed')
        expect(await codeOf(ids(store))).toBe('store_closed')
        store = await at.open([things])
        expect(await ids(store)).toEqual([1])
      })
    })

    describe('migrations', () => {
      const adds = (name: string, id: number): Migration => ({ name, up: async (db) => void (await sql`insert into contract_thing (id, name, counter) values (${sql.lit(id)}, ${sql.lit(name)}, 0)`.execute(db)) })
      const reopen = async (migrations: readonly Migration[]): Promise<void> => {
        await store.close()
        store = await at.open(migrations)
      }

      test('each runs once, in order, and new ones are added later', async () => {
        await reopen([things, adds('contract_0002', 1)])
        await reopen([things, adds('contract_0002', 1), adds('contract_0003', 2)])
        expect(await ids(store)).toEqual([1, 2])
      })

      test('one that fails leaves nothing of itself and runs again when it is mended', async () => {
        await store.close()
        const failing: Migration = { name: 'contract_0002', up: async (db) => {
          await adds('x', 1).up(db)
          await sql`insert into no_such_table values (1)`.execute(db)
        } }
        await expect(at.open([things, failing])).rejects.toThrow()
        store = await at.open([things])
        expect(await ids(store)).toEqual([])
        await reopen([things, adds('contract_0002', 5)])
        expect(await ids(store)).toEqual([5])
      })

      test('a database that a newer program made is refused, and stays as it is', async () => {
        await reopen([things, adds('contract_9999', 1)])
        await store.close()
        expect(await codeOf(at.open([things]))).toBe('schema_newer')
        store = await at.open([things, adds('contract_9999', 1)])
        expect(await ids(store)).toEqual([1])
      })

      test('an edited migration is refused', async () => {
        await reopen([things, adds('contract_0002', 1)])
        await store.close()
        expect(await codeOf(at.open([things, adds('contract_0002', 2)]))).toBe('schema_mismatch')
      })

      test('a migration whose statements depend on what is stored is refused, and nothing of it stays', async () => {
        await store.write((tx) => put(tx, 1))
        await store.close()
        const curious: Migration = { name: 'contract_0002', up: async (db) => {
          for (const id of await idsIn(db)) await sql`insert into contract_thing (id, name, counter) values (${id + 10}, 'copy', 0)`.execute(db)
        } }
        expect(await codeOf(at.open([things, curious]))).toBe('schema_mismatch')
        store = await at.open([things])
        expect(await ids(store)).toEqual([1])
      })

      test('two migrations of one name are a broken program', async () => {
        await store.close()
        await expect(at.open([things, things])).rejects.toThrow(/same name/)
      })
    })
  })
}
