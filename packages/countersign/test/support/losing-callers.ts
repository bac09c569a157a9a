/**
 * A browser and a terminal whose every change loses its answer: the call arrives and has its effect, the connection is cut when the answer
 * begins, and it is sent again. Whatever flow is run with them is a test of all its calls: between the two, no row of the database may change.
 */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { dpopProof, RawTerminal, signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import type { Answer } from '../../src/demonstration/software-person.ts'
import type { SoftwareAuthenticator } from '../../src/identity/index.ts'
import { operations } from '../../src/server/http/openapi.ts'
import { shapesOf, tableOrder } from '../../src/server/upkeep/shapes.ts'
import { migrations } from '../../src/server/base.ts'
import type { Store } from '../../src/platform/store/store.ts'
import type { LosingProxy } from './losing-proxy.ts'

/** A call that changes something: `METHOD /path/{id}`, as the description of the interface names it. */
export type CallName = string

export const mutating: readonly CallName[] = Object.keys(operations).filter((name) => !name.startsWith('GET '))

/** What a call leaves behind without doing anything: when a session was last seen, which proof of a key was used, that it was carried out, a signature over what was there. */
const traces = ['session', 'dpop_proof', 'once_call', 'platform_time', 'platform_server', 'platform_lease', 'ledger_checkpoint']

type Rows = Map<string, string>

export class Book {
  /** Calls that were accepted twice, and did something once. */
  readonly repeated = new Set<CallName>()
  readonly wrong: string[] = []
  readonly #proxy: LosingProxy
  readonly #store: () => Store

  constructor(proxy: LosingProxy, store: () => Store) {
    this.#proxy = proxy
    this.#store = store
  }

  /** Signed in, and so with a key: the second answer is the first one's, or says that it was carried out. */
  async keyed(name: CallName, send: (headers: Record<string, string>) => Promise<Answer>): Promise<Answer> {
    const headers = { 'idempotency-key': randomUUID(), connection: 'close' }
    const before = await this.#rows()
    const between = await this.lost(() => send(headers))
    const answer = await send(headers)
    const known = answer.headers.get('idempotency-replayed') === 'true' || answer.body['code'] === 'answer_lost' || (answer.status === 401 && farewells.includes(name))
    if (answer.status >= 400 && !known) return answer
    this.#judge(name, between, await this.#rows())
    if (!known && differences(before, between).length > 0) this.wrong.push(`${name}: the second one was carried out, and not answered as the first`)
    this.repeated.add(name)
    return answer.status === 401 ? { ...answer, status: 204 } : answer
  }

  /** By anybody, and so without a key: a beginning is begun anew; what was used is used up, and only its first answer leads on. */
  async open(name: CallName, send: (headers: Record<string, string>) => Promise<Answer>): Promise<Answer> {
    const beginning = beginnings.test(name)
    const first = beginning ? null : await send({})
    if (first !== null && first.status >= 400) return first
    const between = first === null ? await this.lost(() => send({ connection: 'close' })) : await this.#rows()
    const second = await send({})
    if (first !== null && second.status < 400) this.wrong.push(`${name}: the second one was taken as well`)
    this.#judge(name, between, await this.#rows(), beginning ? begun : refusals)
    this.repeated.add(name)
    return first ?? second
  }

  /** Terraform's own calls, which know no key: the same again is the same. */
  async wire<T extends { status: number }>(name: CallName, send: () => Promise<T>): Promise<T> {
    const between = await this.lost(send)
    const answer = await send()
    this.#judge(name, between, await this.#rows(), ['state_lease'])
    this.repeated.add(name)
    return answer
  }

  /** @returns what the database holds after a call whose answer did not arrive */
  async lost(send: () => Promise<unknown>): Promise<Rows> {
    const lost = this.#proxy.lost()
    this.#proxy.lose(1)
    const arrived = await send().then(() => true, () => false)
    if (arrived || this.#proxy.lost() !== lost + 1) throw new Error('no answer was lost')
    return await this.#rows()
  }

  #judge(name: CallName, between: Rows, after: Rows, also: readonly string[] = []): void {
    const changed = differences(between, after).filter((table) => !also.includes(table))
    if (changed.length > 0) this.wrong.push(`${name}: the second one changed ${changed.join(', ')}`)
  }

  async #rows(): Promise<Rows> {
    const store = this.#store()
    const order = await tableOrder(migrations)
    return store.read(async (db) => {
      const rows: Rows = new Map()
      for (const { name } of await shapesOf(db, store.dialect, order)) {
        const found = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(db)
        rows.set(name, found.rows.map((row) => JSON.stringify(row)).toSorted().join('\n'))
      }
      return rows
    })
  }
}

/** Begun ceremonies; and what a refusal is recorded as. */
const begun: readonly string[] = ['ceremony']
const refusals: readonly string[] = ['code_attempt']

function differences(one: Rows, other: Rows): string[] {
  return [...other].flatMap(([table, rows]) => (traces.includes(table) || one.get(table) === rows ? [] : [table]))
}

/** Ends the sign-in that it came with: whoever sends it again is nobody. */
const farewells: readonly CallName[] = ['DELETE /api/v1/session', 'DELETE /api/v1/token']
/** Begins something that a later call uses up. */
const beginnings = /\/(begin|show)$/

function nameOf(method: string, path: string): CallName | null {
  const given = `${method} ${path.split('?')[0] ?? ''}`
  const fits = (name: string): boolean => new RegExp(`^${name.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(given)
  return mutating.find((name) => name === given) ?? mutating.find(fits) ?? null
}

export class LosingPerson extends SoftwarePerson {
  readonly book: Book

  constructor(url: string, book: Book, key?: SoftwareAuthenticator) {
    super(url, key)
    this.book = book
  }

  override async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const name = nameOf(method, path)
    if (name === null) return super.call(method, path, body)
    const send = (headers: Record<string, string>): Promise<Answer> => {
      this.headers = headers
      const answer = super.call(method, path, body)
      this.headers = {}
      return answer
    }
    if (operations[name]?.[0] !== 'anyone') return this.book.keyed(name, send)
    return this.book.open(name, send)
  }
}

export class LosingTerminal extends RawTerminal {
  readonly book: Book

  constructor({ url, token, key }: RawTerminal, book: Book) {
    super(url, token, key)
    this.book = book
  }

  static async of(person: LosingPerson): Promise<LosingTerminal> {
    return new LosingTerminal(await signInTerminal(person.url, (link) => person.allowTerminal(link)), person.book)
  }

  override async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const name = nameOf(method, path)
    if (name === null) return super.call(method, path, body)
    // From here on its nonce is known, and one request is one request.
    await super.call('GET', '/api/v1/me')
    return this.book.keyed(name, (headers) => {
      this.headers = headers
      const answer = this.once(method, path, body)
      this.headers = {}
      return answer
    })
  }

  /** A state that is imported is sent as it is. */
  async redeem(id: string, state: string): Promise<Answer> {
    const url = new URL(`/api/v1/state/requests/${id}/redeem`, this.url)
    const nonce = (await this.once('GET', '/api/v1/me')).headers.get('dpop-nonce') ?? undefined
    return this.book.keyed('POST /api/v1/state/requests/{id}/redeem', async (headers) => {
      const proof = await dpopProof(this.key, { method: 'POST', url, token: this.token, nonce, time: this.now() })
      const response = await fetch(url, { method: 'POST', body: state, headers: { ...headers, authorization: `DPoP ${this.token}`, dpop: proof, 'content-type': 'application/octet-stream' } })
      return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
    })
  }
}
