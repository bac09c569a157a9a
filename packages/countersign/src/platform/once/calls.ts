/**
 * Exactly once: a call that brings an idempotency key has its effect once, however often it is sent.
 *
 * The adversary here is the network: "committed, but the answer was lost", then the same call again, perhaps to another server. So the
 * key is written in the transaction of the call's first effect, and not before or after it; a second call finds it, in this process or
 * another, and is given the first one's answer. Where the server died between the effect and the answer there is none to give: the
 * second call is refused as carried out, and whoever calls reads what became of it. Never is it done twice.
 *
 * A key belongs to whoever calls: another person's key of the same name is another key. What is kept for an answer is sealed, because an
 * answer may hold a secret; after a day both are forgotten.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { CodedError } from '../coded-error.ts'
import type { Sealing } from '../sealing.ts'
import type { Store, Tx } from '../store/store.ts'
import type { OnceCallTable } from './tables.ts'
import { afterCommit } from '../store/unit.ts'

export type OnceErrorCode = 'idempotency_key_invalid' | 'idempotency_key_reused' | 'call_under_way' | 'answer_lost'

export class OnceError extends CodedError<OnceErrorCode> {}

export type Kept = { readonly status: number; readonly body: string }
/** A call that goes on now. `marked`: its key is in the database, together with an effect. */
export type OnceCall = { readonly id: string; readonly request: string; marked: boolean }

/** A body that is named by a digest of its bytes: it is not kept, or not as it was sent. */
export abstract class DigestedBody {
  abstract readonly digest: Uint8Array
}

export interface Once {
  /** The call's place in the book, or the answer that it was given before. @throws OnceError */
  open(call: { caller: string; key: string; method: string; url: string; body: Uint8Array }): Promise<{ call: OnceCall } | { kept: Kept }>
  /** Everything that `work` starts, and its units of work, belong to this call. */
  within<T>(call: OnceCall, work: () => T): T
  /** The answer to a call: kept when it did something, forgotten with its key when it was refused. */
  answered(call: OnceCall, answer: { status: number; body: string | null }): Promise<void>
  /** The call is over without an answer of its own: other calls with its key need not wait for it. */
  ended(call: OnceCall): void
  sweep(): Promise<void>
}

const KEY = /^[\x21-\x7e]{16,128}$/
/** Longer than any call that changes something takes, ms. */
const LONGEST = 120_000
const KEPT_FOR = 24 * 3600 * 1000
/** An answer that is larger is not kept: it was a reading, and can be asked for again. */
const LARGEST = 64 * 1024

const current = new AsyncLocalStorage<OnceCall>()

/** The store as calls see it: the first unit of work that commits for a call takes the call's key with it. */
export function onceStore(store: Store, clock: Clock): Store {
  const marking = <T>(call: OnceCall, work: (tx: Tx) => Promise<T>) => async (tx: Tx): Promise<T> => {
    if (!call.marked) {
      const { numInsertedOrUpdatedRows } = await tx.insertInto('once_call').values({ id: call.id, request: call.request, status: null, answer: '', at: clock.now() })
        .onConflict((on) => on.doNothing()).executeTakeFirst()
      if (numInsertedOrUpdatedRows === 0n) throw underWay()
      afterCommit(tx, () => {
        call.marked = true
      })
    }
    return await work(tx)
  }
  return {
    dialect: store.dialect,
    ...(store.peers ? { peers: store.peers } : {}),
    read: (work) => store.read(work),
    write: (work) => {
      const call = current.getStore()
      return store.write(call === undefined ? work : marking(call, work))
    },
    ...(store.commits ? { commits: store.commits } : {}),
    close: () => store.close(),
  }
}

/** Units that are no effect of the call that goes on, and do not take its key along. */
export async function besideCall<T>(work: () => Promise<T>): Promise<T> {
  return await current.exit(work)
}

export function createOnce(deps: { store: Store; clock: Clock; sealing: Sealing; instance: string }): Once {
  const { store, clock } = deps
  const place = (id: string) => ({ instance: deps.instance, table: 'once_call', row: id, owner: '' })
  const open = new Set<string>()
  const keptIn = (row: OnceCallTable, request: string): Kept => {
    if (row.request !== request) throw new OnceError('idempotency_key_reused', 'This Idempotency-Key was sent before, with another call.', 'Send a new random key with each call, and the same one only to repeat it.')
    if (row.status !== null && row.answer !== '') return { status: row.status, body: Buffer.from(deps.sealing.open(place(row.id), row.answer)).toString('utf8') }
    // Another server of this database may be about to answer; here nothing is.
    if (row.status === null && store.peers && row.at > clock.now() - LONGEST) throw underWay()
    throw lost()
  }
  return {
    async open({ caller, key, method, url, body }) {
      if (!KEY.test(key)) throw new OnceError('idempotency_key_invalid', 'The Idempotency-Key is not 16 to 128 printable characters.', 'Send a random key, such as a UUID, a new one for each call.')
      const id = digest([caller, key])
      const request = digest([method, url, body])
      if (open.has(id)) throw underWay()
      open.add(id)
      try {
        const row = await store.read((db) => db.selectFrom('once_call').selectAll().where('id', '=', id).executeTakeFirst())
        if (!row) return { call: { id, request, marked: false } }
        open.delete(id)
        return { kept: keptIn(row, request) }
      } catch (error) {
        open.delete(id)
        throw error
      }
    },
    within: (call, work) => current.run(call, work),
    async answered(call, { status, body }) {
      if (!call.marked || status >= 500) return
      await current.exit(() => store.write(async (tx) => {
        // What was refused may be asked again: a refusal that was recorded is not an effect.
        if (status >= 400) return void (await tx.deleteFrom('once_call').where('id', '=', call.id).execute())
        const answer = body === null || body.length > LARGEST ? '' : deps.sealing.seal(place(call.id), Buffer.from(body, 'utf8'))
        await tx.updateTable('once_call').set({ status, answer }).where('id', '=', call.id).execute()
      }))
    },
    ended: (call) => void open.delete(call.id),
    async sweep() {
      await store.write((tx) => tx.deleteFrom('once_call').where('at', '<', clock.now() - KEPT_FOR).execute())
    },
  }
}

function underWay(): OnceError {
  return new OnceError('call_under_way', 'The same call is being carried out now.', 'Wait a moment and send it again with the same key.')
}

function lost(): OnceError {
  return new OnceError('answer_lost', 'This call was carried out before, and its answer is not kept.', 'Do not send it again: read what became of it.')
}

/** Length first, so that no two lists of parts are the same bytes. */
function digest(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256').update('countersign.once.v1\n')
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part
    hash.update(`${bytes.length}:`).update(bytes)
  }
  return hash.digest('hex')
}
