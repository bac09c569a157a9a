/** The options of `audit tail` and `audit search`, on the ledger's own search. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { queryOf, wantedBy, type FilterOptions } from '../../src/cli/audit/filter.ts'
import { CliError } from '../../src/cli/exit.ts'
import { findEntries } from '../../src/ledger/index.ts'
import { clock, Place, type Opened } from '../ledger/place.ts'

let place: Place
let opened: Opened
const [x, y] = [`usr_${'a'.repeat(32)}`, `usr_${'b'.repeat(32)}`]

beforeAll(async () => {
  place = await Place.make()
  opened = await place.open()
  const entries: [string, Record<string, string>, Record<string, string | Record<string, Record<string, string>>>][] = [
    ['gate.decided', { ref: 'run_a', person: x }, { decision: 'allow', input: { workspace: { name: 'a/b' } } }],
    ['gate.redeemed', { ref: 'run_a', person: y }, { grant: 'g' }],
    ['state.locked', { state: 'stw_1', person: x }, { workspace: 'c/d' }],
    ['state.lock-ended', { state: 'stw_1', member: x }, {}],
    ['gateway.odd', { ref: 'run_b' }, { note: 'a/b', why: '"workspace"' }],
    ['gate.denied', { ref: 'run_a' }, { by: y }],
  ]
  for (const [type, ids, details] of entries) await opened.store.write((tx) => opened.ledger.append(tx, { type, ids, details }))
  // Of the last one nothing but the leaf is left.
  await opened.store.write((tx) => tx.deleteFrom('ledger_details').where('idx', '=', 5).execute())
})
afterAll(() => place.remove())

async function shown(options: FilterOptions): Promise<number[]> {
  const found = await opened.store.read((db) => findEntries(db, wantedBy(options, clock.now()) ?? {}, 'all', { before: 99, after: -1, limit: 99 }))
  return found.entries.map(({ index }) => index).toReversed()
}

test.each<[FilterOptions, number[]]>([
  [{}, [0, 1, 2, 3, 4, 5]],
  // Those that only belong to the same request or state as well, erased or not; not those that say the word elsewhere.
  [{ workspace: 'a/b' }, [0, 1, 5]],
  [{ workspace: 'c' }, [2, 3]],
  [{ workspace: 'a/' }, [0, 1, 5]],
  [{ person: x }, [0, 2, 3]],
  [{ person: y }, [1, 5]],
  [{ type: 'gate' }, [0, 1, 5]],
  [{ type: 'gate.decided,state' }, [0, 2, 3]],
  [{ type: 'gate.dec' }, []],
  [{ outcome: 'allowed,expired' }, [0, 3]],
  [{ id: 'run_a' }, [0, 1, 5]],
  [{ id: 'stw_1', person: x, outcome: 'done' }, [2]],
  [{ since: '2026-11-20', until: '2026-11-20T00:00Z' }, []],
  [{ since: '365d', type: 'state' }, [2, 3]],
  [{ until: '2020-01-01' }, []],
])('%j shows %j', async (options, expected) => {
  expect(await shown(options)).toEqual(expected)
})

test.each<FilterOptions>([{ since: 'tea' }, { since: '5' }, { since: '' }, { until: 'soon' }, { type: 'No' }, { type: 'gate.' }, { type: '' }, { outcome: 'fine' }, { outcome: '' }])('%j is refused', (options) => {
  expect(() => wantedBy(options, clock.now())).toThrow(CliError)
})

test('a server is asked the same, with names of people as they are', () => {
  const query = queryOf({ person: 'Ada Owner', type: 'gate,run', outcome: 'denied', since: '1h', workspace: 'a/b', id: 'run_a' }, Date.UTC(2026, 10, 21, 12))
  expect(query.toString()).toBe('person=Ada+Owner&workspace=a%2Fb&id=run_a&outcome=denied&action=gate%2Crun&since=2026-11-21T11%3A00%3A00.000Z')
})
