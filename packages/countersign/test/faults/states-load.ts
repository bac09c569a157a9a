/**
 * Terraform as load: several clients take turns at one workspace, each under a lock of its own, and a log of what they were told. A lock
 * that was answered has one holder; a write that was answered is a version, once; nobody without the lock writes; what is read under a
 * lock is what was written last.
 */
import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { RawTerminal } from '../../src/demonstration/raw-terminal.ts'
import type { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import type { VersionView, WorkspaceView } from '../../src/doors/state/views.ts'
import { sha256 } from '../support/sample-run.ts'
import { credentialFor, get, lock, lockInfo, post, send, stateText } from '../support/state-wire.ts'
import type { Answered, Credential, Info } from '../support/state-wire.ts'

type Write = { digest: string; serial: number; lock: string; answered: boolean }
/** From the answer to LOCK until UNLOCK is sent; `until` null: was not sent. */
type Held = { by: string; from: number; until: number | null }
export type StatesLog = { name: string; writes: Write[]; held: Held[]; wrong: string[]; read: number }

export const newStatesLog = (name: string): StatesLog => ({ name, writes: [], held: [], wrong: [], read: 0 })

/** How calls are made: as they are, or again until they are answered. */
export type Calling = <T extends { status: number }>(work: () => Promise<T>) => Promise<T>
export const plainly: Calling = async (work) => {
  const answer = await work()
  if (answer.status >= 500) throw new Error(`answered with ${answer.status}`)
  return answer
}

export class StateClient {
  readonly #log: StatesLog
  readonly #person: SoftwarePerson
  readonly #credential: Credential
  readonly #calling: Calling
  #info: Info = lockInfo()
  #held: Held | null = null
  /** Writes that it may still make under this lock: reads are few, and one comes before each. */
  #left = 0

  constructor(log: StatesLog, person: SoftwarePerson, credential: Credential, calling: Calling) {
    this.#log = log
    this.#person = person
    this.#credential = credential
    this.#calling = calling
  }

  static async of(log: StatesLog, person: SoftwarePerson, terminal: RawTerminal, calling: Calling): Promise<StateClient> {
    return new StateClient(log, person, await credentialFor(person, terminal, log.name), calling)
  }

  /** Asks for the lock, and with it reads, writes and gives it back. @returns whether it got it */
  async turn(heard: () => void): Promise<boolean> {
    if (this.#held === null && !(await this.#locked())) return false
    heard()
    await this.finish(heard)
    return true
  }

  /** What is to be done with a lock, from wherever it was left. */
  async finish(heard: () => void): Promise<void> {
    const held = this.#held
    if (held === null) return
    while (this.#left > 0) {
      this.#left -= 1
      await this.#write()
      heard()
    }
    held.until ??= performance.now()
    const answer = await this.#calling(() => send('UNLOCK', this.#credential.address, this.#credential, { body: JSON.stringify(this.#info) }))
    this.#expect('UNLOCK by who has it', answer, 200)
    const { ID: ended } = this.#info
    this.#held = null
    this.#info = lockInfo()
    heard()
    const late = await this.#calling(() => post(this.#credential, ended, stateText(1_000_000, this.#log.name, { stale: randomUUID() })))
    if (late.status < 400) this.#log.wrong.push(`a write without the lock was answered with ${late.status}`)
  }

  /** The question is answered by a person once; the same ID comes again until somebody else has let go. */
  async #locked(): Promise<boolean> {
    const first = await this.#calling(() => lock(this.#credential, this.#info))
    const code = String(first.body['ID']).split('/c/')[1]
    if (first.status === 423 && code !== undefined) await this.#person.countersign(code)
    const answer = first.status === 423 && code !== undefined ? await this.#calling(() => lock(this.#credential, this.#info)) : first
    if (answer.status === 200) {
      this.#log.held.push((this.#held = { by: this.#info.ID, from: performance.now(), until: null }))
      this.#left = 2
    }
    // Too many questions: another time.
    if (answer.status !== 423 && answer.status !== 429) this.#expect('LOCK', answer, 200)
    return answer.status === 200
  }

  async #write(): Promise<void> {
    const { writes, name } = this.#log
    const current = await this.#calling(() => get(this.#credential))
    // A read whose answer was lost was one as well.
    if (current.body['code'] === 'countersignature_awaited') return
    if (current.status !== 404) this.#expect('GET by who has the lock', current, 200)
    this.#log.read += 1
    const before = current.status === 404 ? null : sha256(current.text)
    const serial = before === null ? 0 : (JSON.parse(current.text) as { serial: number }).serial
    const last = writes.findLastIndex(({ answered }) => answered)
    const known = before === null ? last === -1 : writes.slice(Math.max(last, 0)).some(({ digest }) => digest === before)
    if (!known) this.#log.wrong.push(`what was read, serial ${serial}, is not what was written last`)
    const text = stateText(serial + 1, name, { by: this.#info.ID, token: randomUUID() })
    const write: Write = { digest: sha256(text), serial: serial + 1, lock: sha256(this.#info.ID), answered: false }
    writes.push(write)
    this.#expect('POST by who has the lock', await this.#calling(() => post(this.#credential, this.#info.ID, text)), 200)
    write.answered = true
  }

  #expect(what: string, { status, text }: Answered, wanted: number): void {
    if (status === wanted) return
    this.#log.wrong.push(`${what}: ${status} ${text.slice(0, 400)}`)
    throw new Error(`${what}: ${status} ${text.slice(0, 400)}`)
  }
}

/** What does not agree with what was told, by what the server says of the versions. */
export async function wrongStates(log: StatesLog, terminal: RawTerminal): Promise<string[]> {
  const wrong = [...log.wrong]
  const { versions } = (await terminal.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(log.name)}/versions?limit=100`)) as { versions: VersionView[] }
  const { frozen } = (await terminal.must('GET', `/api/v1/state/workspaces/${encodeURIComponent(log.name)}`)) as Pick<WorkspaceView, 'frozen'>
  if (frozen !== null) wrong.push(`frozen: ${JSON.stringify(frozen)}`)
  for (const { digest, serial, answered } of log.writes) {
    const there = versions.filter((one) => one.digest === digest)
    if (there.length > 1) wrong.push(`the write of serial ${serial} is there ${there.length} times`)
    if (answered && there[0]?.status !== 'kept') wrong.push(`the write of serial ${serial} was answered, and is ${there[0]?.status ?? 'not there'}`)
  }
  for (const one of versions) {
    const sent = log.writes.find(({ digest }) => digest === one.digest)
    if (!sent || sent.lock !== one.lock) wrong.push(`version ${one.version} was written by nobody who had the lock`)
  }
  const serials = versions.toReversed().map(({ serial }) => serial)
  if (serials.some((serial, at) => at > 0 && serial !== (serials[at - 1] ?? 0) + 1)) wrong.push(`the serials are ${serials.join(', ')}`)
  const order = log.held.toSorted((a, b) => a.from - b.from)
  for (const [at, one] of order.entries()) {
    const next = order[at + 1]
    if (next && (one.until === null || one.until > next.from)) wrong.push(`${one.by} had the lock when ${next.by} got it`)
  }
  return wrong
}

/** Two clients at one workspace. What a terminal or a credential may ask in some minutes is limited: now and then there have to be new ones. */
export async function newLoad(person: SoftwarePerson, name: string): Promise<{ terminal: RawTerminal; states: StatesLog; clients: StateClient[] }> {
  const terminal = await signInTerminal(person.url, (link) => person.allowTerminal(link))
  const states = newStatesLog(name)
  return { terminal, states, clients: [await StateClient.of(states, person, terminal, plainly), await StateClient.of(states, person, terminal, plainly)] }
}

export function summary(logs: readonly StatesLog[]): string {
  const writes = logs.flatMap((log) => log.writes)
  return `${logs.flatMap(({ held }) => held).length} locks, ${writes.length} writes, of which ${writes.filter(({ answered }) => !answered).length} without an answer`
}
