/** A data folder with a ledger in it, opened as the server does, that tests can damage. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { ledgerMigrations, openLedger, type Ledger } from '../../src/ledger/index.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { diskFolder, type Folder } from '../../src/platform/folder.ts'
import { openKeyFiles } from '../../src/platform/key-files.ts'
import type { Keyring } from '../../src/platform/keyring.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { openStore, type StoreOptions } from '../../src/platform/store/open.ts'
import type { Migration, Store } from '../../src/platform/store/store.ts'

declare module '../../src/platform/store/tables.ts' {
  interface Tables {
    effect: { id: number; what: string }
  }
}

/** The effects that leaves speak of. */
export const effectMigration: Migration = {
  name: 'effect_0001',
  up: (db) => db.schema.createTable('effect').addColumn('id', 'bigint', (c) => c.primaryKey()).addColumn('what', 'text', (c) => c.notNull()).execute(),
}

export const INSTANCE = 'ins_0193'
let ticks = 0
export const clock: Clock = { now: () => Date.UTC(2026, 10, 20) + ticks++ }

export type Opened = { store: Store; ledger: Ledger; folder: Folder; keyring: Keyring; code: string; add: (count: number) => Promise<void> }

export class Place {
  readonly dataDir: string
  #opened: Opened | null = null

  constructor(dataDir: string) {
    this.dataDir = dataDir
  }

  static async make(): Promise<Place> {
    return new Place(await mkdtemp(join(tmpdir(), 'countersign-ledger-')))
  }

  get checkpoints(): string {
    return join(this.dataDir, 'checkpoints')
  }

  async store(options: Partial<StoreOptions> = {}): Promise<Store> {
    return await openStore({ dataDir: this.dataDir, migrations: [effectMigration, ...ledgerMigrations], clock, ...options })
  }

  async open(options: { connect?: StoreOptions['connect']; folder?: (real: Folder) => Folder; keyring?: (real: Keyring) => Keyring; instance?: string } = {}): Promise<Opened> {
    await this.close()
    const store = await this.store(options.connect === undefined ? {} : { connect: options.connect })
    try {
      const realFolder = await diskFolder(this.checkpoints)
      const realKeyring = await openKeyFiles(join(this.dataDir, 'keys'), systemRandom)
      const folder = options.folder?.(realFolder) ?? realFolder
      const keyring = options.keyring?.(realKeyring) ?? realKeyring
      const { ledger, start } = await openLedger({ store, folder, keyring, clock, random: systemRandom, instance: options.instance ?? INSTANCE })
      const add = async (count: number): Promise<void> => {
        for (let at = 0; at < count; at++) await act(store, ledger, `thing ${ticks}`)
      }
      this.#opened = { store, ledger, folder, keyring, code: start.code, add }
      return this.#opened
    } catch (error) {
      await store.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#opened?.store.close()
    this.#opened = null
  }

  async remove(): Promise<void> {
    await this.close()
    await rm(this.dataDir, { recursive: true, force: true })
  }

  /** With the store closed: what somebody with write access to the file can do. */
  edit(...statements: string[]): void {
    const database = new DatabaseSync(join(this.dataDir, 'countersign.db'), { enableForeignKeyConstraints: false })
    for (const statement of statements) database.exec(statement)
    database.close()
  }
}

/** One action: an effect and its leaf, in one unit of work. */
export async function act(store: Store, ledger: Ledger, what: string, ids: Record<string, string> = { run: 'run_1' }): Promise<{ id: number; index: number }> {
  const { id, leaf } = await store.write(async (tx) => {
    const { count } = await tx.selectFrom('effect').select((row) => row.fn.countAll().as('count')).executeTakeFirstOrThrow()
    const id = Number(count)
    await tx.insertInto('effect').values({ id, what }).execute()
    return { id, leaf: await ledger.append(tx, { type: 'test.acted', ids, details: { what } }) }
  })
  return { id, index: leaf.index }
}

export const effects = async (store: Store): Promise<string[]> => (await store.read((db) => db.selectFrom('effect').select('what').orderBy('id').execute())).map((row) => row.what)
