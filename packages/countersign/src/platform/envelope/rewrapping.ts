/**
 * After a rotation every head is wrapped anew, batch by batch, while the server serves. What is done and what is not stands in the rows
 * and nowhere else: a process that is killed in between goes on where it was, and two that work at once do no harm.
 */
import type { Context } from './context.ts'
import { EnvelopeError, type EnvelopeErrorCode } from './errors.ts'
import type { KeyProvider } from './provider.ts'
import { rewrap } from './rewrap.ts'

export type RewrapRow = { readonly id: string; readonly context: Context; readonly head: string }

export interface RewrapPort {
  /** At most `limit` rows whose key is not `notKey` and whose id is greater than `after`, by id. `keyOf(head)` says a row's key. */
  next(notKey: string, limit: number, after: string): Promise<readonly RewrapRow[]>
  /** Puts `newHead` where `oldHead` still stands; a row that was deleted or changed meanwhile stays as it is. */
  save(id: string, oldHead: string, newHead: string): Promise<void>
  /** Rows whose key is not this one. */
  remaining(notKey: string): Promise<number>
  total(): Promise<number>
}

export type RewrapReport = {
  /** The key that everything is wrapped by when this is over. */
  readonly key: string
  readonly done: number
  readonly remaining: number
  readonly total: number
  /** Rows that cannot be wrapped anew: moved, edited, or their key is missing. They stay as they are. */
  readonly failed: readonly { readonly id: string; readonly code: EnvelopeErrorCode }[]
  /** To be handed to the next step; "" when it starts from the beginning again. */
  readonly after: string
}

/** One batch. Call it again with `after`; while `remaining` is not 0 and `after` is not "", there is more to do at once. */
export async function rewrapStep(provider: KeyProvider, port: RewrapPort, { limit, after = '' }: { limit: number; after?: string }): Promise<RewrapReport> {
  await provider.refresh()
  const key = provider.current()
  const rows = key === '' ? [] : await port.next(key, limit, after)
  const failed: { id: string; code: EnvelopeErrorCode }[] = []
  let done = 0
  for (const { id, context, head } of rows) {
    try {
      await port.save(id, head, await rewrap(provider, context, head))
      done++
    } catch (error) {
      // A provider that does not answer is not the row's fault: the step fails, and is done again later.
      if (!(error instanceof EnvelopeError) || error.code === 'envelope_key_unavailable') throw error
      failed.push({ id, code: error.code })
    }
  }
  const last = rows.length < limit ? '' : (rows.at(-1)?.id ?? '')
  return { key, done, remaining: key === '' ? 0 : await port.remaining(key), total: await port.total(), failed, after: last }
}
