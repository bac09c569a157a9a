import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/platform/store/open.ts'
import { storeContract } from '../contract/store.ts'
import { createDatabase } from '../support/database.ts'

storeContract('PostgreSQL', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-store-'))
  const { url, drop } = await createDatabase()
  return {
    open: (migrations, limits = {}) => openStore({ dataDir, migrations, limits, databaseUrl: url }),
    remove: async () => {
      await drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
})
