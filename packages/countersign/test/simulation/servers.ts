/**
 * Two servers on one database: everything between HTTP and the disk is the real thing, put together as server/parts.ts does. A server
 * that dies forgets what it had in memory; it starts anew as base.ts does, with the ledger compared with its checkpoints.
 */
import { hkdfSync } from 'node:crypto'
import { createPlanReader } from '../../src/doors/runs/apart.ts'
import { sweepSilent } from '../../src/doors/runs/report.ts'
import { runsUseCases } from '../../src/doors/runs/use-cases.ts'
import type { RunsDeps } from '../../src/doors/runs/ports.ts'
import { stateEffects } from '../../src/doors/state/effects.ts'
import { judgeEnded, runEnded } from '../../src/doors/state/reconcile.ts'
import { stateUseCases } from '../../src/doors/state/use-cases.ts'
import { wireUseCases } from '../../src/doors/state/wire-use-cases.ts'
import { createPolicyPin, digestInForce } from '../../src/doors/admin/policy-pin.ts'
import { createGate, gateUseCases } from '../../src/gate/index.ts'
import type { GateDeps } from '../../src/gate/index.ts'
import type { Identity } from '../../src/identity/index.ts'
import { openLedger } from '../../src/ledger/index.ts'
import { steadyClock } from '../../src/platform/clock.ts'
import type { Folder } from '../../src/platform/folder.ts'
import type { Keyring } from '../../src/platform/keyring.ts'
import { createLease } from '../../src/platform/leases.ts'
import type { Notify } from '../../src/platform/notify.ts'
import { createOnce, onceStore } from '../../src/platform/once/index.ts'
import { createRowMacs, rowMacKey } from '../../src/platform/row-mac.ts'
import { createSealing } from '../../src/platform/sealing.ts'
import { pulse } from '../../src/platform/servers.ts'
import { afterCommit } from '../../src/platform/store/unit.ts'
import type { Telemetry } from '../../src/platform/telemetry/index.ts'
import type { Base } from '../../src/server/base.ts'
import { assembleState, terminalsWith, usualLimits } from '../../src/server/state.ts'
import { createNoticeDesk } from '../../src/watch/notices/index.ts'
import type { memoryProvider } from '../platform/envelope/memory-provider.ts'
import { ServerGone } from './client.ts'
import { gatedStore, type Life } from './gated-store.ts'
import type { Machine } from './machine.ts'
import { Seeded } from './seeded.ts'

export type Server = Awaited<ReturnType<typeof startServer>>
export type Ground = { machine: Machine; identity: Identity; keyring: Keyring; keys: ReturnType<typeof memoryProvider>; telemetry: Telemetry; folder: Folder; crash: (server: string) => void }

/** A lock may be held for an hour here: clocks that are turned come by that. */
const limits = { ...usualLimits, holdSeconds: 0, lockCap: 3600_000 }

/** Nobody is held open: what is waited for is asked again, as terraform does when the time of a LOCK is over. */
const notify: Notify = { changed: () => undefined, version: () => 0, wait: async () => 'timeout', waitUntil: async () => undefined }

export async function startServer(name: string, lives: number, ground: Ground) {
  const { machine, identity, keyring, keys, folder } = ground
  const { place } = machine.installation
  const life: Life = { server: name, dead: false, starting: true }
  const clock = steadyClock({ now: () => machine.time.wall }, () => machine.time.elapsed)
  clock.atLeast?.(await highestTime(machine))
  const random = new Seeded(machine.seeded.below(0x7fff_ffff), `${name} ${lives}`)
  const store = onceStore(gatedStore(machine, life, () => ground.crash(name)), clock)
  const { instance, org, origin } = place
  const { ledger } = await openLedger({ store, keyring, clock, random, instance, folder: gatedFolder(machine, life, folder) })
  const secret = await keyring.secret('sealing')
  const sealing = createSealing(new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), 'countersign.once.v1', 32)), random)
  const base: Base = {
    dataDir: '', instance, org, store, ledger, keyring, clock, random, afterCommit, telemetry: ground.telemetry, settled: [], server: `${name}.${lives}`, checkpointedAt: () => clock.now(),
    rowMacs: createRowMacs(instance, [rowMacKey(secret)]), once: createOnce({ store, clock, instance, sealing }), notify: { ...notify, close: () => undefined, waiting: () => 0 }, notSetUp: () => new Error('the set-up is over'), close: async () => undefined,
  }
  const notices = createNoticeDesk({ ...base, origin, channels: [], people: () => identity.people, profiles: () => identity.profiles, failed: () => undefined })
  const pin = createPolicyPin({ demonstration: true, attested: false })
  pin.use(machine.policy)
  const gateDeps: GateDeps = { ...base, telemetry: undefined, place, keys: identity.keys, codes: identity.codes, people: identity.people, sessions: identity.sessions, terminals: terminalsWith(base, identity), notices, policy: () => pin.current(), policyInForce: digestInForce }
  const gate = createGate(gateDeps)
  const plans = createPlanReader()
  const state = assembleState({ base, place, pin, identity, gate, notices, plans, keys, limits })
  const runs: RunsDeps = { ...base, gate, place, plans, policy: () => pin.current(), directoryEntries: (db) => identity.directory.entries(db), ended: (tx, run, end) => runEnded(state, tx, run, end) }
  const lease = createLease(base, 'jobs', 90_000)
  await new Promise((resolve) => setImmediate(resolve))
  life.starting = false
  const ends: ((gone: ServerGone) => void)[] = []
  return {
    /** Takes everything with it that has begun: whoever waits for an answer learns that there is none. */
    die() {
      life.dead = true
      for (const end of ends.splice(0)) end(new ServerGone())
    },
    /** An answer, or ServerGone. */
    gone: <T>(work: () => Promise<T>): Promise<T> => new Promise((resolve, reject) => {
      ends.push(reject)
      work().then(resolve, reject)
    }),
    name, life, clock, store, ledger, notices, state, once: base.once,
    useCases: { gate: gateUseCases(gateDeps, stateEffects(state)), runs: runsUseCases(runs), state: stateUseCases(state), wire: wireUseCases(state) },
    /** Of jobs.ts, those that touch what is checked here. */
    async jobs() {
      await ledger.checkpoint()
      await pulse(store, name, clock.now())
      if (!(await lease.take())) return
      await gate.sweepExpired()
      await sweepSilent(runs)
      await judgeEnded(state)
      await base.once.sweep()
    },
  }
}

/** What a start knows of the time from before: as base.ts. */
async function highestTime({ store }: Machine): Promise<number> {
  const { at, newest } = await store.read(async (db) => ({
    at: await db.selectFrom('platform_time').select('at').executeTakeFirst(),
    newest: await db.selectFrom('ledger_leaf').select('leaf').orderBy('idx', 'desc').limit(1).executeTakeFirst(),
  }))
  const written = newest ? Date.parse((JSON.parse(newest.leaf) as { time: string }).time) : 0
  return Math.max(at?.at ?? 0, written)
}

/** Writing a checkpoint takes a turn: others come in between. */
function gatedFolder({ stage }: Machine, life: Life, folder: Folder): Folder {
  const never = new Promise<never>(() => undefined)
  return {
    ...folder,
    write: async (name, text) => {
      if (!stage.playing || life.starting) return await folder.write(name, text)
      await stage.alone(() => life.dead, () => folder.write(name, text))
      if (life.dead) await never
    },
  }
}
