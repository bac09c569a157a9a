/** One schedule: two servers, some actors, what goes wrong, and in the end what the checks say of it. */
import type { Folder } from '../../src/platform/folder.ts'
import { judgeEnded } from '../../src/doors/state/reconcile.ts'
import { memoryProvider } from '../platform/envelope/memory-provider.ts'
import { check } from './check/all.ts'
import { Client } from './client.ts'
import type { Grounds } from './grounds.ts'
import { History } from './history.ts'
import { Time, type Machine } from './machine.ts'
import { scenes } from './scenes/all.ts'
import { Seeded } from './seeded.ts'
import { startServer, type Server } from './servers.ts'
import { Stage } from './stage.ts'

export type Played = { seed: number; history: History }

const STEPS = 1_500
const HOUR = 3600_000
/** How far clocks are turned: to the next code, past an answer's time, past a grant's, past a challenge's, past a lock's, past a silent run's; and back. */
const turns = [31_000, 61_000, 5.5 * 60_000, 11 * 60_000, 16 * 60_000, 65 * 60_000, 6.2 * HOUR, -HOUR, -HOUR]

export class Play {
  readonly machine: Machine
  readonly servers: Server[] = []
  readonly folders: readonly [Folder, Folder]
  readonly #grounds: Grounds
  readonly #keys: ReturnType<typeof memoryProvider>
  #lives = 0
  #starting: Promise<void> = Promise.resolve()

  constructor(grounds: Grounds, seed: number) {
    const { installation, policy, checkpoints, database, store } = grounds
    const seeded = new Seeded(seed, 'schedule')
    this.#grounds = grounds
    this.#keys = memoryProvider(new Seeded(seed, 'keys'))
    this.folders = [inMemory(checkpoints), inMemory(checkpoints)]
    this.machine = { installation, policy, database, store, stage: new Stage(seeded), seeded, history: new History(), time: new Time(installation.startsAt), faults: seeded.below(5) }
  }

  async open(): Promise<void> {
    for (const at of [0, 1] as const) this.servers[at] = await this.#start(at)
  }

  enter(name: string, work: (client: Client) => Promise<void>): void {
    const { stage, history } = this.machine
    stage.enter(name, () => work(new Client(this, name)), (error) => history.blame(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`))
  }

  anyServer(): Server {
    return this.machine.seeded.pick(this.servers)
  }

  /** What happens to everybody before each step. */
  async between(): Promise<void> {
    const { seeded, time, history, stage } = this.machine
    await this.#starting
    time.passes(seeded.below(400))
    if (seeded.chance(0.008)) {
      const by = seeded.pick(turns)
      if (by < 0) time.isSet(by)
      else time.passes(by)
      history.say(stage.step, time.since(), 'clock', by < 0 ? 'is set back an hour' : `${by / 60_000} minutes pass`)
    }
    if (this.machine.faults > 0 && seeded.chance(0.008)) {
      this.machine.faults--
      this.#crash(seeded.below(2) as 0 | 1)
      await this.#starting
    }
  }

  /** What servers that died have left behind, a job sees to at some time. */
  async catchesUp(): Promise<void> {
    await this.#starting
    for (const { state } of this.servers) await judgeEnded(state)
  }

  #crash(at: 0 | 1): void {
    const { history, stage, time } = this.machine
    const server = this.servers[at]
    if (!server || server.life.dead) return
    server.die()
    history.say(stage.step, time.since(), server.name, 'dies, and starts anew')
    this.#starting = this.#start(at).then((started) => void (this.servers[at] = started))
  }

  async #start(at: 0 | 1): Promise<Server> {
    const { identities, keyring, telemetry } = this.#grounds
    const { identity, house } = identities[at]
    const server = await startServer(`server ${at + 1}`, this.#lives++, { machine: this.machine, identity, keyring, keys: this.#keys, telemetry, folder: this.folders[at], crash: () => this.#crash(at) })
    house.server = server
    return server
  }
}

export async function play(grounds: Grounds, seed: number): Promise<Played> {
  grounds.database.begin()
  const staged = new Play(grounds, seed)
  const { machine } = staged
  try {
    await staged.open()
    scenes(staged)
    const ended = await machine.stage.play(() => staged.between(), STEPS)
    machine.stage.playing = false
    if (!ended) machine.history.blame(`after ${machine.stage.step} steps somebody still waits, and nobody can go on`)
    await staged.catchesUp()
    await check(machine, grounds.before, staged.folders)
  } catch (error) {
    machine.history.blame(error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    for (const { life } of staged.servers) life.dead = true
    grounds.database.rewind()
  }
  return { seed, history: machine.history }
}

function inMemory(files: ReadonlyMap<string, string>): Folder {
  const kept = new Map(files)
  return {
    list: async () => [...kept.keys()].toSorted(),
    read: async (name) => kept.get(name) ?? '',
    write: async (name, text) => void kept.set(name, text),
    remove: async (name) => void kept.delete(name),
  }
}
