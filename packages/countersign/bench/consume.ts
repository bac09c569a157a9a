/**
 * Consuming a countersigned challenge, as the gate does it: one transaction that checks everything again, marks challenge and ceremony,
 * stores the countersignature, opens the grant, and appends two leaves to the ledger with all that they are found and proven by. Durable
 * when it is answered. Left out is what comes before: HTTP, and verifying the assertion.
 *
 * Against a table with one row more per commit, through the same library, in the same folder, WAL and synchronous=FULL on both sides.
 * Both take turns in one run; each ratio is the median of those of its rounds. The first rounds are left out: a server that runs for
 * days is compared, and until then the engine still compiles what they do.
 *
 * What the ratios say depends on the disk. Where a flush takes milliseconds, 32 at once share one and are faster than rows that each wait
 * for theirs. Where it takes next to nothing, the other side is one statement of some ten microseconds, and ours is the processor's time
 * for twenty statements, five seals and two leaves.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { begin, consumeAll, copy, openPlace } from './challenges.ts'
import { hundredths, load, median, ratios, rounded, type BenchRow } from './place.ts'

const ROUNDS = 5
const WARM_UP = 3
const AT_ONCE = 32
/** Who answers: each with a key and a session. */
const PEOPLE = 4
/** In a round: one after another, and together. */
const COUNTS = { single: 120, together: 480 }

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const place = await openPlace(folder)
  const bare = bareInserts(join(folder, 'bare.db'))
  try {
    const { store } = place.deps
    const models = await begin(place, PEOPLE)
    const each = COUNTS.single + COUNTS.together
    await copy(place, models, 0, (WARM_UP + ROUNDS) * each)
    const [single, together, other, perCommit]: [number[], number[], number[], number[]] = [[], [], [], []]
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      const from = round * each
      const inserted = bare.run(COUNTS.together)
      const one = await consumeAll(place, models, { from, until: from + COUNTS.single, atOnce: 1 })
      const before = store.commits?.() ?? 0
      const many = await consumeAll(place, models, { from: from + COUNTS.single, until: from + each, atOnce: AT_ONCE })
      const commits = (store.commits?.() ?? 0) - before
      if (round < WARM_UP) continue
      other.push(inserted)
      single.push(one)
      together.push(many)
      perCommit.push(COUNTS.together / commits)
    }
    const [alone, crowd, commits] = [ratios(single, other), ratios(together, other), rounded(median(perCommit))]
    return [
      { name: 'consuming a challenge, one at a time (SQLite)', ours: rounded(median(single)), other: rounded(median(other)), ratio: alone, goal: 'at least 0.4', holds: alone >= 0.4, unit: 'a second', note: `against a bare durable insert of one row; ${load()}` },
      { name: 'consuming a challenge, 32 at once (SQLite)', ours: rounded(median(together)), other: rounded(median(other)), ratio: crowd, goal: 'at least 2.5', holds: crowd >= 2.5, unit: 'a second', note: `against a bare durable insert of one row, one at a time; ${ratios(together, single)} times ours one at a time` },
      { name: 'consuming a challenge, 32 at once (SQLite): challenges a commit', ours: commits, other: 8, ratio: hundredths(commits / 8), goal: 'at least 8', holds: commits >= 8, unit: 'challenges', note: 'the other is the goal' },
    ]
  } finally {
    bare.close()
    await place.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a program does that keeps one row at a time, and nothing else. */
function bareInserts(path: string): { run(count: number): number; close(): void } {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE bare (id INTEGER PRIMARY KEY, said TEXT NOT NULL)')
  const insert = database.prepare('INSERT INTO bare (said) VALUES (?)')
  return {
    run(count) {
      const started = performance.now()
      for (let at = 0; at < count; at++) insert.run(`${at} is what was said here, in about a hundred characters, as somebody would keep it in a row of a table`)
      return (count * 1000) / (performance.now() - started)
    },
    close: () => database.close(),
  }
}
