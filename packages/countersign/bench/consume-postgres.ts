/**
 * Consuming countersigned challenges (challenges.ts) on PostgreSQL, with fsync on: by one server with 32 at once, by two servers with 32 at
 * once each, and beside them `pgbench` with 32 clients that insert one row each, into the same server. Each server is a process of its
 * own. They take turns; each ratio is the median of those of its rounds, without the first ones, in which the engine still compiles.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findPostgres } from '../test/support/find-postgres.ts'
import { startPostgres } from '../test/support/postgres.ts'
import { begin, copy, openPlace } from './challenges.ts'
import { startConsumer, type Consumer } from './consumer-process.ts'
import { load, median, ratios, rounded, type BenchRow } from './place.ts'

const ROUNDS = 3
const WARM_UP = 2
const COUNT = 320
const AT_ONCE = 32
/** Who answers: each with a key and a session. */
const PEOPLE = 8

export async function run(): Promise<BenchRow[]> {
  const found = findPostgres()
  if ('missing' in found) throw new Error(found.missing)
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const postgres = await startPostgres(found.bin, { loopback: true, durable: true })
  const consumers: Consumer[] = []
  try {
    const [database, beside] = [postgres.url(await postgres.create()), await postgres.create()]
    const place = await openPlace(folder, database)
    const models = await begin(place, PEOPLE)
    await copy(place, models, 0, (WARM_UP + ROUNDS) * 3 * COUNT)
    const { url } = place.server
    await place.close()
    for (const name of ['one', 'two']) {
      mkdirSync(join(folder, name, 'data'), { recursive: true, mode: 0o700 })
      cpSync(join(folder, 'data', 'keys'), join(folder, name, 'data', 'keys'), { recursive: true })
      consumers.push(await startConsumer({ folder: join(folder, name), databaseUrl: database, url, models }))
    }
    const pgbench = await pgbenchOn(found.bin, folder, postgres.url(beside), (sql) => postgres.tell(beside, sql))
    const [one, two, other]: [number[], number[], number[]] = [[], [], []]
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      const from = round * 3 * COUNT
      const ranges = [0, 1, 2].map((at) => ({ from: from + at * COUNT, until: from + (at + 1) * COUNT, atOnce: AT_ONCE }))
      const inserted = await pgbench()
      const [single] = await together(consumers.slice(0, 1), ranges)
      const [both] = await together(consumers, ranges.slice(1))
      if (round < WARM_UP) continue
      one.push(single)
      two.push(both)
      other.push(inserted)
    }
    const [alone, pair] = [ratios(one, other), ratios(two, one)]
    return [
      { name: 'consuming a challenge, 32 at once (PostgreSQL)', ours: rounded(median(one)), other: rounded(median(other)), ratio: alone, goal: 'at least 0.4', holds: alone >= 0.4, unit: 'a second', note: `against pgbench -c 32 inserting single rows, fsync on for both; ${load()}` },
      { name: 'consuming challenges, two servers on one PostgreSQL', ours: rounded(median(two)), other: rounded(median(one)), ratio: pair, goal: 'at least 1.3', holds: pair >= 1.3, unit: 'a second', note: `against one server; each with 32 at once, database and all on ${availableParallelism()} cores` },
    ]
  } finally {
    for (const consumer of consumers) await consumer.end()
    await postgres.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** All begin at the same moment; how many in a second, over the time that the last one took. */
async function together(consumers: readonly Consumer[], ranges: readonly { from: number; until: number; atOnce: number }[]): Promise<[number]> {
  const started = performance.now()
  await Promise.all(consumers.map((consumer, at) => consumer.consume(ranges[at] ?? { from: 0, until: 0, atOnce: 1 })))
  return [(consumers.length * COUNT * 1000) / (performance.now() - started)]
}

async function pgbenchOn(bin: string, folder: string, url: string, tell: (sql: string) => Promise<unknown>): Promise<() => Promise<number>> {
  await tell('create table bare (id bigserial primary key, said text not null)')
  const script = join(folder, 'insert.sql')
  writeFileSync(script, "insert into bare (said) values ('what was said here, in about a hundred characters, as somebody would keep it in a row of a table');\n")
  const { hostname, port, username, password, pathname } = new URL(url)
  const env = { ...process.env, PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password }
  return async () => {
    const { stdout } = await promisify(execFile)(join(dirname(realpathSync(join(bin, 'postgres'))), 'pgbench'), ['-n', '-c', String(AT_ONCE), '-j', '2', '-T', '2', '-f', script, pathname.slice(1)], { env })
    const rate = Number(/tps = ([\d.]+)/.exec(stdout)?.[1])
    if (!(rate > 0)) throw new Error(`pgbench did not say how many: ${stdout}`)
    return rate
  }
}
