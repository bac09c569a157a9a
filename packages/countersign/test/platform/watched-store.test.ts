/** A store that is watched: what waits is counted while it waits, however it ends, and what runs again is told. */
import { expect, it } from 'vitest'
import { StorageError } from '../../src/platform/store/errors.ts'
import type { Store, Tx } from '../../src/platform/store/store.ts'
import { createMetrics } from '../../src/platform/telemetry/metrics.ts'
import { watchedStore } from '../../src/platform/telemetry/index.ts'

/** A store whose database answers when it is told to. */
function slowStore(): { store: Store; begin: () => void; refuse: (error: Error) => void; again: () => void } {
  let turn: { begin: () => void; refuse: (error: Error) => void } = { begin: () => undefined, refuse: () => undefined }
  let runs = 1
  const run = async <T>(work: (db: Tx) => Promise<T>): Promise<T> => {
    await new Promise<void>((resolve, reject) => (turn = { begin: resolve, refuse: reject }))
    let answer = await work({} as Tx)
    while (--runs > 0) answer = await work({} as Tx)
    return answer
  }
  return { store: { dialect: 'sqlite', read: run, write: run, close: async () => undefined }, begin: () => turn.begin(), refuse: (error) => turn.refuse(error), again: () => void (runs = 3) }
}

async function valueOf(metrics: ReturnType<typeof createMetrics>, line: string): Promise<string | undefined> {
  return (await metrics.text()).split('\n').find((one) => one.startsWith(`${line} `))?.slice(line.length + 1)
}

it('waits until it begins, and is told as done, refused by a check of its own, or failed', async () => {
  const metrics = createMetrics()
  const { store, begin, refuse } = slowStore()
  const watched = watchedStore(store, metrics)
  const queue = () => valueOf(metrics, 'countersign_store_queue{kind="write"}')
  const ended = (outcome: string) => valueOf(metrics, `countersign_store_seconds_count{kind="write",outcome="${outcome}"}`)

  expect(await queue()).toBe('0')
  const one = watched.write(async () => 7)
  expect(await queue()).toBe('1')
  begin()
  expect([await one, await queue(), await ended('done')]).toEqual([7, '0', '1'])

  const checked = watched.write(() => Promise.reject(new Error('not yours')))
  begin()
  await expect(checked).rejects.toThrow('not yours')
  expect([await queue(), await ended('refused')]).toEqual(['0', '1'])

  const full = watched.write(async () => 7)
  refuse(new StorageError('overloaded', 'full'))
  await expect(full).rejects.toThrow('full')
  expect([await queue(), await ended('failed')]).toEqual(['0', '1'])
})

it('what another unit was faster than runs again, and counts as one', async () => {
  const metrics = createMetrics()
  const { store, begin, again } = slowStore()
  again()
  const one = watchedStore(store, metrics).write(async () => 7)
  begin()
  expect(await one).toBe(7)
  expect(await valueOf(metrics, 'countersign_store_reruns_total')).toBe('2')
  expect(await valueOf(metrics, 'countersign_store_seconds_count{kind="write",outcome="done"}')).toBe('1')
  expect(await valueOf(metrics, 'countersign_store_queue{kind="write"}')).toBe('0')
})
