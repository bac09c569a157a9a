/**
 * A store whose queue, waits and times are seen, whichever database is behind it. It waits from the moment in which work is handed over
 * to the one in which it begins: on SQLite that is the writer's queue, on PostgreSQL the places and the lock on who is alone.
 */
import { performance } from 'node:perf_hooks'
import { StorageError } from '../store/errors.ts'
import type { Db, Store, Tx } from '../store/store.ts'
import type { Metrics } from './metrics.ts'

type Kind = 'write' | 'read'

export function watchedStore(store: Store, metrics: Metrics): Store {
  const waiting: Record<Kind, number> = { write: 0, read: 0 }
  const queued = (kind: Kind, by: 1 | -1): void => metrics.set('countersign_store_queue', { kind }, (waiting[kind] += by))
  queued('write', 1)
  queued('write', -1)
  queued('read', 1)
  queued('read', -1)

  const watched = async <D extends Db | Tx, T>(kind: Kind, run: (work: (db: D) => Promise<T>) => Promise<T>, work: (db: D) => Promise<T>): Promise<T> => {
    const asked = performance.now()
    let begun: number | undefined
    const begin = (): void => {
      if (begun !== undefined) return metrics.add('countersign_store_reruns_total', {})
      begun = performance.now()
      queued(kind, -1)
      metrics.observe('countersign_store_wait_seconds', { kind }, (begun - asked) / 1000)
    }
    const ended = (outcome: 'done' | 'refused' | 'failed'): void => {
      if (begun === undefined) queued(kind, -1)
      metrics.observe('countersign_store_seconds', { kind, outcome }, (performance.now() - (begun ?? asked)) / 1000)
    }
    queued(kind, 1)
    try {
      const answer = await run((db) => {
        begin()
        return work(db)
      })
      ended('done')
      return answer
    } catch (error) {
      ended(error instanceof StorageError ? 'failed' : 'refused')
      throw error
    }
  }
  return {
    dialect: store.dialect,
    read: (work) => watched('read', (inner) => store.read(inner), work),
    write: (work) => watched('write', (inner) => store.write(inner), work),
    ...(store.peers === undefined ? {} : { peers: store.peers }),
    ...(store.commits ? { commits: store.commits } : {}),
    close: () => store.close(),
  }
}
