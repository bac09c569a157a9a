/** What belongs to the request under way, wherever the work for it goes: its id for the log, and the span that later ones stand under. */
import { AsyncLocalStorage } from 'node:async_hooks'

export type RequestContext = { readonly id: string; readonly span: unknown }

const storage = new AsyncLocalStorage<RequestContext>()

export function inRequest<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work)
}

export function currentRequest(): RequestContext | undefined {
  return storage.getStore()
}
