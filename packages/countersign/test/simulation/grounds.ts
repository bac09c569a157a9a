/**
 * What costs too much to be made anew for each schedule: the database in memory, the keys, and identity, which brings a whole OpenID
 * provider with it. Identity knows nothing that a schedule changes, and is told which server it stands in.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createIdentity } from '../../src/identity/index.ts'
import type { Identity, IdentityPorts } from '../../src/identity/index.ts'
import { openKeyFiles } from '../../src/platform/key-files.ts'
import type { Keyring } from '../../src/platform/keyring.ts'
import { systemRandom } from '../../src/platform/random.ts'
import { openStore } from '../../src/platform/store/open.ts'
import type { Store } from '../../src/platform/store/store.ts'
import { createTelemetry, type Telemetry } from '../../src/platform/telemetry/index.ts'
import { migrations } from '../../src/server/base.ts'
import { parsePolicy, type Policy } from '../../src/policy/index.ts'
import { before, type Before } from './check/facts.ts'
import type { Installation } from './installation.ts'
import { MemoryDatabase } from './memory-database.ts'
import type { Server } from './servers.ts'

/** A server's identity, and where it is put. */
export type Housed = { identity: Identity; house: { server: Server | null } }
export type Grounds = { installation: Installation; policy: Policy; /** By name. */ checkpoints: ReadonlyMap<string, string>; database: MemoryDatabase; store: Store; keyring: Keyring; before: Before; telemetry: Telemetry; identities: readonly [Housed, Housed]; close(): Promise<void> }

export async function prepare(): Promise<Grounds> {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-simulation-'))
  const installation = await install(dataDir)
  const database = new MemoryDatabase(join(dataDir, 'countersign.db'))
  const store = await openStore({ dataDir: join(dataDir, 'in-memory'), migrations, connect: database.connect })
  const keyring = await inMemory(await openKeyFiles(join(dataDir, 'keys'), systemRandom))
  const names = await readdir(join(dataDir, 'checkpoints'))
  const checkpoints = new Map(await Promise.all(names.map(async (name): Promise<[string, string]> => [name, await readFile(join(dataDir, 'checkpoints', name), 'utf8')])))
  const identities = [await house(installation, keyring), await house(installation, keyring)] as const
  return {
    installation, policy: parsePolicy(installation.policy, { demonstration: true, attested: false }), checkpoints, database, store, keyring, telemetry: createTelemetry(), identities, before: await before(store),
    async close() {
      await store.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** In a process of its own: see installation.ts. */
async function install(dataDir: string): Promise<Installation> {
  const program = fileURLToPath(new URL('installation.ts', import.meta.url))
  await promisify(execFile)(process.execPath, ['--conditions=source', '--import=tsx', program, dataDir], { timeout: 100_000 })
  return JSON.parse(await readFile(join(dataDir, 'installation.json'), 'utf8')) as Installation
}

/** Read once: reading a file takes as long as the machine likes, and the seed has no say in that. */
async function inMemory(files: Keyring): Promise<Keyring> {
  const signer = await files.signer('ledger')
  const sealing = await files.secret('sealing')
  return { ...files, signer: async () => signer, secret: async (name) => (name === 'sealing' ? sealing : files.secret(name)) }
}

async function house({ place }: Installation, keyring: Keyring): Promise<Housed> {
  const housed: Housed['house'] = { server: null }
  const at = (): Server => {
    if (housed.server === null) throw new Error('this identity stands in no server')
    return housed.server
  }
  const ports: IdentityPorts = {
    store: { dialect: 'sqlite', read: (work) => at().store.read(work), write: (work) => at().store.write(work), close: async () => undefined },
    ledger: { vkey: '', append: (tx, entry) => at().ledger.append(tx, entry), checkpoint: () => at().ledger.checkpoint() },
    clock: { now: () => at().clock.now(), wall: () => at().clock.wall?.() ?? 0 },
    random: systemRandom, notify: { changed: () => undefined }, keyring, notices: { tell: (tx, notice) => at().notices.tell(tx, notice) },
    policyDigest: () => Promise.reject(new Error('the set-up is over')), atGenesis: () => Promise.reject(new Error('the set-up is over')),
  }
  const { instance, org, origin, rpId, origins } = place
  const identity = await createIdentity({ settings: { instance, org, url: origin, rpId, origins, demonstration: true }, ports }, { notice: () => undefined, failure: () => undefined })
  return { identity, house: housed }
}
