/**
 * Thousands of schedules, each from one number: persons, terminals, terraform and thieves at two servers of one database, in an order
 * that the seed decides, while the disk fails, answers are lost, servers die and clocks are turned. After each one its history is
 * compared with what must always be so (check/).
 *
 *   COUNTERSIGN_TEST_SEED=17        one schedule, with its history
 *   COUNTERSIGN_TEST_SCHEDULES=5000 so many, from COUNTERSIGN_TEST_FIRST (1) on
 */
import type * as zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { prepare, type Grounds } from './grounds.ts'
import { play, type Played } from './play.ts'

vi.mock('node:zlib', async (original) => {
  const real = await original<typeof zlib>()
  return { ...real, ...(await import('./zlib-at-once.ts')).atOnce(real) }
})

const long = process.env['COUNTERSIGN_TEST_LONG'] === '1'
const first = Number(process.env['COUNTERSIGN_TEST_FIRST'] ?? 1)
const all = Number(process.env['COUNTERSIGN_TEST_SCHEDULES'] ?? (long ? 100_000 : 300))
const only = process.env['COUNTERSIGN_TEST_SEED']
/** In one test: each has its own time. */
const AT_ONCE = long ? 5_000 : 100

/** What has to have come about, or the schedules would show nothing. */
const mustHappen = [
  'starts the apply: done', 'starts the apply: run_already_applied', 'starts the apply: plan_already_applied', 'reports the outcome: done',
  'answers with a key: done', 'answers with a key: challenge_consumed', 'answers with a code: done', 'answers with a code: code_used', 'cancels the run: done',
  'LOCK: done', 'POST: done', 'POST: lock_required', 'UNLOCK: done', 'asks to end a lock: done', 'revokes a credential: done', 'redeems a credential: done', 'redeems a credential: request_done',
  'asks for state.rollback: done', 'asks for state.delete: done', 'asks for state.import: done', 'sends a state: done', 'redeems the credential of a run: done', 'redeems the credential of a run: request_done',
  'no answer', 'no answer in time', 'storage_unavailable', 'call_under_way', 'dies, and starts anew', 'dies right after its next unit', 'is set back an hour',
  'the next unit fails at its commit, and nothing of it lasts', 'the next unit lasts, and its commit fails all the same', 'another server comes first: the next unit is run twice', 'the disk fails within the next unit',
]

function story({ seed, history: { lines, wrong } }: Played): string {
  return [
    '', `Schedule ${seed} does not hold. Again, alone:`, `  COUNTERSIGN_TEST_SEED=${seed} npm test -- simulation.test`,
    '', ...lines, '', ...wrong.map((what) => `WRONG: ${what}`), '',
  ].join('\n')
}

describe('gate, grants, locks, ledger and codes hold whatever comes between', () => {
  let grounds: Grounds
  beforeAll(async () => {
    grounds = await prepare()
  })
  afterAll(() => grounds.close())

  const happened = new Map<string, number>()

  const alone = (seed: number) => it(`schedule ${seed}`, async () => {
    const played = await play(grounds, seed)
    process.stdout.write(`${played.history.lines.join('\n')}\n`)
    expect(played.history.wrong, story(played)).toEqual([])
  })

  const share = (from: number, until: number) => it(`in the schedules ${from} to ${until - 1}`, async () => {
    for (let seed = from; seed < until; seed++) {
      const played = await play(grounds, seed)
      played.history.tally(happened)
      if (played.history.wrong.length > 0) expect.fail(story(played))
    }
    if (long) process.stderr.write(`The schedules ${from} to ${until - 1} hold.\n`)
  })

  if (only !== undefined) return void alone(Number(only))

  it('and the same schedule comes of the same number', async () => {
    for (let seed = first; seed < first + 8; seed++) {
      const [one, other] = [await play(grounds, seed), await play(grounds, seed)]
      expect(other.history.lines).toEqual(one.history.lines)
    }
  })

  for (let from = first; from < first + all; from += AT_ONCE) share(from, Math.min(from + AT_ONCE, first + all))

  it('and they come to everything that they are about', () => {
    if (process.env['COUNTERSIGN_TEST_LOG'] === '1') process.stdout.write(`${[...happened].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${String(times).padStart(7)}  ${what}`).join('\n')}\n`)
    expect(mustHappen.filter((what) => !happened.has(what))).toEqual([])
  })
})
