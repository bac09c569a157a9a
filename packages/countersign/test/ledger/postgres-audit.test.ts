/** An audit on PostgreSQL: pages are put together by other statements there. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { auditVerify, ledgerMigrations, openLedger } from '../../src/ledger/index.ts'
import { diskFolder, existingFolder } from '../../src/platform/folder.ts'
import { openKeyFiles } from '../../src/platform/key-files.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { openStore } from '../../src/platform/store/open.ts'
import { createDatabase } from '../support/database.ts'
import { clock, INSTANCE } from './place.ts'

const LEAVES = 4_200

test('a sound ledger is whole, and whatever is changed in it is named', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-ledger-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const { url: databaseUrl, drop } = await createDatabase()
  onTestFinished(drop)
  const store = await openStore({ dataDir, databaseUrl, migrations: ledgerMigrations, clock })
  onTestFinished(() => store.close())
  const keyring = await openKeyFiles(join(dataDir, 'keys'), systemRandom)
  const { ledger } = await openLedger({ store, folder: await diskFolder(join(dataDir, 'checkpoints')), keyring, clock, random: systemRandom, instance: INSTANCE })
  for (let from = 0; from < LEAVES; from += 700) {
    await store.write(async (tx) => {
      for (let n = from; n < from + 700; n++) await ledger.append(tx, { type: 'test.acted', ids: { run: `run_${n}`, person: 'usr_1' }, details: { n, what: n === 7 ? 'Gr\u00fc\u00dfe "\n' : 'x' } })
    })
  }
  await ledger.checkpoint()
  const named = async (): Promise<string[]> => (await auditVerify(store, existingFolder(join(dataDir, 'checkpoints')))).problems.map(({ where }) => where)
  expect(await named()).toEqual([])

  const edit = new pg.Client(databaseUrl)
  await edit.connect()
  onTestFinished(() => edit.end())
  await edit.query('set session_replication_role = replica')
  const damage: [statement: string, back: string, where: string][] = [
    [`update ledger_leaf set leaf = replace(leaf, 'run_77', 'run_78') where idx = 77`, `update ledger_leaf set leaf = replace(leaf, 'run_78', 'run_77') where idx = 77`, 'ledger_leaf 77'],
    [`update ledger_node set hash = set_byte(hash, 3, 255 - get_byte(hash, 3)) where level = 5 and idx = 9`, `update ledger_node set hash = set_byte(hash, 3, 255 - get_byte(hash, 3)) where level = 5 and idx = 9`, 'ledger_node 5/9'],
    [`update ledger_node set level = 40 where level = 12`, `update ledger_node set level = 12 where level = 40`, 'ledger_node 12/0'],
    [`update ledger_details set details = details || ' ' where idx = 4199`, `update ledger_details set details = trim(details) where idx = 4199`, 'ledger_details 4199'],
    [`update ledger_details set idx = 9999 where idx = 7`, `update ledger_details set idx = 7 where idx = 9999`, 'ledger_details 9999'],
    [`update ledger_id set key = key || chr(30) || key where idx = 4095 and key = 'run'`, `update ledger_id set key = 'run' where idx = 4095 and key <> 'person'`, 'ledger_id 4095'],
    [`update ledger_id set idx = 3 where idx = 4 and key = 'run'`, `update ledger_id set idx = 4 where idx = 3 and value = 'run_4'`, 'ledger_id 4'],
    [`update ledger_fact set idx = -1 where idx = 5`, `update ledger_fact set idx = 5 where idx = -1`, 'ledger_fact 5'],
    [`update ledger_fact set at = at + 1 where idx = 4196`, `update ledger_fact set at = at - 1 where idx = 4196`, 'ledger_fact 4196'],
  ]
  for (const [statement, back, where] of damage) {
    await edit.query(statement)
    expect(await named(), statement).toContain(where)
    await edit.query(back)
    expect(await named(), back).toEqual([])
  }
})
