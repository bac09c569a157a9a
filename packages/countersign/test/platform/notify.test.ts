import { expect, test, vi } from 'vitest'
import { createNotify, NotifyError } from '../../src/platform/notify.ts'

const LONG = 600_000

test('a change after the version that was taken ends the wait, before it began or during it', async () => {
  const notify = createNotify()
  const since = notify.version()
  notify.changed('a')
  expect(await notify.wait('a', since, LONG)).toBe('changed')
  const waiting = notify.wait('a', notify.version(), LONG)
  notify.changed('a')
  expect(await waiting).toBe('changed')
})

test('another topic wakes nobody; the time ends the wait', async () => {
  vi.useFakeTimers()
  try {
    const notify = createNotify()
    const waiting = notify.wait('a', notify.version(), 25_000)
    notify.changed('b')
    await vi.advanceTimersByTimeAsync(25_000)
    expect(await waiting).toBe('timeout')
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('a signal ends the wait, also one that was aborted already, and leaves no timer and no listener', async () => {
  vi.useFakeTimers()
  try {
    const notify = createNotify()
    const gone = new AbortController()
    const removed = vi.spyOn(gone.signal, 'removeEventListener')
    const waiting = notify.wait('a', 0, LONG, gone.signal)
    gone.abort()
    expect([await waiting, await notify.wait('a', 0, LONG, gone.signal)]).toEqual(['aborted', 'aborted'])
    expect([vi.getTimerCount(), removed.mock.calls.length]).toEqual([0, 1])
  } finally {
    vi.useRealTimers()
  }
})

test('waiters are bounded, over all and per topic, and a place is free again after a wake', async () => {
  const notify = createNotify(undefined, { waiters: 3, perTopic: 2, remembered: 10 })
  const a = [notify.wait('a', 0, LONG), notify.wait('a', 0, LONG)]
  await expect(notify.wait('a', 0, LONG)).rejects.toBeInstanceOf(NotifyError)
  const b = notify.wait('b', 0, LONG)
  await expect(notify.wait('c', 0, LONG)).rejects.toBeInstanceOf(NotifyError)
  notify.changed('a')
  expect(await Promise.all(a)).toEqual(['changed', 'changed'])
  const c = notify.wait('c', notify.version(), LONG)
  notify.changed('b')
  notify.changed('c')
  expect(await Promise.all([b, c])).toEqual(['changed', 'changed'])
})

test('topics that were forgotten wake for nothing rather than let somebody sleep through a change', async () => {
  const notify = createNotify(undefined, { waiters: 10, perTopic: 10, remembered: 2 })
  const since = notify.version()
  for (const topic of ['a', 'b', 'c', 'd']) notify.changed(topic)
  expect(await notify.wait('a', since, LONG)).toBe('changed')
  expect(await notify.wait('never', notify.version(), 0)).toBe('timeout')
})

test('waitUntil looks first, again after each change, and once more at the end', async () => {
  const notify = createNotify()
  let state = 'waiting'
  const looks: string[] = []
  const look = async (): Promise<string | undefined> => {
    looks.push(state)
    return state === 'done' ? state : undefined
  }
  const waiting = notify.waitUntil('run', look, LONG)
  await Promise.resolve()
  notify.changed('run')
  await new Promise((resolve) => setImmediate(resolve))
  state = 'done'
  notify.changed('run')
  expect(await waiting).toBe('done')
  expect(looks).toEqual(['waiting', 'waiting', 'done'])
  state = 'waiting'
  expect(await notify.waitUntil('run', look, 0)).toBeUndefined()
})

test('a change between looking and waiting is not slept through', async () => {
  const notify = createNotify()
  let looked = 0
  expect(await notify.waitUntil('run', async () => {
    looked += 1
    if (looked === 1) notify.changed('run')
    return looked === 2 ? 'seen' : undefined
  }, LONG)).toBe('seen')
})
