/**
 * Places for checkpoints that hang: a file on a mount that is gone, a git host, an object store and a webhook that take a connection and
 * say nothing. Each has one try at a time, with an end; nothing piles up in memory, in processes or in the database; nobody waits for
 * them, neither the place that is well nor the people at the server nor its end.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { notesIn } from '../../src/ledger/away/index.ts'
import { parseCheckpointPlaces } from '../../src/platform/setting-checkpoints.ts'
import { apply, ask, countersigned, runBody } from '../support/sample-run.ts'
import { HandClock, ownedServer, scratchFolder } from '../support/scratch-server.ts'

/** Takes what is sent, and never answers. */
async function silent(): Promise<{ port: number; open: () => number; most: () => number }> {
  const sockets = new Set<Socket>()
  let most = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    most = Math.max(most, sockets.size)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket)).resume()
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, open: () => sockets.size, most: () => most }
}

/** Programs that this process has started, those that they have, and whoever was left alone of them: their command names the folder. */
function programs(folder: string): number {
  const parents = new Map<number, number>()
  const named: number[] = []
  for (const pid of readdirSync('/proc').map(Number).filter((one) => one > 0)) {
    try {
      parents.set(pid, Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]))
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)) named.push(pid)
    } catch {
      // It has ended meanwhile.
    }
  }
  const ours = (pid: number): boolean => pid === process.pid || (pid > 1 && ours(parents.get(pid) ?? 0))
  return new Set([...named, ...[...parents.keys()].filter(ours)]).size - 1
}

it('places that hang are tried one at a time and not for ever, pile nothing up, and hold nobody up', async () => {
  const [folder, webhook, store, clock] = [await scratchFolder('sinks'), await silent(), await silent(), new HandClock()]
  const [pipe, well, ssh] = [join(folder, 'pipe'), join(folder, 'checkpoints'), join(folder, 'ssh')]
  execFileSync('mkfifo', [pipe])
  writeFileSync(ssh, '#!/bin/sh\nsleep 3600 & wait\n')
  chmodSync(ssh, 0o755)
  for (const [name, value] of Object.entries({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'x' })) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const before = programs(folder)
  const hanging = [`file:${pipe}`, 'git:ssh://git.example/ledger.git', 's3://acme-states/audit', `http://127.0.0.1:${webhook.port}/hook`]
  const { person, terminal, server } = await ownedServer({
    clock, watching: { away: { places: parseCheckpointPlaces([...hanging, `file:${well}`].join(',')), webhookSecret: 'a secret of more than 32 characters.', environment: { PATH: process.env['PATH'], GIT_SSH_COMMAND: ssh, AWS_ENDPOINT_URL: `http://127.0.0.1:${store.port}` }, tryMs: 400 } },
  })
  const { away, base } = server.parts
  let newest = ''
  let mostPrograms = 0
  for (let at = 0; at < 12; at++) {
    // As the jobs do, without waiting; meanwhile people are served, and the tree grows.
    away.begin()
    if (at % 4 === 0) {
      const { run, start } = await countersigned(person, terminal, runBody({ workspace: `shop/applied-${at}` }))
      await apply(terminal, run.id, start)
    } else await ask(terminal, runBody({ workspace: `shop/w${at}` }))
    newest = (await base.ledger.checkpoint()).note
    mostPrograms = Math.max(mostPrograms, programs(folder) - before)
    // Every third time whatever is under way comes to its end.
    if (at % 3 === 2) await away.settled()
    clock.time += 60_000
  }
  away.begin()
  await away.settled()
  expect(notesIn(readFileSync(well, 'utf8')).at(-1)).toBe(newest)

  const rows = await base.store.read((db) => db.selectFrom('checkpoint_place').selectAll().execute())
  expect(rows).toHaveLength(hanging.length + 1)
  expect(rows.filter(({ tries }) => tries > 1)).toHaveLength(hanging.length)
  expect(rows.filter(({ tries, size }) => tries > 1 && size >= 0)).toEqual([])
  // A writer each for two files, git and what it starts; one connection, beside which the one before may not have closed yet.
  expect(mostPrograms).toBeLessThanOrEqual(8)
  expect(webhook.most()).toBeLessThanOrEqual(2)
  expect(store.most()).toBeLessThanOrEqual(2)
  await expect.poll(() => [programs(folder) - before, webhook.open(), store.open()], { timeout: 20_000 }).toEqual([0, 0, 0])

  clock.time += 3_600_000
  await base.ledger.checkpoint()
  away.begin()
  await server.close()
  await expect.poll(() => programs(folder) - before, { timeout: 20_000 }).toBe(0)
})
