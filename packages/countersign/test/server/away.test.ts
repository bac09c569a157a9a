/** Checkpoints leave a running server: what fails is counted, told to its owner, and waits in the database. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { notesIn } from '../../src/ledger/away/index.ts'
import { parseCheckpointPlaces } from '../../src/platform/setting-checkpoints.ts'
import { HandClock, ownedServer, scratchFolder } from '../support/scratch-server.ts'

test('a server whose checkpoints do not leave says so to its owner and in its metrics, and sends them when they can', async () => {
  const mount = join(await scratchFolder('mount'), 'missing')
  const clock = new HandClock()
  // The jobs' own half minute comes when it is called.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { server } = await ownedServer({ clock, watching: { away: { places: parseCheckpointPlaces(`file:${mount}/checkpoints`), webhookSecret: '', environment: {} } } })
  const { away, base, identity, notices } = server.parts
  const send = async (): Promise<void> => {
    away.begin()
    await away.settled()
  }
  await send()
  clock.time += 3_600_000
  await send()
  const [owner] = await base.store.read((db) => identity.people.all(db))
  const told = await base.store.read((db) => notices.of(db, owner?.id ?? ''))
  expect(told.filter(({ kind }) => kind === 'checkpoints-do-not-leave')).toMatchObject([{ text: expect.stringContaining(`For an hour no checkpoint of the ledger has reached file:${mount}/checkpoints: ENOENT`) }])
  const metrics = async (): Promise<string> => (await (await fetch(`${server.url}/metrics`)).text()).split('\n').filter((line) => line.startsWith('countersign_checkpoint_sink')).join('\n')
  expect(await metrics()).toContain('countersign_checkpoint_sink_behind_seconds{sink="file"} 3600')
  expect(await metrics()).toContain('countersign_checkpoint_sink_failures_total{sink="file"} 2')
  mkdirSync(mount)
  clock.time += 3_600_000
  const { note } = await base.ledger.checkpoint()
  vi.advanceTimersByTime(30_000)
  const file = join(mount, 'checkpoints')
  await expect.poll(() => existsSync(file) && notesIn(readFileSync(file, 'utf8')), { timeout: 30_000 }).toContain(note)
})
