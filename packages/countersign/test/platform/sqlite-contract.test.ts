import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/platform/store/open.ts'
import { storeContract } from '../contract/store.ts'

storeContract('SQLite', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-store-'))
  return {
    open: (migrations, limits = {}) => openStore({ dataDir, migrations, limits }),
    remove: () => rm(dataDir, { recursive: true, force: true }),
  }
})
