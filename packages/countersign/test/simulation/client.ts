/**
 * Whoever calls: a browser, a terminal, terraform. They do what ours do when an answer is lost: they send the same call again, with the
 * same idempotency key, perhaps to the other server. The key is handled as server/http/once.ts handles it.
 */
import type { Actor } from '../../src/identity/index.ts'
import { isCoded, problemOf } from '../../src/server/http/problem.ts'
import type { Call, Outcome } from './history.ts'
import type { Play } from './play.ts'
import type { Server } from './servers.ts'

export type Answer<T> = { done: T } | { refused: string }
type About = Call['about']
/** `as`: null over the wire, where calls have no key. */
export type Calling<T> = { what: string; as: Actor | null; about?: About; work: (server: Server) => Promise<T> }

export class ServerGone extends Error {}
/** Whoever called has not waited for the answer. */
class Impatient extends Error {}
class Mistake extends Error {}

const TRIES = 5
/** Whoever meets one of these asks again: it may have happened, or not. */
const unanswered = (error: unknown): boolean => error instanceof ServerGone || error instanceof Impatient || (isCoded(error) && error.code !== 'countersignature_awaited' && (problemOf(error).status >= 500 || error.code === 'call_under_way'))

export class Client {
  readonly name: string
  readonly #play: Play

  constructor(play: Play, name: string) {
    this.#play = play
    this.name = name
  }

  async call<T>({ what, as, about = {}, work }: Calling<T>): Promise<Answer<T>> {
    const { seeded } = this.#play.machine
    const call: Call = { actor: this.name, what, key: as === null ? '' : `key-${seeded.hex(12)}`, answeredAt: -1, tries: [], about, outcome: { kind: 'unknown', code: 'never sent' } }
    this.#play.machine.history.calls.push(call)
    call.outcome = await this.#insist(call, as, work)
    call.answeredAt = this.#play.machine.database.leaves()
    this.#say(call)
    if (call.outcome.kind !== 'done') return { refused: call.outcome.code }
    if (as !== null && seeded.chance(0.08)) await this.#repeat(call, as, work)
    return { done: call.outcome.value as T }
  }

  async #insist<T>(call: Call, as: Actor | null, work: Calling<T>['work']): Promise<Outcome> {
    let last = ''
    for (let tries = 0; tries < TRIES; tries++) {
      await this.#play.machine.stage.pause()
      try {
        return { kind: 'done', value: await this.#wait(call, as, work) }
      } catch (error) {
        const code = codeOf(error)
        if (code === null) throw error
        call.tries.push(code)
        if (code === 'answer_lost') return { kind: 'unknown', code }
        if (!unanswered(error)) return { kind: 'refused', code }
        last = code
      }
    }
    return { kind: 'unknown', code: last }
  }

  /** For the answer; or not for long, and then what was sent goes on beside what is sent again. */
  async #wait<T>(call: Call, as: Actor | null, work: Calling<T>['work']): Promise<T> {
    const { stage, seeded, history } = this.#play.machine
    const answer = this.#send(call, as, work)
    if (!seeded.chance(0.05)) return await answer
    answer.catch((error: unknown) => {
      if (codeOf(error) === null) history.blame(`${this.name} ${call.what}: ${String(error)}`)
    })
    const patience = async (): Promise<never> => {
      for (let left = 1 + seeded.below(10); left > 0; left--) await stage.pause()
      throw new Impatient()
    }
    return await Promise.race([answer, patience()])
  }

  /** Sent once more although it was answered: the answer is the same. */
  async #repeat<T>(call: Call, as: Actor, work: Calling<T>['work']): Promise<void> {
    await this.#play.machine.stage.pause()
    try {
      const again = await this.#send(call, as, work)
      if (call.outcome.kind === 'done' && JSON.stringify(again) !== JSON.stringify(call.outcome.value)) this.#play.machine.history.blame(`${this.name} ${call.what}: the same call was answered differently: ${JSON.stringify(call.outcome.value)} and ${JSON.stringify(again)}`)
    } catch (error) {
      if (unanswered(error)) return
      this.#play.machine.history.blame(`${this.name} ${call.what}: was carried out, and refused when it was repeated: ${String(error)}`)
    }
  }

  async #send<T>(call: Call, as: Actor | null, work: Calling<T>['work']): Promise<T> {
    const server = this.#play.anyServer()
    return await server.gone(async () => (as === null ? work(server) : withKey(server, call, as, () => work(server))))
  }

  #say({ what, outcome, tries, about }: Call): void {
    const { machine } = this.#play
    const said = outcome.kind === 'done' ? short(outcome.value) : outcome.kind === 'refused' ? `refused: ${outcome.code}` : `nobody knows: ${outcome.code}`
    const details = Object.entries(about).map(([name, value]) => `${name} ${String(value).slice(0, 20)}`).join(', ')
    machine.history.say(machine.stage.step, machine.time.since(), this.name, `${what}${details === '' ? '' : ` (${details})`}: ${said}${tries.length > 1 ? ` after ${tries.join(', ')}` : ''}`)
  }
}

/** null: a server made a mistake. */
function codeOf(error: unknown): string | null {
  if (error instanceof ServerGone) return 'no answer'
  if (error instanceof Impatient) return 'no answer in time'
  return isCoded(error) ? error.code : null
}

/** Seeds decide ids, and not keys' bytes: what is random in an answer is left out of the lines. */
function short(value: unknown): string {
  return value === undefined || value === null ? 'done' : typeof value === 'object' ? `done ${JSON.stringify(value).replaceAll(/[0-9a-f]{32,}|cs[_t][A-Za-z0-9_-]{20,}|[A-Za-z0-9_-]{43,}/g, '…').slice(0, 90)}` : 'done'
}

/** The actor's own key, as in server/http/once.ts: what was answered with a refusal may be asked again. */
async function withKey<T>({ once }: Server, { key, what, about }: Call, as: Actor, work: () => Promise<T>): Promise<T> {
  const opened = await once.open({ caller: [as.id, as.via, as.executor].join(' '), key, method: 'POST', url: `/${what.replaceAll(' ', '-')}`, body: Buffer.from(JSON.stringify(about)) })
  if ('kept' in opened) return JSON.parse(opened.kept.body) as T
  const { call } = opened
  return await once.within(call, async () => {
    try {
      const value = await work().catch(async (error: unknown) => {
        if (!isCoded(error)) throw new Mistake(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, { cause: error })
        await once.answered(call, { status: problemOf(error).status, body: '{}' })
        throw error
      })
      await once.answered(call, { status: 200, body: JSON.stringify(value ?? null) })
      return value
    } finally {
      once.ended(call)
    }
  })
}
