/** Of several servers one has the lease. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLease, leaseMigrations } from '../../src/platform/leases.ts'
import { openStore } from '../../src/platform/store/open.ts'
import { HandClock, scratchFolder } from '../support/scratch-server.ts'

async function two() {
  const store = await openStore({ dataDir: await scratchFolder('leases'), migrations: leaseMigrations })
  onTestFinished(() => store.close())
  const clock = new HandClock()
  const of = (server: string) => createLease({ store, clock, server }, 'jobs', 90_000)
  return { clock, one: of('one'), other: of('other') }
}

describe('a lease', () => {
  it('is one server\'s, who renews it', async () => {
    const { clock, one, other } = await two()
    expect(await one.take()).toBe(true)
    expect(await other.take()).toBe(false)
    clock.time += 60_000
    expect(await one.take()).toBe(true)
    clock.time += 60_000
    expect(await other.take()).toBe(false)
  })

  it('of a server that is gone is another\'s when it has ended', async () => {
    const { clock, one, other } = await two()
    await one.take()
    clock.time += 90_000
    expect(await other.take()).toBe(true)
    expect(await one.take()).toBe(false)
  })

  it('that is given back is free at once, and only its holder gives it back', async () => {
    const { one, other } = await two()
    await one.take()
    await other.giveBack()
    expect(await other.take()).toBe(false)
    await one.giveBack()
    expect(await other.take()).toBe(true)
  })

  it('taken by twenty at once is one\'s', async () => {
    const { one, other } = await two()
    const took = await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? one : other).take().then((won) => won && (at % 2 ? 'one' : 'other'))))
    expect(new Set(took.filter(Boolean)).size).toBe(1)
  })
})
